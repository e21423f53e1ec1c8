// What decodekit itself does in a pass, at growing contexts: decodes of a model whose passes cost nothing.
import { parseArgs } from "node:util";
import { type CausalModel, type Decoder, generate, type GenerateOptions, seededRandom } from "@decodekit/core";
import { byteTokenizer } from "@decodekit/core/testing";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative, suffix } from "@decodekit/speculative";
import { topP } from "@decodekit/top-p";

const { values } = parseArgs({
  options: {
    context: { type: "string", multiple: true, default: ["64", "4096", "32768"] },
    tokens: { type: "string", default: "600" },
    repeats: { type: "string", default: "7" },
  },
});
const contexts = values.context.map(Number);
const tokenizer = byteTokenizer();

const drafting = (): Decoder<"causal"> => speculative({ drafter: promptLookup(), draftLength: 4 });
interface Case {
  readonly create: () => Decoder<"causal">;
  readonly options?: Partial<GenerateOptions>;
  readonly isCached?: boolean;
}
const cases: Readonly<Record<string, Case>> = {
  greedy: { create: greedy },
  "greedy, prefix cache": { create: greedy, isCached: true },
  "greedy, stop strings": { create: greedy, options: { stopStrings: ["never"] } },
  "greedy, processors": { create: greedy, options: { processors: [() => undefined] } },
  "greedy, log-probabilities": { create: greedy, options: { logProbabilities: 2 } },
  "top-p": { create: () => topP({ p: 0.9 }) },
  "prompt-lookup": { create: drafting },
  "prompt-lookup, processors": { create: drafting, options: { processors: [() => undefined] } },
  "prompt-lookup, log-probabilities": { create: drafting, options: { logProbabilities: 2 } },
  "suffix, with its trie of the prompt": { create: () => speculative({ drafter: suffix(), draftLength: 4 }) },
};

console.log(`Microseconds per pass, least of ${values.repeats} decodes of ${values.tokens} tokens:\n`);
console.log(`| decoder | ${contexts.map((context) => `after ${context} tokens`).join(" | ")} |`);
console.log(`| --- | ${contexts.map(() => "---").join(" | ")} |`);
for (const [name, each] of Object.entries(cases)) {
  const cells: string[] = [];
  for (const context of contexts) cells.push((await leastTime(each, context)).toFixed(1));
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}

async function leastTime({ create, options, isCached = false }: Case, context: number): Promise<number> {
  const random = seededRandom(context);
  const prompt = Int32Array.from({ length: context }, () => 10 + Math.floor(90 * random.uniform()));
  let least = Infinity;
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const plain = { name: "free", tokenizer, stopTokens: [], causal: freeModel() };
    const model = isCached ? withPrefixCache(plain) : plain;
    let passes = 0;
    let started = 0;
    const generation = generate(model, prompt, { decoder: create(), maxNewTokens: Number(values.tokens), ...options });
    for await (const event of generation.events) {
      // From the first token on, without the prefill.
      if (event.type === "tokens-commit" && started === 0) started = performance.now();
      if (event.type === "forward-end" && event.phase !== "prefill") passes++;
    }
    least = Math.min(least, (1000 * (performance.now() - started)) / passes);
  }
  return least;
}

/** Returns a model that always returns the same row at once. */
function freeModel(): CausalModel {
  const row = new Float32Array(tokenizer.vocabSize);
  row.set([3, 2.5], 5);
  const { vocabSize } = tokenizer;
  return {
    kind: "causal",
    vocabSize,
    contextLength: 2 ** 20,
    capabilities: { rewind: true, fork: false, tree: false },
    async createSession() {
      let length = 0;
      return {
        get length() {
          return length;
        },
        async forward(tokens, { rows = "last" } = {}) {
          length += tokens.length;
          return { rows: rows === "last" ? 1 : rows === "all" ? tokens.length : rows, vocabSize, row: () => row };
        },
        async rewindTo(to) {
          length = to;
        },
        dispose: async () => undefined,
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
  };
}
