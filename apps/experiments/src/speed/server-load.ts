// Tokens per second and the time to the first token of `@decodekit/server`, over HTTP on loopback, with several clients at a time.
import path from "node:path";
import { parseArgs } from "node:util";
import { loadModel } from "@decodekit/core/onnx";
import { openaiServer } from "@decodekit/server";
import { listen } from "@decodekit/server/node";
import { medianOf, medianRatio } from "@decodekit/compare/sweep";
import { CHAT_TASKS } from "../tasks/chat-tasks.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    "model-file": { type: "string", default: "onnx/model.onnx" },
    execution: { type: "string", default: "native" },
    tokens: { type: "string", default: "16" },
    rounds: { type: "string", default: "5" },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const model = await loadModel(path.resolve(values.model), {
  execution: values.execution as "native" | "wasm",
  modelFile: values["model-file"],
});
const MODEL = "model";
const TOKENS = Number(values.tokens);
/** So that every answer has as many tokens. */
const NO_END = Object.fromEntries(model.stopTokens.map((token) => [String(token), -100]));
/** Short tasks, so that the figures are those of decoding. */
const PROMPTS = CHAT_TASKS.map(({ prompt }) => prompt).filter((prompt) => prompt.length < 300);

/** Clients, and how many of them are decoded at a time: 4 is the server's default. */
const SETTINGS = [
  [1, 4],
  [8, 4],
  [32, 4],
  [32, 32],
] as const;
const measured = SETTINGS.map(() => ({ rates: [] as number[], firsts: [] as number[], lasts: [] as number[] }));
await round(1, 4);
for (let number = 0; number < Number(values.rounds); number++) {
  // In turns, so that what else the machine does falls on all of them.
  for (const [at, [clients, maxConcurrent]] of SETTINGS.entries()) {
    const { rate, firsts } = await round(clients, maxConcurrent);
    measured[at]!.rates.push(rate);
    measured[at]!.firsts.push(medianOf(firsts).value);
    measured[at]!.lasts.push(Math.max(...firsts));
  }
}
console.log(`${values["model-file"]} on ${values.execution}, ${TOKENS} tokens for each request, ${values.rounds} rounds`);
for (const [at, [clients, maxConcurrent]] of SETTINGS.entries()) {
  const { rates, firsts, lasts } = measured[at]!;
  const { value: ratio, interval } = medianRatio(rates, measured[0]!.rates);
  const [rate, first, last] = [rates, firsts, lasts].map((each) => medianOf(each).value.toFixed(0));
  console.log(
    `${clients} clients, ${maxConcurrent} at a time: ${rate} tokens/s, ${ratio.toFixed(2)} (${interval.map((end) => end.toFixed(2)).join(" to ")}) of one client's`,
  );
  console.log(`  first token after ${first} ms, the last client's after ${last} ms`);
}
await model.dispose();

interface Round {
  /** Tokens per second of all clients together. */
  readonly rate: number;
  /** Time to each client's first token, in milliseconds. */
  readonly firsts: readonly number[];
}

/** Every client sends a request at the same moment. */
async function round(clients: number, maxConcurrent: number): Promise<Round> {
  const server = await listen(openaiServer({ models: { [MODEL]: model }, limits: { maxConcurrent } }), { port: 0 });
  const start = performance.now();
  const firsts = await Promise.all(Array.from({ length: clients }, (_, client) => ask(server.url, client)));
  const rate = (1000 * clients * TOKENS) / (performance.now() - start);
  await server.close();
  return { rate, firsts };
}

/** Returns the time to the first token, when the whole answer has come. */
async function ask(url: string, number: number): Promise<number> {
  const start = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: MODEL,
      messages: [{ role: "user", content: `${number}. ${PROMPTS[number % PROMPTS.length]}` }],
      stream: true,
      temperature: 0,
      max_tokens: TOKENS,
      logit_bias: NO_END,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  let first: number | undefined;
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    // The first piece has the role only.
    if (first === undefined && /"content":"[^"]/.test(text)) first = performance.now() - start;
  }
  if (first === undefined || !text.endsWith("[DONE]\n\n")) throw new Error(`an answer was cut: ${text.slice(-300)}`);
  return first;
}
