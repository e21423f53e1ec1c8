import { type Decoder, type ForwardOptions, generate, type LanguageModel, type Logits, type MaskedModel } from "@decodekit/core";
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
  klass,
  llada,
  llada21,
  maskPredict,
  mdlm,
  refine,
  remdm,
  remaskDoubted,
  rewrite,
  wino,
} from "@decodekit/refinement";
import { judgedTree, speculative } from "@decodekit/speculative";
import { sudokuPrompt } from "@decodekit/tiny-models/sudoku";
import { expect } from "vitest";
import puzzles from "../../../packages/tiny-models/golden/puzzles.json" with { type: "json" };

/** Two executions of one pass differ by less than this in every logit. */
const ROUNDING = 1e-3;

interface Task {
  readonly prompt: string;
  readonly newTokens: number;
  readonly blockLength: number;
  /** The text after the gap to fill. */
  readonly suffix: string;
}

/** A text to continue. */
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
  /** Replaces the preset's temperature. */
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
    refine({ ...fastDllm({ blockLength, temperature, threshold: 0.5 }), revise: remaskDoubted(), steps: 8 }),
  d3pm: ({ blockLength, temperature }) => refine(d3pm({ blockLength, temperature })),
  "diffusion-gemma": ({ blockLength, temperature }) => refine(diffusionGemma({ blockLength, temperature, steps: 6, bound: 1 })),
  infill: ({ blockLength, suffix, temperature }) => infill({ suffix, temperature, length: blockLength }),
  rewrite: ({ suffix, temperature }) => rewrite({ text: suffix, temperature, positions: [0, 2, 3] }),
  "ar-critic": ({ blockLength, temperature }) => arCritic({ blockLength, temperature }),
  "ar-then-refine": ({ blockLength, temperature }) => arThenRefine({ blockLength, temperature }),
  "confidence-cascade": ({ blockLength, temperature }) => confidenceCascade({ blockLength, temperature, threshold: 0.5 }),
  "judged-tree": () => judgedTree({ natsPerToken: 1, nodes: 12 }),
  "denoise-draft": ({ blockLength }) => speculative({ drafter: denoiseDraft(), draftLength: blockLength }),
};

/** Names of the decoders: all presets of `refine`, its relatives and the hybrids. */
export const REFINERS = Object.keys(DECODERS);

/**
 * Decoders that call the model as "fast-dllm" does: they predict one block of one length after another, and commit it. They differ in what
 * they make of the logits.
 */
const ALIKE = new Set([
  "llada-2.1",
  "dream",
  "mdlm",
  "remdm",
  "mask-predict",
  "fast-dllm, factor",
  "eb-sampler",
  "klass",
  "hierarchy",
  "reopening",
  "d3pm",
  "diffusion-gemma",
]);

/** A decoder for each way of calling the model, for executions on which a pass takes long. */
export const WAYS_OF_REFINING = REFINERS.filter((name) => !ALIKE.has(name));

/**
 * Checks that both models return the same tokens. If they differ, rounding must have decided: both models read the same tokens up to the
 * last common pass, and the logits of that pass differ by rounding alone, so the two decisions were within rounding of each other.
 * A difference anywhere else fails.
 */
export async function expectSameRefinement(name: string, task: Task, models: readonly OnnxLanguageModel[]): Promise<void> {
  const [one, other] = models as [OnnxLanguageModel, OnnxLanguageModel];
  const suffix = one.tokenizer.encode(task.suffix, { addSpecialTokens: false });
  const runs = [];
  for (const model of models) {
    const decoder = DECODERS[name]!({ blockLength: task.blockLength, suffix, temperature: 0 });
    runs.push(await recordPasses(model, decoder, task));
  }
  const [first, second] = runs as [Recorded, Recorded];
  expect(first.passes.length).toBeGreaterThan(0);
  if (first.tokens.join() === second.tokens.join()) return;
  const parted = first.passes.findIndex(({ read }, pass) => read !== second.passes[pass]?.read);
  const last = parted < 0 ? Math.min(first.passes.length, second.passes.length) : parted;
  expect(last, `${name}: ${one.execution} and ${other.execution} differ before any pass`).toBeGreaterThan(0);
  const difference = greatestDifference(first.passes[last - 1]!.logits, second.passes[last - 1]!.logits);
  console.log(`${name}: ${one.execution} and ${other.execution} diverge after pass ${last}, whose logits differ by up to ${difference}`);
  expect(difference, "largest difference of a logit where the outputs diverge").toBeLessThan(ROUNDING);
}

interface Recorded {
  readonly tokens: Int32Array;
  /** Passes of both models, in order: which model read which tokens, and the logits that it returned, row by row. */
  readonly passes: readonly { readonly read: string; readonly logits: Float32Array }[];
}

async function recordPasses(model: OnnxLanguageModel, decoder: Decoder, { prompt, newTokens: maxNewTokens }: Task): Promise<Recorded> {
  const passes: { read: string; logits: Float32Array }[] = [];
  const record = (tokens: Int32Array, logits: Logits): Logits => {
    const copy = new Float32Array(logits.rows * logits.vocabSize);
    for (let row = 0; row < logits.rows; row++) copy.set(logits.row(row), row * logits.vocabSize);
    passes.push({ read: tokens.join(" "), logits: copy });
    return logits;
  };
  const recording: LanguageModel = {
    ...model,
    causal: {
      ...model.causal,
      // Changed in place, since a masked session refers to this session object.
      async createSession() {
        const session = await model.causal.createSession();
        const forward = session.forward.bind(session);
        const forwardTree = session.forwardTree!.bind(session);
        return Object.assign(session, {
          forward: async (tokens: Int32Array, options?: ForwardOptions) =>
            record(tokens, await forward(tokens, { ...options, reads: undefined })),
          forwardTree: async (tokens: Int32Array, parents: Int32Array) => record(tokens, await forwardTree(tokens, parents)),
        });
      },
    },
    masked: interceptPasses<MaskedModel>(model.masked!, async ({ tokens, run }) => record(tokens, await run())),
  };
  const { tokens } = await generate(recording, prompt, { decoder, maxNewTokens }).result;
  return { tokens, passes };
}

function greatestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((most, logit, index) => Math.max(most, logit === b[index] ? 0 : Math.abs(logit - b[index]!)), 0);
}
