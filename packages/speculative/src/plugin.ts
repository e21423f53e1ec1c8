import { type DecoderPlugin, InvalidOptionError, type PluginOption, type PluginOptionValues } from "@decodekit/core";
import { everyDrafter } from "./every-drafter.ts";
import { speculative, type SpeculativeOptions } from "./speculative.ts";
import { temperatureSampler } from "./temperature-sampler.ts";

const where = "speculative";

const options = {
  drafter: {
    type: "string",
    help: "What guesses the tokens; draft-model needs a draft model, masked-draft and ddtree a masked one",
    default: "prompt-lookup",
    choices: Object.keys(everyDrafter),
  },
  verify: {
    type: "string",
    help: "How guesses are checked; ratio and block are for draft-model and masked-draft, tree is for ddtree and its only one",
    choices: ["match", "gumbel", "ratio", "block", "tree"],
  },
  draftLength: { type: "string", help: "Tokens per draft, an integer from 1 on, or auto: what pays on this device", default: "auto" },
  temperature: {
    type: "number",
    help: "Flattens the distribution above 1, sharpens it below; 0 is greedy and takes no p",
    default: 0,
    minimum: 0,
  },
  p: {
    type: "number",
    help: "Probability that the tokens to draw from reach together; 1 cuts nothing off",
    default: 1,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
  },
} as const satisfies Record<string, PluginOption>;

const plugin: DecoderPlugin = {
  name: "speculative",
  title: "Speculative",
  description: "Guesses several tokens and checks them in one pass; the output is that of plain decoding",
  // Some drafters need more: the decoder says what.
  requires: ["causal"],
  options,
  presets: [{ drafter: "prompt-lookup" }, { drafter: "masked-draft" }],
  create(values) {
    for (const [option, actual] of Object.entries(values)) {
      if (Object.hasOwn(options, option)) continue;
      const expected = `one of its options (${Object.keys(options).join(", ")})`;
      throw new InvalidOptionError({ where, option: `option "${option}"`, expected, actual });
    }
    const { temperature, p } = samplingOf(values);
    const { drafter = options.drafter.default, verify, draftLength = options.draftLength.default } = values;
    if (verify === "gumbel" && temperature === 0) {
      const expected = "another one at temperature 0, where nothing is drawn and it has no effect";
      throw new InvalidOptionError({ where, option: "verify", expected, actual: verify });
    }
    const create = Object.hasOwn(everyDrafter, String(drafter)) ? everyDrafter[String(drafter)] : undefined;
    if (!create) {
      const expected = `one of ${options.drafter.choices.join(", ")}`;
      throw new InvalidOptionError({ where, option: "drafter", expected, actual: drafter });
    }
    return speculative({
      drafter: create(),
      verify: verify as SpeculativeOptions["verify"],
      draftLength: lengthOf(draftLength),
      sampler: temperatureSampler(temperature, p),
    });
  },
};

export default plugin;

function samplingOf({ temperature = 0, p = 1 }: PluginOptionValues): { readonly temperature: number; readonly p: number } {
  if (!(typeof temperature === "number" && temperature >= 0 && temperature < Infinity)) {
    throw new InvalidOptionError({ where, option: "temperature", expected: "a number >= 0", actual: temperature });
  }
  if (!(typeof p === "number" && p > 0 && p <= 1)) {
    throw new InvalidOptionError({ where, option: "p", expected: "a number in (0, 1]", actual: p });
  }
  if (temperature > 0 || p === 1) return { temperature, p };
  const expected = "left out or 1 at temperature 0, where it has no effect (leave it out, or set a temperature above 0)";
  throw new InvalidOptionError({ where, option: "p", expected, actual: p });
}

/** Options from the command line are text. */
function lengthOf(given: number | boolean | string): number | "auto" {
  if (given === "auto") return given;
  const length = typeof given === "boolean" || given === "" ? NaN : Number(given);
  if (Number.isSafeInteger(length) && length >= 1) return length;
  throw new InvalidOptionError({ where, option: "draftLength", expected: "an integer >= 1 or auto", actual: given });
}
