import type { PluginOptionValues } from "@decodekit/core";
import { callCode, type Code, codeOf, objectCode } from "./code-text.ts";
import { constrainedDecoderCode } from "./constraint-code.ts";

const CORE = "@decodekit/core";
const TOOLKIT = "@decodekit/core/toolkit";
const REFINEMENT = "@decodekit/refinement";
const SAMPLERS = "@decodekit/samplers";
const SEARCH = "@decodekit/search";
const SPECULATIVE = "@decodekit/speculative";

type MakeCode = (options: PluginOptionValues, name: string) => Code;

/** The factory `name` of a package, which takes the options of its plugin as they are. */
const factory =
  (from: string, name: string): MakeCode =>
  (options) =>
    callCode(from, name, objectCode(options));

/** The factories of drafters, with the options that the plugin gives them. */
const drafters: Readonly<Record<string, Code>> = {
  "prompt-lookup": callCode(SPECULATIVE, "promptLookup"),
  suffix: callCode(SPECULATIVE, "suffix"),
  "draft-model": callCode(SPECULATIVE, "draftModel"),
  "masked-draft": callCode(SPECULATIVE, "maskedDraft"),
  ddtree: callCode(SPECULATIVE, "ddtree"),
  eagle: callCode(SPECULATIVE, "eagle"),
  "eagle-tree": callCode(SPECULATIVE, "eagleTree"),
  dflash: callCode(SPECULATIVE, "dflash"),
  jacobi: callCode(SPECULATIVE, "jacobi"),
  lookahead: callCode(SPECULATIVE, "lookahead"),
  cascade: callCode(
    SPECULATIVE,
    "cascade",
    objectCode({ drafters: [callCode(SPECULATIVE, "suffix"), callCode(SPECULATIVE, "lookahead")] }),
  ),
};

/** Undefined for greedy decoding, which is the default everywhere. */
function samplerOf({ temperature, p = 1 }: PluginOptionValues): Code | undefined {
  return temperature === 0 ? undefined : callCode(TOOLKIT, "temperatureSampler", temperature, p === 1 ? undefined : p);
}

function speculativeCode({ drafter, verify, draftLength, ...rest }: PluginOptionValues): Code | undefined {
  const made = drafters[drafter as string];
  const length = draftLength === "auto" ? draftLength : Number(draftLength);
  return made && callCode(SPECULATIVE, "speculative", objectCode({ drafter: made, verify, draftLength: length, sampler: samplerOf(rest) }));
}

/** A chain of processors after the temperature, drawn from token by token. */
const chainOf =
  (processors: (options: PluginOptionValues) => readonly Code[]): MakeCode =>
  (options, name) => {
    const steps = [callCode(SAMPLERS, "temperature", options["temperature"]), ...processors(options)];
    return drawing(name, callCode(SAMPLERS, "chain", steps));
  };

/** A decoder that draws one token per pass. */
function drawing(name: string, sampler: Code): Code {
  return callCode(CORE, "autoregressive", objectCode({ name, sampler }));
}

const processor = (name: string, ...options: readonly string[]): MakeCode =>
  chainOf((given) => [callCode(SAMPLERS, name, ...options.map((option) => given[option]))]);
const processorWithOptions = (name: string, ...options: readonly string[]): MakeCode =>
  chainOf((given) => [callCode(SAMPLERS, name, objectCode(Object.fromEntries(options.map((option) => [option, given[option]]))))]);

function penaltyCodes({ repetition, presence, frequency, dry, noRepeatNgram }: PluginOptionValues): Code[] {
  const ofOutput = objectCode({ of: "output" });
  return [
    callCode(SAMPLERS, "repetitionPenalty", repetition),
    callCode(SAMPLERS, "presencePenalty", presence, ofOutput),
    callCode(SAMPLERS, "frequencyPenalty", frequency, ofOutput),
    ...(dry === 0 ? [] : [callCode(SAMPLERS, "dry", objectCode({ multiplier: dry }))]),
    ...(noRepeatNgram === 0 ? [] : [callCode(SAMPLERS, "noRepeatNgram", noRepeatNgram)]),
  ];
}

const systems: Readonly<Record<string, string>> = { hf: "hf", "llama-cpp": "llamaCpp", vllm: "vllm" };

/** A published rule of refinement, with the options that every rule has. */
const preset =
  (name: string): MakeCode =>
  ({ canvas, noise, guidanceScale, ...own }) => {
    const guidance = guidanceScale === undefined ? undefined : callCode(REFINEMENT, "classifierFree", objectCode({ scale: guidanceScale }));
    return callCode(REFINEMENT, "refine", objectCode({ canvas, noise, guidance }, callCode(REFINEMENT, name, objectCode(own))));
  };

