import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { candidatesOf } from "@decodekit/core/toolkit";
import { likeliestOf } from "../processors/likeliest.ts";
import { GreenTokens, WATERMARK_KEY, type WatermarkKey } from "./green-tokens.ts";

export interface WatermarkOptions extends WatermarkKey {
  /** What is added to the logits of green tokens. @defaultValue 2 */
  readonly bias?: number | undefined;
}

const WATERMARK = {
  bias: { type: "number", help: "What is added to the logits of green tokens", default: 2 },
  ...WATERMARK_KEY,
} as const satisfies OptionDefinitions<WatermarkOptions>;

/** Tokens that "selfhash" asks about. */
const MOST_ASKED = 40;

/**
 * Makes a text recognisable: the tokens before each position choose a green part of the vocabulary, whose logits are raised by `bias`. A
 * detector with the same key counts green tokens, see `watermarkDetector`. Green tokens are those of transformers, so either side may be
 * theirs. A pure function of the prefix.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function watermark(options: WatermarkOptions = {}): LogitsProcessor {
  const { bias, ...key } = resolveOptions("watermark", options, WATERMARK);
  const green = new GreenTokens("watermark", key);
  const process: LogitsProcessor = (row, { tokens }) => {
    if (tokens.length < green.contextWidth) return;
    if (green.scheme === "lefthash") {
      for (const token of green.chosenBy(tokens, row.length)) row[token]! += bias;
      return;
    }
    const raised = likeliestOf(candidatesOf(row), MOST_ASKED).filter((token) => {
      return green.chosenBy([...tokens.subarray(-green.contextWidth), token], row.length).includes(token);
    });
    for (const token of raised) row[token]! += bias;
  };
  return Object.assign(process, { label: `watermark(bias ${bias}, ${key.scheme})` });
}
