import { type Decoder, generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import {
  arCritic,
  arThenRefine,
  classifierFree,
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
import {
  autoDraftLength,
  cascade,
  ddtree,
  draftModel,
  gumbelSampling,
  jacobi,
  judgedTree,
  lookahead,
  maskedDraft,
  promptLookup,
  speculative,
  suffix,
} from "@decodekit/speculative";
import { topP, topPSampler } from "@decodekit/top-p";

const PROMPT = "Once upon a time, there was a little girl named Lily. Lily had a red ball. One day,";
const SEED = 7;
const NEW_TOKENS = 40;

const sampler = topPSampler({ p: 0.9, temperature: 0.9 });
const steps = 6;
const blockLength = 10;
const temperature = 0.7;
const cost = (length: number): number => 1 + 0.2 * length;

/** Every strategy with each of its rules and drafters, in settings where they have an effect. */
const DECODERS: Readonly<Record<string, (tokenize: (text: string) => Int32Array) => Decoder>> = {
  greedy: () => greedy(),
  "top-p": () => topP(),
  "top-p, flat": () => topP({ p: 0.8, temperature: 1.3 }),
  "gumbel sampling": () => gumbelSampling({ sampler }),
  "prompt lookup": () => speculative({ drafter: promptLookup() }),
  "prompt lookup, chained, sampled": () => speculative({ drafter: promptLookup({ chained: true, occurrence: "earliest" }), sampler }),
  suffix: () => speculative({ drafter: suffix(), draftLength: 6 }),
  "suffix, automatic length": () => speculative({ drafter: suffix(), draftLength: autoDraftLength({ cost }), sampler }),
  "draft model": () => speculative({ drafter: draftModel() }),
  "draft model, ratio": () => speculative({ drafter: draftModel({ minProbability: 0.1 }), verify: "ratio", sampler }),
  "draft model, block": () => speculative({ drafter: draftModel(), verify: "block", sampler }),
  "draft model, gumbel": () => speculative({ drafter: draftModel(), verify: "gumbel", sampler }),
  "masked draft": () => speculative({ drafter: maskedDraft() }),
  "masked draft, ratio": () => speculative({ drafter: maskedDraft(), verify: "ratio", sampler }),
  "masked draft, block": () => speculative({ drafter: maskedDraft(), verify: "block", sampler }),
  "draft tree": () => speculative({ drafter: ddtree(), draftLength: 8, sampler }),
  jacobi: () => speculative({ drafter: jacobi(), verify: "gumbel", sampler }),
  lookahead: () => speculative({ drafter: lookahead() }),
  cascade: () => speculative({ drafter: cascade({ drafters: [promptLookup({ minNgram: 2 }), lookahead()] }), sampler }),
  "denoised draft": () => speculative({ drafter: denoiseDraft({ steps: 2 }), sampler }),
  "judged tree": () => judgedTree({ nodes: 16, depth: 8 }),
  "judged tree, lossless, sampled": () => judgedTree({ natsPerToken: 0, rowCost: 0.05, nodes: 16, depth: 8, sampler }),
  refine: () => refine({ blockLength }),
  "refine, guided": () => refine({ ...fastDllm({ blockLength, temperature }), guidance: classifierFree({ scale: 0.5 }) }),
  "refine, remask doubted": () => refine({ ...fastDllm({ blockLength, threshold: 0.4 }), revise: remaskDoubted(), steps: 14 }),
  "fast-dllm": () => refine(fastDllm({ blockLength, threshold: 0.5, temperature })),
  "fast-dllm, factor": () => refine(fastDllm({ blockLength, factor: 1 })),
  "eb-sampler": () => refine(ebSampler({ blockLength, temperature })),
  klass: () => refine(klass({ blockLength, threshold: 0.5, bound: 0.1, history: 1, temperature })),
  hierarchy: () => refine(hierarchy({ blockLength, remaskThreshold: 0.3, temperature })),
  wino: () => refine(wino({ blockLength, temperature })),
  llada: () => refine(llada({ blockLength, steps, temperature })),
  "llada, random order": () => refine(llada({ blockLength, steps, temperature, remasking: "random" })),
  "llada-2.1": () => refine(llada21({ blockLength, threshold: 0.6, editThreshold: 0.5, temperature })),
  dream: () => refine(dream({ blockLength: 40, steps: 12, temperature })),
  "dream, maskgit-plus": () => refine(dream({ blockLength: 40, steps: 12, temperature, algorithm: "maskgit-plus", orderTemperature: 0.5 })),
  mdlm: () => refine(mdlm({ blockLength: 40, steps: 20, temperature })),
  remdm: () => refine(remdm({ blockLength: 40, steps: 20, temperature, variant: "rescale", eta: 0.3 })),
  "mask-predict": () => refine(maskPredict({ blockLength, steps })),
  d3pm: () => refine(d3pm({ blockLength, steps, temperature })),
  "diffusion-gemma": () => refine(diffusionGemma({ blockLength, steps, bound: 1 })),
  infill: (tokenize) => infill({ suffix: tokenize("They were very happy."), length: { minimum: 6, maximum: 10 }, temperature }),
  rewrite: (tokenize) => rewrite({ text: tokenize("The dog saw a big red ball in the garden."), positions: [2, 5, 6], temperature }),
  "ar-critic": () => arCritic({ temperature }),
  "ar-then-refine": () => arThenRefine({ temperature }),
  "confidence cascade": () => confidenceCascade({ threshold: 0.5, temperature }),
};

export type RecordedDecodes = Readonly<Record<string, readonly number[]>>;

/** Returns the tokens of the decodes `names` on `model`, the embedded story model with its draft model; of every decode by default. */
export async function decodeAll(model: LanguageModel, names: readonly string[] = Object.keys(DECODERS)): Promise<RecordedDecodes> {
  const tokenize = (text: string): Int32Array => model.tokenizer.encode(text, { addSpecialTokens: false });
  const outputs: Record<string, readonly number[]> = {};
  for (const name of names) {
    const create = DECODERS[name]!;
    const { tokens } = await generate(model, PROMPT, { decoder: create(tokenize), maxNewTokens: NEW_TOKENS, seed: SEED }).result;
    outputs[name] = [...tokens];
  }
  return outputs;
}
