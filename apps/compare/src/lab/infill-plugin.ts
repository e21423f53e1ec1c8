import { type DecoderPlugin, InvalidOptionError } from "@decodekit/core";
import { adaptive, infill, threshold } from "@decodekit/refinement";

const where = "infill";
const LONGEST_GAP = 64;

/**
 * Fills a gap between the prompt and a text after it. A decoder knows tokens, not text: `withTokens` puts the tokens in place of
 * the text before the decoder is made.
 */
export const infillPlugin: DecoderPlugin<"masked"> = {
  name: where,
  title: "Infilling",
  description: "Fills a gap of a given length, seeing the text on both sides",
  requires: ["masked"],
  options: {
    after: { type: "string", help: "The text after the gap, without commas", default: "They were very happy." },
    length: { type: "integer", help: "Tokens in the gap", default: 8, minimum: 1, maximum: LONGEST_GAP },
    tokens: { type: "string", help: "The text after the gap as token ids, in place of the text" },
  },
  presets: [{ after: "They were very happy.", length: 8 }],
  create({ after = "They were very happy.", length = 8, tokens, ...rest }) {
    const [unknown] = Object.entries(rest);
    if (unknown)
      throw new InvalidOptionError({ where, option: `option "${unknown[0]}"`, expected: "after, length or tokens", actual: unknown[1] });
    if (typeof after !== "string" || after.trim() === "")
      throw new InvalidOptionError({ where, option: "after", expected: "a text", actual: after });
    // Before the text is tokens, any will do to have the other options checked.
    const suffix = tokens === undefined ? [0] : String(tokens).split(" ").map(Number);
    return infill({ select: threshold(), schedule: adaptive(), suffix, length: Number(length) });
  },
};

/** How many tokens the gap of such a lane has; undefined for other lanes. */
export function gapOf({ options }: { readonly options: Readonly<Record<string, unknown>> }): number | undefined {
  return typeof options["after"] === "string" && typeof options["length"] === "number" ? options["length"] : undefined;
}

/** The options of a lane with the text after the gap as tokens, for the decoder that runs. `encode` is the model's. */
export async function withTokens<Options extends Readonly<Record<string, unknown>>>(
  plugin: Pick<DecoderPlugin, "name">,
  options: Options,
  encode: (text: string) => Promise<Int32Array> | Int32Array,
): Promise<Options> {
  const { after } = options;
  if (plugin.name !== where || typeof after !== "string") return options;
  // The first token begins a text, which is begun already.
  return { ...options, tokens: (await encode(` ${after.trim()}`)).slice(1).join(" ") };
}
