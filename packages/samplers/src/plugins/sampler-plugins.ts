import {
  autoregressive,
  type DecoderPlugin,
  type LogitsProcessor,
  type OptionDefinition,
  type PluginOption,
  type PluginOptionValues,
  resolveOptions,
} from "@decodekit/core";
import { chain } from "../chain/chain.ts";
import { MIROSTAT, mirostat, mirostat1 } from "../mirostat/mirostat.ts";
import { frequencyPenalty, presencePenalty } from "../penalties/count-penalties.ts";
import { dry } from "../penalties/dry.ts";
import { noRepeatNgram } from "../penalties/no-repeat-ngram.ts";
import { repetitionPenalty } from "../penalties/repetition-penalty.ts";
import { CUT_OFF, epsilonCutoff, etaCutoff, pLess } from "../processors/cut-offs.ts";
import { DYNAMIC_TEMPERATURE, dynamicTemperature } from "../processors/dynamic-temperature.ts";
import { MIN_P, minP } from "../processors/min-p.ts";
import { TEMPERATURE, temperature } from "../processors/temperature.ts";
import { TOP_H, topH } from "../processors/top-h.ts";
import { TOP_K, topK } from "../processors/top-k.ts";
import { TOP_N_SIGMA, topNSigma } from "../processors/top-n-sigma.ts";
import { TYPICAL, typical } from "../processors/typical.ts";
import { XTC, xtc } from "../processors/xtc.ts";

/** A sampler with a form of its own: temperature first, then its processors. */
interface FormOfSampler<Names extends string> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly options: Readonly<Record<Names, PluginOption & { readonly default: number | string }>>;
  readonly processors: (options: Readonly<Record<Names, never>>) => readonly LogitsProcessor[];
}

function pluginOf<Names extends string>({ options, processors, ...texts }: FormOfSampler<Names>): DecoderPlugin<"causal"> {
  const all: Readonly<Record<string, PluginOption>> = { temperature: TEMPERATURE, ...options };
  return {
    ...texts,
    requires: ["causal"],
    options: all,
    presets: [],
    create(given) {
      const resolved = resolveOptions(texts.name, given, all as Readonly<Record<string, OptionDefinition>>) as PluginOptionValues;
      const steps = [temperature(resolved["temperature"] as number), ...processors(resolved as Readonly<Record<Names, never>>)];
      return autoregressive({ name: texts.name, sampler: chain(steps, { name: texts.name }) });
    },
  };
}

/** An option of a factory as one of a form, where it has a default. */
function formOption<Default extends number | string>(
  option: PluginOption & { readonly required?: boolean },
  value: Default,
): PluginOption & { readonly default: Default } {
  const { type, help, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = option;
  return { type, help, default: value, minimum, maximum, exclusiveMinimum, exclusiveMaximum };
}

export const samplerPlugins: readonly DecoderPlugin<"causal">[] = [
  pluginOf({
    name: "top-k",
    title: "Top-k",
    description: "Samples from the k most likely tokens",
    options: { k: formOption(TOP_K.k, 40) },
    processors: ({ k }) => [topK(k)],
  }),
  pluginOf({
    name: "min-p",
    title: "Min-p",
    description: "Samples from the tokens that have a share of the largest probability",
    options: { minP: formOption(MIN_P.minP, 0.05) },
    processors: (options) => [minP(options.minP)],
  }),
  pluginOf({
    name: "typical",
    title: "Typical",
    description: "Samples from the tokens that are about as surprising as the row is uncertain",
    options: { p: formOption(TYPICAL.p, 0.9) },
    processors: ({ p }) => [typical(p)],
  }),
  pluginOf({
    name: "epsilon-cutoff",
    title: "Epsilon cut-off",
    description: "Samples from the tokens above a fixed probability",
    options: { epsilon: formOption(CUT_OFF.epsilon, 0.001) },
    processors: ({ epsilon }) => [epsilonCutoff(epsilon)],
  }),
  pluginOf({
    name: "eta-cutoff",
    title: "Eta cut-off",
    description: "Samples from the tokens above a probability that falls with the uncertainty of the row",
    options: { epsilon: formOption(CUT_OFF.epsilon, 0.001) },
    processors: ({ epsilon }) => [etaCutoff(epsilon)],
  }),
  pluginOf({
    name: "p-less",
    title: "P-less",
    description: "Samples from the tokens above the chance that two draws agree, without a setting",
    options: {},
    processors: () => [pLess()],
  }),
  pluginOf({
    name: "top-n-sigma",
    title: "Top-nσ",
    description: "Samples from the tokens whose logits are within n standard deviations of the largest",
    options: { n: formOption(TOP_N_SIGMA.n, 1) },
    processors: ({ n }) => [topNSigma(n)],
  }),
  pluginOf({
    name: "top-h",
    title: "Top-h",
    description: "Samples from the most likely tokens that have a share of the row's entropy",
    options: { h: formOption(TOP_H.h, 0.4) },
    processors: ({ h }) => [topH(h)],
  }),
  pluginOf({
    name: "dynamic-temperature",
    title: "Dynamic temperature",
    description: "Samples at a temperature that rises with the uncertainty of the row",
    options: { range: formOption(DYNAMIC_TEMPERATURE.range, 0.5), exponent: DYNAMIC_TEMPERATURE.exponent },
    processors: ({ range, exponent }) => [dynamicTemperature({ range, exponent })],
  }),
  pluginOf({
    name: "xtc",
    title: "XTC",
    description: "Drops the top choices by chance, all but the least likely of them",
    options: { probability: formOption(XTC.probability, 0.5), threshold: XTC.threshold },
    processors: ({ probability, threshold }) => [xtc({ probability, threshold })],
  }),
  pluginOf({
    name: "mirostat",
    title: "Mirostat",
    description: "Samples from the tokens below a limit of surprise that follows the text",
    options: {
      tau: MIROSTAT.tau,
      eta: MIROSTAT.eta,
      version: { type: "integer", help: "Version of the algorithm", default: 2, minimum: 1, maximum: 2 },
    },
    processors: ({ tau, eta, version }) => [version === 1 ? mirostat1({ tau, eta }) : mirostat({ tau, eta })],
  }),
  pluginOf({
    name: "penalties",
    title: "Penalties",
    description: "Makes tokens that were seen, and continuations of repeats, less likely",
    options: {
      repetition: { type: "number", help: "Divides the logits of tokens that were seen", default: 1.1, minimum: 0, exclusiveMinimum: true },
      presence: { type: "number", help: "Subtracted from the logits of tokens of the output", default: 0 },
      frequency: { type: "number", help: "Subtracted for each time that a token is in the output", default: 0 },
      dry: {
        type: "number",
        help: "Penalty of a token that continues a repeat of 2 tokens; longer repeats cost more",
        default: 0,
        minimum: 0,
      },
      noRepeatNgram: { type: "integer", help: "Length of the n-grams that must not repeat; 0 is off", default: 0, minimum: 0 },
    },
    processors: (options) => [
      repetitionPenalty(options.repetition),
      presencePenalty(options.presence, { of: "output" }),
      frequencyPenalty(options.frequency, { of: "output" }),
      ...(options.dry > 0 ? [dry({ multiplier: options.dry })] : []),
      ...(options.noRepeatNgram > 0 ? [noRepeatNgram(options.noRepeatNgram)] : []),
    ],
  }),
];
