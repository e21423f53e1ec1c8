import { type DecoderPlugin, type PluginOption, type PluginOptionValues, resolveOptions } from "@decodekit/core";
import { classifierFree } from "../guidance.ts";
import { refine, type RefineOptions } from "../refine.ts";
import { maskPredict, maskPredictOptions, mdlm, mdlmOptions, remdm, remdmOptions } from "./diffusion.ts";
import { dream, dreamOptions } from "./dream.ts";
import { llada, llada21, llada21Options, lladaOptions } from "./llada.ts";
import {
  ebSampler,
  ebSamplerOptions,
  fastDllm,
  fastDllmOptions,
  hierarchy,
  hierarchyOptions,
  klass,
  klassOptions,
  wino,
  winoOptions,
} from "./parallel.ts";
import { d3pm, d3pmOptions, diffusionGemma, diffusionGemmaOptions } from "./uniform.ts";

const noise: PluginOption = {
  type: "string",
  help: "What passes read at an open position: the mask token, or random tokens; by default the preset's own",
  choices: ["absorbing", "uniform"],
};

/** Options of every preset, which override its own. */
const common = {
  canvas: {
    type: "string",
    help: "What the model sees: the block, or also all remaining positions, masked; by default the preset's own",
    choices: ["block", "remaining"],
  },
  guidanceScale: {
    type: "number",
    help: "Strength of classifier-free guidance, which doubles the passes; by default none",
    minimum: 0,
    exclusiveMinimum: true,
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

const original: PluginOption = {
  type: "string",
  help: "What blocks start from in place of masks: a copy of the prompt where it continues the output",
  choices: ["prompt"],
};

interface CommonValues extends Pick<RefineOptions, "canvas" | "noise"> {
  readonly guidanceScale?: number | undefined;
  readonly original?: "prompt" | undefined;
}

interface Preset {
  readonly title: string;
  readonly description: string;
  readonly options: Readonly<Record<string, PluginOption>>;
  readonly create: (options: object) => RefineOptions;
  /** @defaultValue []: shown only when selected */
  readonly presets?: readonly PluginOptionValues[];
  /** Whether the rule is defined for its own noise only. @defaultValue false */
  readonly hasFixedNoise?: boolean;
  /** Whether a canvas may start from a copy: the rule commits all positions that are certain. @defaultValue false */
  readonly corrects?: boolean;
}

const presets: Readonly<Record<string, Preset>> = {
  "fast-dllm": {
    title: "Fast-dLLM",
    description: "Iterative refinement: fills blocks and commits every position above a confidence threshold",
    options: fastDllmOptions,
    create: fastDllm,
    presets: [{ blockLength: 8 }],
    corrects: true,
  },
  "eb-sampler": {
    title: "EB-Sampler",
    description: "Iterative refinement: commits the positions of lowest entropy up to a bound",
    options: ebSamplerOptions,
    create: ebSampler,
    presets: [{ blockLength: 8 }],
    corrects: true,
  },
  klass: {
    title: "KLASS",
    description: "Iterative refinement: commits positions whose predictions are confident and stable",
    options: klassOptions,
    create: klass,
  },
  hierarchy: {
    title: "Hierarchy",
    description: "Iterative refinement: commits confident positions, and the best of every gap between them",
    options: hierarchyOptions,
    create: hierarchy,
  },
  wino: {
    title: "WINO",
    description: "Iterative refinement: commits generously and remasks tokens that a second prediction doubts",
    options: winoOptions,
    create: wino,
  },
  llada: {
    title: "LLaDA",
    description: "Iterative refinement: commits the same number of positions in every step",
    options: lladaOptions,
    create: llada,
  },
  "llada-2.1": {
    title: "LLaDA 2.1",
    description: "Iterative refinement: commits above a threshold and edits committed tokens",
    options: llada21Options,
    create: llada21,
    corrects: true,
  },
  dream: {
    title: "Dream",
    description: "Iterative refinement: commits along a grid of times, by entropy or another order",
    options: dreamOptions,
    create: dream,
  },
  mdlm: {
    title: "MDLM",
    description: "Iterative refinement: the ancestral sampler of masked diffusion",
    options: mdlmOptions,
    create: mdlm,
  },
  remdm: {
    title: "ReMDM",
    description: "Iterative refinement: masked diffusion with remasking",
    options: remdmOptions,
    create: remdm,
  },
  "mask-predict": {
    title: "Mask-Predict",
    description: "Iterative refinement: predicts all positions, then repeatedly the least certain ones",
    options: maskPredictOptions,
    create: maskPredict,
  },
  d3pm: {
    title: "D3PM",
    description: "Iterative refinement: uniform diffusion, for models trained on random tokens",
    options: d3pmOptions,
    create: d3pm,
    hasFixedNoise: true,
  },
  "diffusion-gemma": {
    title: "DiffusionGemma",
    description: "Iterative refinement: replaces a canvas of random tokens, for models trained on them",
    options: diffusionGemmaOptions,
    create: diffusionGemma,
  },
};

/** One plugin per published rule. */
export const presetPlugins: readonly DecoderPlugin<"masked">[] = Object.entries(presets).map(([name, preset]) => {
  const options = { ...preset.options, ...common, ...(!preset.hasFixedNoise && { noise }), ...(preset.corrects && { original }) };
  return {
    name,
    title: preset.title,
    description: preset.description,
    requires: ["masked"],
    options,
    presets: preset.presets ?? [],
    create(values, model) {
      resolveOptions<object, object>(name, values, options);
      const begin = model?.tokenizer.encode("").length ?? 0;
      const { canvas, noise: chosenNoise, guidanceScale, original: source, ...own } = values as CommonValues & PluginOptionValues;
      return {
        ...refine({
          ...preset.create(own),
          ...(canvas && { canvas }),
          ...(chosenNoise && { noise: chosenNoise }),
          ...(source && { original: (prompt: Int32Array) => prompt.subarray(begin) }),
          ...(guidanceScale !== undefined && { guidance: classifierFree({ scale: guidanceScale }) }),
        }),
        name,
      };
    },
  };
});
