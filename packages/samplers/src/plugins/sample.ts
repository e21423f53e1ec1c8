import {
  autoregressive,
  type Decoder,
  type DecoderPlugin,
  InvalidOptionError,
  type OptionDefinition,
  type PluginOption,
  type PluginOptionValues,
} from "@decodekit/core";
import type { Chain } from "../chain/chain.ts";
import { hf, HF_OPTIONS } from "../presets/hf.ts";
import { llamaCpp, LLAMA_CPP_OPTIONS } from "../presets/llama-cpp.ts";
import { isPlain } from "../presets/preset-options.ts";
import { vllm, VLLM_OPTIONS } from "../presets/vllm.ts";

interface Preset {
  readonly options: Readonly<Record<string, OptionDefinition>>;
  /** Plain options that need a list beside them, which a form does not have. */
  readonly without: readonly string[];
  readonly create: (options: PluginOptionValues) => Chain;
}

const PRESETS: Readonly<Record<string, Preset>> = {
  hf: {
    options: HF_OPTIONS,
    without: ["min_length", "min_new_tokens", "max_length"],
    create: (options) => hf(options),
  },
  "llama-cpp": { options: LLAMA_CPP_OPTIONS, without: [], create: (options) => llamaCpp(options) },
  vllm: { options: VLLM_OPTIONS, without: ["min_tokens"], create: (options) => vllm(options) },
};

const PRESET = {
  type: "string",
  help: "The system whose samplers, options, defaults and order are used",
  default: "llama-cpp",
  choices: Object.keys(PRESETS),
} as const satisfies PluginOption;

function plainOptions({ options, without }: Preset): readonly (readonly [string, PluginOption])[] {
  return Object.entries(options).flatMap(([name, option]) => {
    return isPlain(option) && !without.includes(name) ? [[name, option] as const] : [];
  });
}

/**
 * Every plain option of a preset, with the widest range of those that have it. None has a default here: what is left out is for the preset to
 * decide, and a name of the decoder lists what was chosen.
 */
function allOptions(): Record<string, PluginOption> {
  const options: Record<string, PluginOption> = { preset: PRESET };
  for (const name of new Set(Object.values(PRESETS).flatMap((preset) => plainOptions(preset).map(([each]) => each)))) {
    const found = Object.entries(PRESETS).flatMap(([preset, definition]) => {
      const option = plainOptions(definition).find(([each]) => each === name)?.[1];
      return option ? [[preset, option] as const] : [];
    });
    const unknownTo = Object.keys(PRESETS).filter((preset) => !found.some(([each]) => each === preset));
    options[name] = shared(found, unknownTo);
  }
  return options;
}

function shared(found: readonly (readonly [string, PluginOption])[], unknownTo: readonly string[]): PluginOption {
  const [, { type, help }] = found[0]!;
  const defaults = new Set(found.map(([, option]) => option.default));
  const stated = found.map(([preset, option]) => `${preset} ${option.default ?? "none"}`).join(", ");
  return {
    type,
    help: `${help} (default ${defaults.size === 1 ? ([...defaults][0] ?? "none") : stated})`,
    ...widestRange(found.map(([, option]) => option)),
    ...(unknownTo.length > 0 && { ineffectiveWith: { preset: unknownTo } }),
  };
}

/** Returns the range of values that at least one of `options` accepts. */
function widestRange(options: readonly PluginOption[]): Partial<PluginOption> {
  const minimum = Math.min(...options.map((option) => option.minimum ?? -Infinity));
  const maximum = Math.max(...options.map((option) => option.maximum ?? Infinity));
  const lowest = options.filter((option) => option.minimum === minimum);
  const highest = options.filter((option) => option.maximum === maximum);
  return {
    ...(minimum > -Infinity && { minimum, exclusiveMinimum: lowest.every(({ exclusiveMinimum = false }) => exclusiveMinimum) }),
    ...(maximum < Infinity && { maximum, exclusiveMaximum: highest.every(({ exclusiveMaximum = false }) => exclusiveMaximum) }),
  };
}

/**
 * Creates the decoder of a preset: `preset` names it, the other options are its own.
 * @throws InvalidOptionError for an unknown preset, an option that it does not have, or an invalid value.
 */
function sample({ preset = PRESET.default, ...options }: PluginOptionValues): Decoder<"causal"> {
  const found = typeof preset === "string" && Object.hasOwn(PRESETS, preset) ? PRESETS[preset] : undefined;
  if (!found) {
    const expected = `one of ${Object.keys(PRESETS).join(", ")}`;
    throw new InvalidOptionError({ where: "sample", option: "preset", expected, actual: preset });
  }
  return autoregressive({ name: "sample", sampler: found.create(options) });
}

export const samplePlugin: DecoderPlugin<"causal"> = {
  name: "sample",
  title: "Sample like another system",
  description: "Samples with the options, defaults and order of transformers, llama.cpp or vLLM",
  requires: ["causal"],
  options: allOptions(),
  presets: [],
  create: sample,
};
