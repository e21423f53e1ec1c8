export { classifierFree, type ClassifierFreeOptions, type Guidance } from "./guidance.ts";
export { arCritic, type ArCriticOptions } from "./hybrids/ar-critic.ts";
export { arThenRefine, type ArThenRefineOptions } from "./hybrids/ar-then-refine.ts";
export { confidenceCascade, type ConfidenceCascadeOptions } from "./hybrids/confidence-cascade.ts";
export type { Original } from "./copied-draft.ts";
export { denoiseDraft, type DenoiseDraftOptions } from "./hybrids/denoise-draft.ts";
export { infill, type InfillOptions, type LengthRange } from "./infill.ts";
export { maskPredict, mdlm, remdm, type RemdmOptions } from "./presets/diffusion.ts";
export { dream, type DreamOptions } from "./presets/dream.ts";
export { blockPlan, type BlockPlanOptions, llada, llada21, type Llada21Options, type LladaOptions } from "./presets/llada.ts";
export {
  ebSampler,
  type EbSamplerOptions,
  fastDllm,
  type FastDllmOptions,
  hierarchy,
  type HierarchyOptions,
  klass,
  type KlassOptions,
  wino,
  type WinoOptions,
} from "./presets/parallel.ts";
export { d3pm, diffusionGemma, type DiffusionGemmaOptions } from "./presets/uniform.ts";
export type { PresetOptions } from "./presets/preset-options.ts";
export { refine, type RefineOptions } from "./refine.ts";
export type { AnnealedTemperature, FillOptions } from "./refine-options.ts";
export { editAbove, type EditAboveOptions } from "./revise/edit-above.ts";
export { remaskLeastConfident } from "./revise/mask-predict.ts";
export { redecide, type RedecideOptions } from "./revise/redecide.ts";
export { remaskBelow, type RemaskBelowOptions } from "./revise/remask-below.ts";
export { remaskDoubted, type RemaskDoubtedOptions } from "./revise/remask-doubted.ts";
export { revokeDoubted, type RevokeDoubtedOptions } from "./revise/revoke-doubted.ts";
export { type Remasking, remasking, type RemaskingOptions } from "./revise/remdm.ts";
export { type UniformDiffusion, uniformPosterior } from "./revise/uniform-posterior.ts";
export type { RemdmVariant } from "./revise/remdm-rates.ts";
export type { Changes, FullCanvas, Noise, RevisedStep, Revision } from "./revise/revision.ts";
export { rewrite, type RewriteOptions } from "./rewrite.ts";
export {
  adaptive,
  allAtOnce,
  ancestral,
  type AncestralOptions,
  cosine,
  firstHitting,
  fixed,
  linear,
  type LinearOptions,
} from "./schedule/counts.ts";
export type { Schedule, ScheduleStep } from "./schedule/schedule.ts";
export type { OrderBy, OrderByOption } from "./select/confidence-of.ts";
export { entropyBound, type EntropyBoundOptions } from "./select/entropy-bound.ts";
export { factor, type FactorOptions } from "./select/factor.ts";
export { hierarchical, type HierarchicalOptions } from "./select/hierarchical.ts";
export { klStable, type KlStableOptions } from "./select/kl-stable.ts";
export { leftToRight, type NoOptions, randomOrder } from "./select/orders.ts";
export { confidence, type ConfidenceOptions, entropy, margin, type RankedOptions } from "./select/ranked.ts";
export type { Selection } from "./select/selection.ts";
export { threshold, type ThresholdOptions } from "./select/threshold.ts";
export type { Predictions, RefineStep } from "./step-context.ts";
