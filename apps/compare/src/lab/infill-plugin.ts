import { type DecoderPlugin, InvalidOptionError } from "@decodekit/core";
import { adaptive, infill, threshold } from "@decodekit/refinement";

const where = "infill";
const MAX_GAP = 64;

/**
 * Fills a gap between the prompt and a text after it. Decoders take tokens, not text: `withTokens` adds the tokens of the text before the
 * decoder is made.
 */
export const infillPlugin: DecoderPlugin<"masked"> = {
  name: where,
  title: "Infilling",
  description: "Fills a gap of a given length, seeing the text on both sides",
  requires: ["masked"],
  options: {
    after: { type: "string", help: "The text after the gap, without commas", default: "They were very happy." },
    length: { type: "integer", help: "Tokens in the gap", default: 8, minimum: 1, maximum: MAX_GAP },
    tokens: { type: "string", help: "Token ids of the text after the gap, separated by spaces; replaces the text" },
  },
  presets: [{ after: "They were very happy.", length: 8 }],
  create({ after = "They were very happy.", length = 8, tokens, ...rest }) {
    const [unknown] = Object.entries(rest);
    if (unknown)
      throw new InvalidOptionError({ where, option: `option "${unknown[0]}"`, expected: "after, length or tokens", actual: unknown[1] });
    if (typeof after !== "string" || after.trim() === "")
      throw new InvalidOptionError({ where, option: "after", expected: "a text that is not empty", actual: after });
    // Until the text has been encoded, a placeholder token lets the other options be checked.
    const suffix = tokens === undefined ? [0] : String(tokens).split(" ").map(Number);
    return infill({ select: threshold(), schedule: adaptive(), suffix, length: Number(length) });
  },
};

/** Returns the number of tokens in the gap of an infilling lane; undefined for other lanes. */
export function gapOf({ options }: { readonly options: Readonly<Record<string, unknown>> }): number | undefined {
  return typeof options["after"] === "string" && typeof options["length"] === "number" ? options["length"] : undefined;
}

/** Returns the options of a lane, with `tokens` added for an infilling lane. `encode` encodes a text that continues another. */
export async function withTokens<Options extends Readonly<Record<string, unknown>>>(
  plugin: Pick<DecoderPlugin, "name">,
  options: Options,
  encode: (text: string) => Promise<Int32Array> | Int32Array,
): Promise<Options> {
  const { after } = options;
  if (plugin.name !== where || typeof after !== "string") return options;
  return { ...options, tokens: (await encode(` ${after.trim()}`)).join(" ") };
}
