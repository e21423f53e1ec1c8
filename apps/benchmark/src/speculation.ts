import { type Decoder, generate, type GenerateResult } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { cascade, ddtree, jacobi, lookahead, maskedDraft, promptLookup, speculative, suffix } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";
import { collectGarbage } from "./collect-garbage.ts";
import { pairedMedians } from "./paired.ts";
import { editPrompts, OPENINGS } from "./prompts.ts";

const NEW_TOKENS = 96;
const STORY_TOKENS = 64;
const LENGTHS = [2, 4, 8] as const;
const DRAFTERS = {
  "prompt-lookup": () => promptLookup(),
  suffix: () => suffix(),
  jacobi: () => jacobi(),
  lookahead: () => lookahead(),
  "masked-draft": () => maskedDraft(),
  ddtree: () => ddtree(),
  cascade: () => cascade({ drafters: [suffix(), maskedDraft()] }),
};

const executions = process.argv.length > 2 ? process.argv.slice(2) : ["native", "wasm"];
console.log(`Greedy speculation against plain greedy decoding: tokens per second, prompt by prompt in one run; ${NEW_TOKENS} tokens each.`);
for (const execution of executions) {
  const model = await loadModel(stories, { execution: execution as "wasm" });
  await measure(model, "stories", OPENINGS);
  await measure(model, "edits", await editPrompts(model, STORY_TOKENS));
  await model.dispose();
}

async function measure(model: OnnxLanguageModel, set: string, prompts: readonly string[]): Promise<void> {
  console.log(`\n${model.execution}, ${prompts.length} ${set}:`);
  for (const [name, drafter] of Object.entries(DRAFTERS)) {
    for (const draftLength of [...LENGTHS, "auto"] as const) {
      const decoder = speculative({ drafter: drafter() as ReturnType<typeof suffix>, draftLength });
      console.log(`${name.padEnd(14)} length ${String(draftLength).padEnd(5)} ${await compareWithGreedy(model, decoder, prompts)}`);
    }
  }
}

/** One line: ratio of speeds with its interval, passes per 1000 tokens, acceptance, and how many texts differ. */
async function compareWithGreedy(model: OnnxLanguageModel, decoder: Decoder, prompts: readonly string[]): Promise<string> {
  const plain = greedy();
  const totals = { tokens: 0, passes: 0, drafted: 0, accepted: 0, different: 0 };
  const ratios: number[] = [];
  const run = async (each: Decoder, prompt: string): Promise<{ result: GenerateResult; tokensPerSecond: number }> => {
    collectGarbage();
    const started = performance.now();
    const result = await generate(model, prompt, { decoder: each, maxNewTokens: NEW_TOKENS }).result;
    return { result, tokensPerSecond: (1000 * result.tokens.length) / (performance.now() - started) };
  };
  await run(decoder, prompts[0]!);
  for (const [index, prompt] of prompts.entries()) {
    const isSwapped = index % 2 === 1;
    const first = await run(isSwapped ? decoder : plain, prompt);
    const second = await run(isSwapped ? plain : decoder, prompt);
    const [ours, theirs] = isSwapped ? [first, second] : [second, first];
    if (ours.result.tokens.length > 0) ratios.push(ours.tokensPerSecond / theirs.tokensPerSecond);
    if (ours.result.tokens.join() !== theirs.result.tokens.join()) totals.different++;
    const { passes, drafted, accepted, tokens } = ours.result.statistics;
    totals.tokens += tokens;
    totals.passes += passes.prefill + passes.decode + passes.verify;
    totals.drafted += drafted;
    totals.accepted += accepted;
  }
  const { median, interval } = pairedMedians(ratios);
  const passes = Math.round((1000 * totals.passes) / totals.tokens);
  const acceptance = totals.drafted > 0 ? `${Math.round((100 * totals.accepted) / totals.drafted)} %` : "none drafted";
  const differences = totals.different > 0 ? `; ${totals.different} texts differ` : "";
  return `×${median.toFixed(2)} (${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}); ${passes} passes per 1000 tokens; accepted ${acceptance}${differences}`;
}