function infillCode({ after, length }: PluginOptionValues): Code {
  const text = JSON.stringify(` ${String(after).trim()}`);
  const suffix = { code: `model.tokenizer.encode(${text}, { addSpecialTokens: false })`, imports: [] };
  const select = callCode(REFINEMENT, "threshold");
  return callCode(REFINEMENT, "infill", objectCode({ select, schedule: callCode(REFINEMENT, "adaptive"), suffix, length }));
}

/** By name of the plugin: the code of its decoder with given options, all of them with their defaults. Add new decoders here. */
const makers: Readonly<Record<string, (...given: Parameters<MakeCode>) => Code | undefined>> = {
  greedy: factory("@decodekit/greedy", "greedy"),
  "top-p": factory("@decodekit/top-p", "topP"),
  sample: ({ preset: system, ...options }, name) => drawing(name, callCode(SAMPLERS, systems[system as string]!, objectCode(options))),
  "top-k": processor("topK", "k"),
  "min-p": processor("minP", "minP"),
  typical: processor("typical", "p"),
  "epsilon-cutoff": processor("epsilonCutoff", "epsilon"),
  "eta-cutoff": processor("etaCutoff", "epsilon"),
  "p-less": processor("pLess"),
  "top-n-sigma": processor("topNSigma", "n"),
  "top-h": processor("topH", "h"),
  "dynamic-temperature": processorWithOptions("dynamicTemperature", "range", "exponent"),
  xtc: processorWithOptions("xtc", "probability", "threshold"),
  mirostat: (options, name) => processorWithOptions(options["version"] === 1 ? "mirostat1" : "mirostat", "tau", "eta")(options, name),
  penalties: chainOf(penaltyCodes),
  beam: ({ earlyStopping, ...options }) =>
    callCode(
      SEARCH,
      "beamSearch",
      objectCode({ ...options, earlyStopping: earlyStopping === "never" ? earlyStopping : earlyStopping === "true" }),
    ),
  contrastive: factory(SEARCH, "contrastiveSearch"),
  "best-of-n": ({ n, ...options }) => callCode(SEARCH, "bestOfN", objectCode({ n, sampler: samplerOf(options) })),
  "self-consistency": ({ n, answerTokens, ...options }) => {
    const answer = answerTokens === undefined ? undefined : callCode(SEARCH, "lastTokens", answerTokens);
    return callCode(SEARCH, "selfConsistency", objectCode({ n, sampler: samplerOf(options), answer }));
  },
  "think-first": ({ scratchTokens, answerTokens, separator, scratchTemperature = 0, temperature = 0 }) => {
    const ids = String(separator).split(" ").filter(Boolean).map(Number);
    const scratchSampler = samplerOf({ temperature: scratchTemperature });
    const options = { scratchTokens, answerTokens, separator: codeOf(ids), scratchSampler, sampler: samplerOf({ temperature }) };
    return callCode(SEARCH, "thinkFirst", objectCode(options));
  },
  speculative: speculativeCode,
  "judged-tree": ({ temperature = 0, ...options }) =>
    callCode(SPECULATIVE, "judgedTree", objectCode({ ...options, sampler: samplerOf({ temperature }) })),
  "denoise-draft": ({ draftLength, steps }) =>
    callCode(SPECULATIVE, "speculative", objectCode({ drafter: callCode(REFINEMENT, "denoiseDraft", objectCode({ steps })), draftLength })),
  "fast-dllm": preset("fastDllm"),
  "eb-sampler": preset("ebSampler"),
  klass: preset("klass"),
  hierarchy: preset("hierarchy"),
  wino: preset("wino"),
  llada: preset("llada"),
  "llada-2.1": preset("llada21"),
  dream: preset("dream"),
  mdlm: preset("mdlm"),
  remdm: preset("remdm"),
  "mask-predict": preset("maskPredict"),
  d3pm: preset("d3pm"),
  "diffusion-gemma": preset("diffusionGemma"),
  "ar-critic": factory(REFINEMENT, "arCritic"),
  "ar-then-refine": factory(REFINEMENT, "arThenRefine"),
  "confidence-cascade": factory(REFINEMENT, "confidenceCascade"),
  infill: infillCode,
  constrained: constrainedDecoderCode,
};

/**
 * Returns the code that makes a decoder with the published factories; undefined for a decoder that is not listed here. `options` are those
 * of the lane, with their defaults. The code may use `model`, and under a rule the compiled `constraint`.
 */
export function decoderCode(name: string, options: PluginOptionValues): Code | undefined {
  return makers[name]?.(options, name);
}
