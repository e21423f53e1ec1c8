import { parseArgs } from "node:util";
import { type Decoder, type Drafter, generate, type LanguageModel } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { NEAR_TIE, topTwoGap } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import * as decoders from "@decodekit/speculative";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { topPSampler } from "@decodekit/top-p";
import { STORY_OPENINGS } from "../tasks/openings.ts";

const { values: options } = parseArgs({
  options: {
    execution: { type: "string", multiple: true, default: ["native", "wasm"] },
    prompts: { type: "string", default: "200" },
    tokens: { type: "string", default: "32" },
  },
});
const maxNewTokens = Number(options.tokens);
/** A fixed length, so that every round drafts even if that does not pay off. */
const draftLength = 4;
const prompts = STORY_OPENINGS.slice(0, Number(options.prompts));

let isProved = true;
for (const execution of options.execution) {
  const how = { execution: execution as "wasm", threads: 1 };
  const [target, draft] = [await loadModel(stories, how), await loadModel(storiesDraft, how)];
  const { name: modelName, tokenizer, stopTokens, causal, masked } = target;
  const model: LanguageModel = { name: modelName, tokenizer, stopTokens, causal, ...(masked && { masked }), draft: draft.causal };
  console.log(`${execution}, the story model, ${prompts.length} prompts, ${maxNewTokens} tokens each:`);
  const plain = await outputs(model, greedy());
  const sampler = topPSampler({ p: 0.9, temperature: 0.8 });
  const sampled = await outputs(model, decoders.gumbelSampling({ sampler }));
  for (const [name, create] of Object.entries(draftersFor(model))) {
    const ours = await outputs(model, decoders.speculative({ drafter: create(), draftLength }));
    await prove(model, `greedy ${name}`, plain, ours);
    if (create().draftKind === "tree") continue;
    await prove(
      model,
      `gumbel ${name}`,
      sampled,
      await outputs(model, decoders.speculative({ drafter: create(), verify: "gumbel", sampler, draftLength })),
    );
  }
  await target.dispose();
  await draft.dispose();
}
if (!isProved) process.exitCode = 1;

/** Returns every drafter, and the draft model through text, as for another tokenizer. */
function draftersFor({ tokenizer }: LanguageModel): Readonly<Record<string, () => Drafter>> {
  const tokenizers = { target: tokenizer, draft: tokenizer };
  // The models have no draft head.
  const drafters = Object.fromEntries(Object.entries(decoders.allDrafters).filter(([, create]) => create().draftHead === undefined));
  return { ...drafters, "draft-model through text": () => decoders.draftModel({ tokenizers }) };
}

type Outputs = readonly (readonly number[])[];

async function outputs(model: LanguageModel, decoder: Decoder): Promise<Outputs> {
  const all: number[][] = [];
  for (const [seed, prompt] of prompts.entries()) {
    const { tokens } = await generate(model, prompt, { decoder, maxNewTokens, seed }).result;
    all.push([...tokens]);
  }
  return all;
}

/** Prints a line for each output that differs from plain decoding, then the number of equal outputs. */
async function prove(model: LanguageModel, name: string, plain: Outputs, ours: Outputs): Promise<void> {
  let same = 0;
  for (const [index, expected] of plain.entries()) {
    const given = ours[index]!;
    const different = expected.findIndex((token, place) => token !== given[place]);
    if (different < 0 && expected.length === given.length) same++;
    else
      await reportDifference(
        model,
        `${name}, "${prompts[index]!}"`,
        expected.slice(0, different < 0 ? expected.length : different),
        prompts[index]!,
      );
  }
  console.log(`${name.padEnd(32)} ${same} of ${plain.length} outputs equal those of plain decoding`);
}

async function reportDifference(model: LanguageModel, what: string, before: readonly number[], prompt: string): Promise<void> {
  const gap = await topTwoGap(model.causal!, Int32Array.of(...model.tokenizer.encode(prompt), ...before));
  console.log(`${what}: token ${before.length} differs; top-2 gap ${gap.toExponential(2)}`);
  if (!(gap < NEAR_TIE)) isProved = false;
}
