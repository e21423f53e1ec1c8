import { parseArgs } from "node:util";
import { generate, type LanguageModel } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import { compareLengths } from "./compare-lengths.ts";
import { type EarlierOutputs, LARGE_CORPUS, loadDraft, measuredDrafters } from "./measured-drafters.ts";
import { paddedModel } from "./padded-model.ts";
import { earlierOutputs, editPrompts } from "../tasks/model-outputs.ts";
import { EARLIER_OPENINGS, MANY_EARLIER_OPENINGS, NAMED_OPENINGS, OPENINGS } from "../tasks/openings.ts";

/** Feed-forward widths that give the story model, with width 512, about this many parameters. */
const WIDTHS = { "padded to 30 M": 8192, "padded to 120 M": 34304 } as const;
const TARGETS = ["as it is", "padded to 30 M", "padded to 120 M"] as const;
/** Tokens of a story to edit; the answer has about the same length. */
const STORY_TOKENS = 72;
const EARLIER_TOKENS = 96;

const { values: options } = parseArgs({
  options: {
    execution: { type: "string", multiple: true, default: ["native", "wasm"] },
    set: { type: "string", multiple: true, default: ["stories", "edits"] },
    target: { type: "string", multiple: true, default: ["as it is"] },
    drafter: { type: "string", multiple: true },
    length: { type: "string", multiple: true, default: ["1", "2", "4", "8", "16", "auto"] },
    tokens: { type: "string", default: "96" },
    prompts: { type: "string", default: "32" },
    repeats: { type: "string", default: "3" },
  },
});
const newTokens = Number(options.tokens);
const lengths = options.length.map((length) => (length === "auto" ? length : Number(length)));

console.log(`Greedy speculation over plain greedy decoding: tokens per second over all prompts, the same file, the same run.`);
console.log(
  `The median of ${options.repeats} times per prompt; 95 % bootstrap intervals over the prompts; at most ${newTokens} tokens; one thread; Node ${process.version}.`,
);
for (const execution of options.execution) {
  for (const target of options.target) await measureTarget(execution as "wasm", target as (typeof TARGETS)[number]);
}

async function measureTarget(execution: "native" | "wasm", target: (typeof TARGETS)[number]): Promise<void> {
  const how = { execution, threads: 1 };
  const small = await loadModel(stories, how);
  const draft = await loadDraft(how);
  const padded = target === "as it is" ? undefined : await loadModel(await paddedModel(stories, target, WIDTHS[target]), how);
  const { masked, tokenizer, stopTokens } = small;
  const causal = (padded ?? small).causal;
  const model: LanguageModel = {
    name: small.name,
    tokenizer,
    stopTokens,
    causal,
    ...(masked && { masked }),
    ...(draft && { draft: draft.causal }),
  };
  if (padded) await checkSameTokens(small, padded);
  const sets = {
    stories: async () => OPENINGS,
    edits: () => editPrompts(small, NAMED_OPENINGS, STORY_TOKENS),
  };
  const drafters = Object.entries(measuredDrafters(model, await earlier(small))).filter(([name]) => isRequested(name));
  for (const set of options.set) {
    const prompts = (await sets[set as keyof typeof sets]()).slice(0, Number(options.prompts));
    console.log(`\n${execution}, ${set} (${prompts.length} prompts), target ${target}, ${(padded ?? small).parameters} parameters:`);
    for (const [drafter, create] of drafters) {
      if (padded && create().draftKind === "tree") continue;
      for (const line of await compareLengths(create, { model, prompts, newTokens, lengths, repeats: Number(options.repeats) }))
        console.log(`${drafter.padEnd(16)} ${line}`);
    }
  }
  for (const each of [small, draft, padded]) await each?.dispose();
}

function isRequested(drafter: string): boolean {
  return options.drafter?.includes(drafter) ?? true;
}

/** Returns earlier outputs of the model, as many as the requested drafters use. */
async function earlier(model: LanguageModel): Promise<EarlierOutputs> {
  const usesCorpus = options.drafter?.some((name) => name.includes("corpus") || name.startsWith("cascade")) ?? true;
  const openings = isRequested(LARGE_CORPUS) ? MANY_EARLIER_OPENINGS : usesCorpus ? EARLIER_OPENINGS : [];
  const many = await earlierOutputs(model, openings, EARLIER_TOKENS);
  return { many, some: many.slice(0, EARLIER_OPENINGS.length) };
}

/** Checks that padding does not change the model's greedy tokens. */
async function checkSameTokens(small: LanguageModel, padded: LanguageModel): Promise<void> {
  for (const prompt of OPENINGS.slice(0, 4)) {
    const [expected, actual] = [
      await generate(small, prompt, { decoder: greedy(), maxNewTokens: 48 }).result,
      await generate(padded, prompt, { decoder: greedy(), maxNewTokens: 48 }).result,
    ];
    if (expected.tokens.join() !== actual.tokens.join()) throw new Error(`The padded model produces different tokens after "${prompt}".`);
  }
}
