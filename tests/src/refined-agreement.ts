import { type Decoder, generate, type Logits, type MaskedModel } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { interceptPasses } from "@decodekit/core/testing";
import {
  arCritic,
  arThenRefine,
  confidenceCascade,
  d3pm,
  denoiseDraft,
  diffusionGemma,
  dream,
  ebSampler,
  fastDllm,
  hierarchy,
  infill,
  judgedTree,
  klass,
  llada,
  llada21,
  maskPredict,
  mdlm,
  refine,
  remdm,
  reopenDoubted,
  rewrite,
  wino,
} from "@decodekit/refinement";
import { speculative } from "@decodekit/speculative";
import { sudokuPrompt } from "@decodekit/tiny-models/sudoku";
import { expect } from "vitest";
import puzzles from "../../packages/tiny-models/golden/puzzles.json" with { type: "json" };

/** Below this gap between the two likeliest logits, rounding may decide which one comes first. */
const NEAR_TIE = 1e-3;

/** What is decoded. */
interface Task {
  readonly prompt: string;
  readonly newTokens: number;
  readonly blockLength: number;
  /** The text after the gap that is to be filled. */
  readonly suffix: string;
}

/** A text to go on with. */
export const STORY: Task = { prompt: "Tom had a big red ball.", newTokens: 48, blockLength: 8, suffix: " They were very happy." };

/** The first two rows of a puzzle; the gap is the first one. */
export const PUZZLE: Task = {
  prompt: sudokuPrompt(puzzles[0]!.clues),
  newTokens: 12,
  blockLength: 6,
  suffix: puzzles[0]!.solution.slice(6, 12),
};

interface Settings {
  readonly blockLength: number;
  readonly suffix: Int32Array;
  /** At temperature 0, whatever the preset says. */
  readonly temperature: 0;
}

const DECODERS: Readonly<Record<string, (settings: Settings) => Decoder>> = {
  llada: ({ blockLength, temperature }) => refine(llada({ blockLength, temperature, steps: 4 })),
  "llada-2.1": ({ blockLength, temperature }) => refine(llada21({ blockLength, temperature, threshold: 0.6, editThreshold: 0.5 })),
  dream: ({ blockLength, temperature }) => refine(dream({ blockLength, temperature, steps: 4 })),
  mdlm: ({ blockLength, temperature }) => refine(mdlm({ blockLength, temperature })),
  remdm: ({ blockLength, temperature }) => refine(remdm({ blockLength, temperature, variant: "rescale", eta: 0.3 })),
  "mask-predict": ({ blockLength, temperature }) => refine(maskPredict({ blockLength, temperature, steps: 4 })),
  "fast-dllm": ({ blockLength, temperature }) => refine(fastDllm({ blockLength, temperature, threshold: 0.6 })),
  "fast-dllm, factor": ({ blockLength, temperature }) => refine(fastDllm({ blockLength, temperature, factor: 1 })),
  "eb-sampler": ({ blockLength, temperature }) => refine(ebSampler({ blockLength, temperature, bound: 1 })),
  klass: ({ blockLength, temperature }) => refine(klass({ blockLength, temperature, threshold: 0.5, bound: 0.1, history: 1 })),
  hierarchy: ({ blockLength, temperature }) => refine(hierarchy({ blockLength, temperature, remaskThreshold: 0.3 })),
  wino: ({ blockLength, temperature }) => refine(wino({ blockLength, temperature })),
  reopening: ({ blockLength, temperature }) =>
    refine({ ...fastDllm({ blockLength, temperature, threshold: 0.5 }), revise: reopenDoubted(), steps: 8 }),
  d3pm: ({ blockLength, temperature }) => refine(d3pm({ blockLength, temperature })),
  "diffusion-gemma": ({ blockLength, temperature }) => refine(diffusionGemma({ blockLength, temperature, steps: 6, bound: 1 })),
  infill: ({ blockLength, suffix, temperature }) => infill({ suffix, temperature, length: blockLength }),
  rewrite: ({ suffix, temperature }) => rewrite({ text: suffix, temperature, positions: [0, 2, 3] }),
  "ar-critic": ({ blockLength, temperature }) => arCritic({ blockLength, temperature }),
  "ar-then-refine": ({ blockLength, temperature }) => arThenRefine({ blockLength, temperature }),
  "confidence-cascade": ({ blockLength, temperature }) => confidenceCascade({ blockLength, temperature, threshold: 0.5 }),
  "judged-tree": () => judgedTree({ worth: 1, nodes: 12 }),
  "denoise-draft": ({ blockLength }) => speculative({ drafter: denoiseDraft(), draftLength: blockLength }),
};

/** Names of the decoders: all presets of `refine`, its relatives and the hybrids. */
export const REFINERS = Object.keys(DECODERS);

/** Both models give the same tokens; where not, a near tie must have been read, and the smallest top-2 gap is printed. */
export async function expectSameRefinement(name: string, task: Task, models: readonly OnnxLanguageModel[]): Promise<void> {
  const [one, other] = models as [OnnxLanguageModel, OnnxLanguageModel];
  const { prompt, newTokens: maxNewTokens, blockLength } = task;
  const suffix = one.tokenizer.encode(task.suffix).slice(one.tokenizer.encode("").length);
  const decoderOf = (): Decoder => DECODERS[name]!({ blockLength, suffix, temperature: 0 });
  const gaps = trackGaps(one);
  const { tokens } = await generate(gaps.model, prompt, { decoder: decoderOf(), maxNewTokens }).result;
  const { tokens: others } = await generate(other, prompt, { decoder: decoderOf(), maxNewTokens }).result;
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
