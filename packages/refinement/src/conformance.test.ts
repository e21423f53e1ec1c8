import { testDecoder } from "@decodekit/conformance";
import { describe, test } from "vitest";
import {
  classifierFree,
  d3pm,
  diffusionGemma,
  dream,
  ebSampler,
  entropy,
  fastDllm,
  hierarchy,
  infill,
  klass,
  llada,
  llada21,
  maskPredict,
  mdlm,
  refine,
  type RefineOptions,
  remdm,
  rewrite,
  wino,
} from "./index.ts";

/** Every preset in each of its variants, with blocks shorter than the texts of the kit. */
const settings: Readonly<Record<string, RefineOptions>> = {
  "no options": {},
  "blocks of 4": { blockLength: 4 },
  "blocks of 3, later ones shown": { blockLength: 3, canvas: "remaining" },
  "drawn tokens": { blockLength: 4, temperature: 1 },
  guidance: { blockLength: 4, guidance: classifierFree({ scale: 1 }) },
  "fast-dllm": fastDllm({ blockLength: 4 }),
  "fast-dllm, factor": fastDllm({ blockLength: 4, factor: 1 }),
  "eb-sampler": ebSampler({ blockLength: 4, temperature: 1 }),
  klass: klass({ blockLength: 4 }),
  hierarchy: hierarchy({ blockLength: 5 }),
  "hierarchy, remasking": hierarchy({ blockLength: 5, remaskThreshold: 0.3 }),
  wino: wino({ blockLength: 4 }),
  llada: llada({ blockLength: 4, steps: 2 }),
  "llada, random order": llada({ blockLength: 4, remasking: "random", temperature: 1 }),
  "llada-2.1": llada21({ blockLength: 4, threshold: 0.5, editThreshold: 0.3 }),
  dream: dream({ steps: 5 }),
  "dream, origin": dream({ steps: 5, algorithm: "origin", temperature: 0.7 }),
  "dream, maskgit-plus": dream({ steps: 5, algorithm: "maskgit-plus", orderTemperature: 0.5 }),
  "dream, topk-margin": dream({ steps: 5, algorithm: "topk-margin" }),
  mdlm: mdlm({ steps: 6 }),
  "remdm, cap": remdm({ steps: 8, eta: 0.3 }),
  "remdm, rescale": remdm({ steps: 8, variant: "rescale", eta: 0.5 }),
  "remdm, confidence": remdm({ steps: 8, variant: "confidence" }),
  "remdm, loop": remdm({ steps: 12, variant: "loop", eta: 0.3 }),
  "mask-predict": maskPredict({ blockLength: 8, steps: 4 }),
  d3pm: d3pm({ steps: 6 }),
  "diffusion-gemma": diffusionGemma({ blockLength: 8, steps: 6 }),
};

describe.each(Object.entries(settings))("refine, %s", (_, options) => {
  testDecoder(test, () => refine(options));
});

describe("infill", () => {
  testDecoder(test, () => infill({ suffix: [2, 7], length: 5 }), { fixedLength: { output: 5, positions: 7 } });
});

describe("infill, drawn by entropy", () => {
  const options = { suffix: [4], length: 9, select: entropy(), temperature: 1 };
  testDecoder(test, () => infill(options), { fixedLength: { output: 9, positions: 10 } });
});

describe("infill, with a range of lengths", () => {
  const options = { suffix: [2, 7], length: { minimum: 3, maximum: 5 } };
  testDecoder(test, () => infill(options), { fixedLength: { output: 5, minimum: 3, positions: 7 } });
});

describe("rewrite", () => {
  const given = { text: [5, 0, 8, 0, 0, 6], positions: [1, 4, 3] };
  testDecoder(test, () => rewrite(given), { fixedLength: { output: 6, givenIndices: [0, 2, 5] } });
});
