// The time to the first token of a conversation's second turn over that of its first, with a prefix cache and without.
import path from "node:path";
import { parseArgs } from "node:util";
import { type ChatMessage, generate, type LanguageModel } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { type Estimate, medianOf, medianRatio } from "@decodekit/compare/sweep";
import { CHAT_TASKS } from "../tasks/chat-tasks.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    "model-file": { type: "string", default: "onnx/model.onnx" },
    execution: { type: "string", default: "native" },
    context: { type: "string", default: "1500" },
    rounds: { type: "string", default: "5" },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const execution = values.execution as "native" | "wasm";
const model = await loadModel(path.resolve(values.model), { execution, modelFile: values["model-file"] });
const { chat } = model;
if (!chat) throw new Error(`${values.model} has no chat template.`);

const MAX_NEW_TOKENS = 16;
const text = model.tokenizer.encode(CHAT_TASKS.map(({ prompt }) => prompt).join("\n\n"));
const cached = withPrefixCache(model, { maxBytes: 2 ** 30 });
const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => round);
const turns = { first: [] as number[], second: [] as number[], uncached: [] as number[] };
let length = 0;
for (const round of rounds) {
  // Other tokens first in each round, so that a round finds nothing of the one before.
  const document = model.tokenizer.decode(
    Int32Array.from({ length: Number(values.context) - 50 }, (_, at) => text[(at + 50 * round) % text.length]!),
  );
  const messages: ChatMessage[] = [{ role: "user", content: `${round}. ${document}\n\nWhat is this about?` }];
  const first = await turn(cached, messages);
  messages.push({ role: "assistant", content: first.text }, { role: "user", content: "Say it in fewer words." });
  length = chat.encode(messages).length;
  turns.first.push(first.milliseconds);
  turns.second.push((await turn(cached, messages)).milliseconds);
  turns.uncached.push((await turn(model, messages)).milliseconds);
  await cached.prefixCache.clear();
}
console.log(`${values["model-file"]} on ${execution}, ${length} tokens in the second turn, ${rounds.length} rounds`);
console.log(`first turn: ${describe(medianOf(turns.first))} ms to the first token`);
console.log(`second turn: ${describe(medianOf(turns.second))} ms, without a prefix cache ${describe(medianOf(turns.uncached))} ms`);
console.log(`second over first: ${describe(medianRatio(turns.second, turns.first), 3)}`);
await cached.dispose();

async function turn(
  loaded: LanguageModel,
  messages: readonly ChatMessage[],
): Promise<{ readonly text: string; readonly milliseconds: number }> {
  const result = await generate(loaded, messages, { decoder: greedy(), maxNewTokens: MAX_NEW_TOKENS }).result;
  return { text: result.text, milliseconds: result.statistics.timeToFirstTokenMilliseconds! };
}

function describe({ value, interval: [low, high] }: Estimate, digits = 0): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
