import { checkOptions, type DecoderPlugin, type PluginOption } from "@decodekit/core";
import { describedChecks } from "./described-checks.ts";
import { classifierFree } from "./guidance.ts";
import { maskPredict, mdlm, remdm } from "./presets/diffusion.ts";
import { dream } from "./presets/dream.ts";
import { llada, llada21 } from "./presets/llada.ts";
import { ebSampler, fastDllm, hierarchy, klass, wino } from "./presets/parallel.ts";
import { d3pm, diffusionGemma } from "./presets/uniform.ts";
import { refine, type RefineOptions } from "./refine.ts";

const presets = {
  "fast-dllm": fastDllm,
  "eb-sampler": ebSampler,
  klass,
  hierarchy,
  wino,
  llada,
  "llada-2.1": llada21,
  dream,
  mdlm,
  remdm,
  "mask-predict": maskPredict,
  d3pm,
  "diffusion-gemma": diffusionGemma,
} as const satisfies Readonly<Record<string, (options: object) => RefineOptions>>;

const names = Object.keys(presets);
const share = { type: "number", minimum: 0, maximum: 1 } as const;
const count = { type: "integer", minimum: 1 } as const;

const options: Readonly<Record<string, PluginOption>> = {
  preset: { type: "string", help: "Published rule for what is committed and revised", default: "fast-dllm", choices: names },
  blockLength: { ...count, help: "Positions worked out together; default 32, for whole canvases 128 to 512" },
  steps: { ...count, help: "Most predictions per block; default one per position, mask-predict 10, diffusion-gemma 48, llada-2.1 16 more" },
  temperature: {
    type: "number",
    minimum: 0,
    help: "0 takes the likeliest tokens; default 0, for mdlm, remdm and d3pm 1, for diffusion-gemma 0.8 to 0.4",
  },
  canvas: { type: "string", choices: ["block", "rest"], help: "Whether the model also sees the masked rest; default block, llada rest" },
  noise: {
    type: "string",
    choices: ["absorbing", "uniform"],
    help: "What stands for unknown tokens: masks or random tokens; default by preset",
  },
  guidanceScale: { type: "number", minimum: 0, exclusiveMinimum: true, help: "Classifier-free guidance; doubles the passes" },
  threshold: {
    ...share,
    help: "fast-dllm, klass, hierarchy, wino, llada-2.1: confidence that is committed; default 0.9, wino 0.6, llada-2.1 0.95",
  },
  factor: { type: "number", minimum: 0, exclusiveMinimum: true, help: "fast-dllm: its dynamic rule in place of the threshold" },
  bound: {
    type: "number",
    minimum: 0,
    help: "eb-sampler, diffusion-gemma: nats per step, default 0.1; klass: stable change, default 0.01",
  },
  lowThreshold: { ...share, help: "hierarchy: confidence for the best of a run, default 0.4" },
  remaskThreshold: { ...share, exclusiveMinimum: true, help: "hierarchy: probability below which tokens are taken back" },
  revokeThreshold: { ...share, help: "wino: probability, without seeing the token, below which it is taken back; default 0.9" },
  editThreshold: { ...share, help: "llada-2.1: probability of a token that replaces another, default 0.9" },
  algorithm: { type: "string", choices: ["origin", "maskgit-plus", "topk-margin", "entropy"], help: "dream: order, default entropy" },
  remasking: { type: "string", choices: ["low-confidence", "random"], help: "llada: order, default low-confidence" },
  variant: { type: "string", choices: ["cap", "rescale", "confidence", "loop"], help: "remdm: what is taken back, default cap" },
  stabilityThreshold: { type: "integer", minimum: 0, help: "diffusion-gemma: equal steps before it ends early, default 1" },
  confidenceThreshold: { type: "number", minimum: 0, help: "diffusion-gemma: mean nats below which it ends early, default 0.005" },
  eta: { ...share, exclusiveMinimum: true, help: "remdm: strength of re-masking; default 0.008, rescale 0.015, loop 0.02" },
};

const checks = describedChecks(options);

const plugin: DecoderPlugin<"masked"> = {
  name: "refine",
  title: "Iterative refinement",
  description: "Fills blocks of unknown tokens over several passes, several tokens per pass",
  requires: ["masked"],
  options,
  presets: [
    { preset: "fast-dllm", blockLength: 8 },
    { preset: "eb-sampler", blockLength: 8 },
  ],
  create(values) {
    checkOptions("refine", values, checks);
    const { preset = "fast-dllm", guidanceScale, canvas, noise, ...rest } = values;
    const chosen = presets[preset as keyof typeof presets] as (options: object) => RefineOptions;
    return refine({
      ...chosen(rest),
      ...(canvas !== undefined && { canvas: canvas as RefineOptions["canvas"] }),
      ...(noise !== undefined && { noise: noise as RefineOptions["noise"] }),
      ...(guidanceScale !== undefined && { guidance: classifierFree({ scale: guidanceScale as number }) }),
    });
  },
};

export default plugin;
