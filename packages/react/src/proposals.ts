import type { DecodeEvent } from "@decodekit/core";
import type { Proposal } from "./generation-state.ts";

/** Returns the proposals after an event: a commit and a withdrawal end those from a position on. */
export function proposalsAfter(before: readonly Proposal[], event: DecodeEvent): readonly Proposal[] {
  switch (event.type) {
    case "tokens-propose": {
      const { start, tokens, probabilities } = event;
      const end = start + tokens.length;
      const added = Array.from(tokens, (token, offset) => ({ position: start + offset, token, probability: probabilities?.[offset] }));
      const others = before.filter(({ position }) => position < start || position >= end);
      return [...others, ...added].toSorted((a, b) => a.position - b.position);
    }
    case "tokens-withdraw":
      return before.filter(({ position }) => position < event.start);
    case "tokens-commit":
    case "decode-end":
      return [];
    default:
      return before;
  }
}
