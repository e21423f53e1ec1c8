import type { DecodeEvent, FinishReason } from "../contracts/decoder.ts";

/** The events and output of a complete decode. */
export interface CollectedDecode {
  readonly events: readonly DecodeEvent[];
  /** Committed tokens, shape (n,). */
  readonly tokens: Int32Array;
  readonly finishReason: FinishReason;
}

/**
 * Reads a decode to its end. Errors of the decoder are passed on.
 * @throws Error if the events end without `decode-end`.
 */
export async function collectDecode(decode: AsyncIterable<DecodeEvent>): Promise<CollectedDecode> {
  const events: DecodeEvent[] = [];
  const tokens: number[] = [];
  let finishReason: FinishReason | undefined;
  for await (const event of decode) {
    events.push(event);
    if (event.type === "tokens-commit") tokens.push(...event.tokens);
    if (event.type === "decode-end") ({ finishReason } = event);
  }
  if (!finishReason) throw new Error("collectDecode: the events ended without decode-end.");
  return { events, tokens: Int32Array.from(tokens), finishReason };
}
