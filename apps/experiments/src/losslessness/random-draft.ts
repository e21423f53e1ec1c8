import type { Drafter } from "@decodekit/core";
import { GrowingSequence } from "@decodekit/core/toolkit";

/** Drafts tokens of the sequence at random. It is hardly ever right, so that nearly every round rejects. */
export function randomDraft(): Drafter<never> {
  return {
    name: "random",
    requires: [],
    draftKind: "tokens",
    start: async ({ prompt }) => {
      const sequence = new GrowingSequence(prompt);
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        async propose({ max, random }) {
          const { tokens, length } = sequence;
          return { tokens: Int32Array.from({ length: max }, () => tokens[Math.floor(random.uniform() * length)]!) };
        },
      };
    },
  };
}
