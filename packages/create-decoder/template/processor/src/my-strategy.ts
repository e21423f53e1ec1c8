import { type LogitsProcessor, resolveOptions } from "@decodekit/core";
import { type MyStrategyOptions, options } from "./options.ts";

/**
 * Creates a processor that forbids the last `window` tokens of the output. Replace this by what yours does to a row, and name the source.
 *
 * It must be a pure function of row and prefix: rows come in any order, also after drafts that are rejected later. So what depends on the
 * text is computed from `tokens`, never counted between calls.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function myStrategy(given: MyStrategyOptions = {}): LogitsProcessor {
  const { window } = resolveOptions("myStrategy", given, options);
  const processor: LogitsProcessor = (row, { tokens, promptLength }) => {
    const output = tokens.subarray(promptLength);
    const last = output.subarray(Math.max(0, output.length - window));
    const isLastOne = row.every((logit, token) => logit === -Infinity || last.includes(token));
    // At least one token must be left.
    if (!isLastOne) for (const token of last) row[token] = -Infinity;
  };
  return Object.assign(processor, { label: `my-strategy(${window})` });
}
