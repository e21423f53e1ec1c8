import { type DecoderPlugin, InvalidOptionError, type PluginOption, resolveOptions } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { allDrafters } from "./all-drafters.ts";
import { speculative } from "./speculative.ts";
import { verifiers, type Verify } from "./verify/verifiers.ts";

const where = "speculative";

interface Options {
  readonly drafter?: string;
  readonly verify?: Verify;
  readonly draftLength?: string | number;
  readonly temperature?: number;
  readonly p?: number;
}

const options = {
  drafter: {
    type: "string",
    help: "The drafter; draft-model requires a draft model, masked-draft and ddtree a masked model, eagle, eagle-tree and dflash a draft head",
    default: "suffix",
    choices: Object.keys(allDrafters),
  },
  verify: {
    type: "string",
    help: "How drafts are verified; ratio and block require draft-model, masked-draft, eagle or dflash; ddtree and eagle-tree require tree",
    choices: Object.keys(verifiers),
  },
  draftLength: {
    type: "string",
    help: "Tokens per draft, an integer >= 1, or auto for the fastest length on this device",
    default: "auto",
  },
  temperature: {
    type: "number",
    help: "Flattens the distribution above 1, sharpens it below; 0 is greedy, and p must be left out",
    default: 0,
    minimum: 0,
  },
  p: {
    type: "number",
    help: "Probability mass of the nucleus to sample from; 1 keeps every token",
    default: 1,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    ineffectiveWith: { temperature: [0] },
  },
} as const satisfies Readonly<Record<keyof Options, PluginOption>>;

export const speculativePlugin: DecoderPlugin = {
  name: where,
  title: "Speculative",
  description: "Drafts several tokens and verifies them in one pass; the output is that of plain decoding",
  requires: ["causal"],
  options,
  presets: [{ drafter: "suffix" }, { drafter: "masked-draft" }],
  create(values) {
    const { draftLength: given = options.draftLength.default } = values;
    const { drafter, verify, temperature, p } = resolveOptions<Options, typeof options>(
      where,
      { ...values, draftLength: String(given) },
      options,
    );
    if (verify === "gumbel" && temperature === 0) {
      const expected = "another rule at temperature 0, where nothing is drawn and gumbel has no effect";
      throw new InvalidOptionError({ where, option: "verify", expected, actual: verify });
    }
    if (temperature === 0 && p !== 1) {
      const expected = "left out or 1 at temperature 0, where it has no effect (leave it out, or set a temperature above 0)";
      throw new InvalidOptionError({ where, option: "p", expected, actual: p });
    }
    const draftLength = lengthOf(given);
    return speculative({ drafter: allDrafters[drafter]!(), verify, draftLength, sampler: temperatureSampler(temperature, p) });
  },
};

/** Options from the command line are strings. */
function lengthOf(given: number | boolean | string): number | "auto" {
  if (given === "auto") return given;
  const length = typeof given === "boolean" || given === "" ? NaN : Number(given);
  if (Number.isSafeInteger(length) && length >= 1) return length;
  throw new InvalidOptionError({ where, option: "draftLength", expected: "an integer >= 1 or auto", actual: given });
}
