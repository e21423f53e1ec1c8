import type { DecodeEvent, TokenId } from "@decodekit/core";

/** Returns every token of an event, those of its draft tree included. */
export function eventTokens(event: DecodeEvent): readonly TokenId[] {
  if (!("tokens" in event)) return [];
  const candidates = event.type === "tokens-propose" ? event.tree?.tokens : undefined;
  return candidates ? [...event.tokens, ...candidates] : [...event.tokens];
}
