import type { Dtype } from "@decodekit/core/toolkit";

/** A model of the Hub that the page suggests. What it says of a model is known before anything is downloaded. */
export interface PopularModel {
  /** "org/name" */
  readonly repository: string;
  readonly title: string;
  /** Number of weights, in millions. */
  readonly millions: number;
  /** Its name, without line breaks. */
  readonly licence: string;
  readonly roles: readonly ("causal" | "masked")[];
  /** Whether the causal model reads several continuations in one pass. */
  readonly readsTrees: boolean;
  readonly hasChat: boolean;
  /**
   * What is downloaded for each data type of which it is known, in megabytes, about: graph and weights; the tokenizer adds 1 to 33 MB. Other
   * data types may be there too.
   */
  readonly megabytes: Readonly<Partial<Record<Dtype, number>>>;
  /** Data types to begin with: the smallest download that is right, on a CPU and on a GPU. */
  readonly advised: { readonly cpu: Dtype; readonly gpu: Dtype };
  /** A cheaper model with the same vocabulary that can draft for it: a repository. */
  readonly draft?: string;
}

const CAUSAL = ["causal"] as const;
const SMOLLM2_135M = "HuggingFaceTB/SmolLM2-135M-Instruct";

/*
 * Where sizes come from. "Computed": the formula that gives the sizes of SmolLM2-135M's own export to within 2 % (539, 271, 181, 118 and 137 MB
 * for fp32, fp16, q4, q4f16 and q8): embeddings in 4 or 2 bytes, other weights in 4, 2, 1, 0.625 (q4) or 0.5625 bytes (q4f16). All are
 * approximate: a repository may change. On a CPU, a pass in 4 bits takes 3.6 times that of float16 (apps/experiments/SPEED.md), so the
 * smallest models are advised in float16 there.
 */
export const popularModels: readonly PopularModel[] = [
  {
    repository: SMOLLM2_135M,
    title: "SmolLM2 135M Instruct",
    millions: 135,
    licence: "Apache\u00a02.0",
    roles: CAUSAL,
    readsTrees: true,
    hasChat: true,
    // The repository's page in November 2024 (stackoverflow.com, question 79180750); q8 computed, with a head of its own as there.
    megabytes: { fp32: 654, fp16: 327, q8: 165, q4: 200, q4f16: 134 },
    advised: { cpu: "fp16", gpu: "q4f16" },
  },
  {
    repository: "HuggingFaceTB/SmolLM2-360M-Instruct",
    title: "SmolLM2 360M Instruct",
    millions: 362,
    licence: "Apache\u00a02.0",
    roles: CAUSAL,
    readsTrees: true,
    hasChat: true,
    // Computed; a public catalogue of models for pages says 270 MB for q4f16.
    megabytes: { fp32: 1447, fp16: 724, q8: 365, q4: 386, q4f16: 271 },
    advised: { cpu: "fp16", gpu: "q4f16" },
    draft: SMOLLM2_135M,
  },
  {
    repository: "onnx-community/Qwen3-0.6B-ONNX",
    title: "Qwen3 0.6B",
    millions: 596,
    licence: "Apache\u00a02.0",
    roles: CAUSAL,
    readsTrees: true,
    hasChat: true,
    // A public catalogue that summed the repository's file sizes on 2026-10-05.
    megabytes: { q4: 919, q4f16: 570 },
    advised: { cpu: "q4f16", gpu: "q4f16" },
  },
  {
    repository: "onnx-community/gemma-3-270m-it-ONNX",
    title: "Gemma 3 270M",
    millions: 268,
    licence: "Gemma\u00a0terms",
    roles: CAUSAL,
    // Most of its layers see a window of 512 positions (docs/models.md, "Trees of candidates").
    readsTrees: false,
    hasChat: true,
    // q4f16: a public catalogue of models for pages; q4 and fp32 computed.
    megabytes: { fp32: 1070, q4: 735, q4f16: 430 },
    advised: { cpu: "q4f16", gpu: "q4f16" },
  },
  {
    repository: "LiquidAI/LFM2.5-230M-ONNX",
    title: "LFM2.5 230M",
    millions: 230,
    licence: "LFM\u00a0Open\u00a01.0",
    roles: CAUSAL,
    // A state that each token replaces (docs/models.md, "Trees of candidates").
    readsTrees: false,
    hasChat: true,
    // q4: file sizes in a public repository that pins them; fp16 and q8: a public page that offers the model.
    megabytes: { fp16: 450, q8: 470, q4: 211 },
    advised: { cpu: "q4", gpu: "q4" },
  },
  {
    repository: "answerdotai/ModernBERT-base",
    title: "ModernBERT base",
    millions: 150,
    licence: "Apache\u00a02.0",
    roles: ["masked"],
    readsTrees: false,
    hasChat: false,
    // fp32 and q8: the card of a public export of the same weights; fp16 computed.
    megabytes: { fp32: 600, fp16: 300, q8: 150 },
    advised: { cpu: "q8", gpu: "fp16" },
  },
];

/** Returns the suggested model of this repository, whatever its revision. */
export function popularModel(repository: string): PopularModel | undefined {
  return popularModels.find((each) => each.repository === repository);
}

/** Returns the data type to begin with on a device. A GPU without float16 gets one that computes in float32. */
export function advisedDtype({ advised }: PopularModel, device: { readonly gpu: boolean; readonly float16: boolean }): Dtype {
  if (!device.gpu) return advised.cpu;
  if (device.float16) return advised.gpu;
  return advised.gpu === "q4f16" ? "q4" : advised.gpu === "fp16" ? "fp32" : advised.gpu;
}
