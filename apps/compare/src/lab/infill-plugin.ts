import {
  type DecoderPlugin,
  MissingModelError,
  type PluginModel,
  type PluginOption,
  InvalidOptionError,
  resolveOptions,
} from "@decodekit/core";
import { adaptive, infill, threshold } from "@decodekit/refinement";

const where = "infill";
const MAX_GAP = 64;
/** Lets the options be checked where there is no tokenizer. */
const PLACEHOLDER = [0];

interface Options {
  readonly after?: string;
  readonly length?: number;
}

const options = {
  after: { type: "string", help: "The text after the gap", default: "They were very happy." },
  length: { type: "integer", help: "Tokens in the gap", default: 8, minimum: 1, maximum: MAX_GAP },
} as const satisfies Readonly<Record<keyof Options, PluginOption>>;

/** Fills a gap between the prompt and a text after it, which the tokenizer of the model splits into tokens. */
export const infillPlugin: DecoderPlugin<"masked"> = {
  name: where,
  title: "Infilling",
  description: "Fills a gap of a given length, seeing the text on both sides",
  requires: ["masked"],
  options,
  presets: [{ after: "They were very happy.", length: 8 }],
  create(given, model) {
    const { after, length } = resolveOptions<Options, typeof options>(where, given, options);
    if (after.trim() === "") throw new InvalidOptionError({ where, option: "after", expected: "a text that is not empty", actual: after });
    const decoder = infill({ select: threshold(), schedule: adaptive(), suffix: model ? suffixOf(model, after) : PLACEHOLDER, length });
    if (model) return decoder;
    return {
      ...decoder,
      decode() {
        throw new MissingModelError(where, "masked");
      },
    };
  },
};

function suffixOf({ tokenizer }: PluginModel, after: string): number[] {
  return [...tokenizer.encode(` ${after.trim()}`, { addSpecialTokens: false })];
}

interface MaybeInfilling {
  readonly options: Readonly<Record<string, unknown>>;
  readonly start?: readonly unknown[] | undefined;
}

/** Returns the number of output tokens of an infilling lane, those that it was given to start with included; undefined for other lanes. */
export function gapOf({ options: given, start = [] }: MaybeInfilling): number | undefined {
  return typeof given["after"] === "string" && typeof given["length"] === "number" ? start.length + given["length"] : undefined;
}
