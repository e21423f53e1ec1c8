import { type Decoder, generate, type Logits, type MaskedModel } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { interceptPasses } from "@decodekit/core/testing";
import {
  arCritic,
  arThenRefine,
  confidenceCascade,
  ebSampler,
  fastDllm,
  infill,
  judgedTree,
  llada21,
  maskPredict,
  refine,
  wino,
} from "@decodekit/refinement";
import { expect } from "vitest";

/** Below this gap between the two likeliest logits, rounding may decide which one comes first. */
const NEAR_TIE = 1e-3;

/** Decoders at temperature 0, the quickest first. */
const DECODERS: Readonly<Record<string, (suffix: Int32Array) => Decoder>> = {
  "judged-tree": () => judgedTree({ worth: 1, nodes: 12 }),
  "ar-critic": () => arCritic({ blockLength: 6 }),
  "fast-dllm": () => refine(fastDllm({ blockLength: 8, threshold: 0.6 })),
  wino: () => refine(wino({ blockLength: 8 })),
  infill: (suffix) => infill({ suffix, length: 5 }),
  "eb-sampler": () => refine(ebSampler({ blockLength: 8, bound: 1 })),
  "llada-2.1": () => refine(llada21({ blockLength: 8, threshold: 0.6, editThreshold: 0.5 })),
  "mask-predict": () => refine(maskPredict({ blockLength: 8, steps: 4 })),
  "confidence-cascade": () => confidenceCascade({ threshold: 0.5 }),
  "ar-then-refine": () => arThenRefine({ blockLength: 8 }),
};

/** Names of the decoders. */
export const REFINERS = Object.keys(DECODERS);

/** Both models give the same tokens; where not, a near tie must have been read, and the smallest top-2 gap is printed. */
export async function expectSameRefinement(
  name: string,
  one: OnnxLanguageModel,
  other: OnnxLanguageModel,
  newTokens: number,
): Promise<void> {
  const prompt = "Tom had a big red ball.";
  const suffix = one.tokenizer.encode(" They were very happy.").slice(1);
  const create = DECODERS[name]!;
  const gaps = trackGaps(one);
  const { tokens } = await generate(gaps.model, prompt, { decoder: create(suffix), maxNewTokens: newTokens }).result;
  const { tokens: others } = await generate(other, prompt, { decoder: create(suffix), maxNewTokens: newTokens }).result;
  if (tokens.join() === others.join()) return;
  console.log(`${name}: ${one.execution} and ${other.execution} differ; smallest top-2 gap ${gaps.smallest()}`);
  expect(gaps.smallest(), "smallest top-2 gap where the outputs differ").toBeLessThan(NEAR_TIE);
}

/** The model, and the smallest gap between the two likeliest logits of a row that it has given since. */
function trackGaps(model: OnnxLanguageModel): { readonly model: OnnxLanguageModel; smallest(): number } {
  let smallest = Infinity;
  const note = async ({ run }: { readonly run: () => Promise<Logits> }): Promise<Logits> => {
    const logits = await run();
    for (let row = 0; row < logits.rows; row++) smallest = Math.min(smallest, topGap(logits.row(row)));
    return logits;
  };
  // A canvas lies over a session of the causal model itself, so only what the canvas reads is followed.
  return { model: { ...model, masked: interceptPasses<MaskedModel>(model.masked!, note) }, smallest: () => smallest };
}

function topGap(row: Float32Array): number {
  let [first, second] = [-Infinity, -Infinity];
  for (const logit of row) {
    if (logit > first) [first, second] = [logit, first];
    else if (logit > second) second = logit;
  }
  return first - second;
}
