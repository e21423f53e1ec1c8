import { checkOptions, type Drafter, integerBetween, InvalidOptionError, oneOf, type OptionCheck } from "@decodekit/core";
import { sequenceOf } from "./sequence.ts";

export interface PromptLookupOptions {
  /** Length of the longest n-gram to look for, an integer >= 1. @defaultValue 3 */
  readonly maxNgram?: number | undefined;
  /** Length of the shortest one, an integer in [1, maxNgram]. @defaultValue 1 */
  readonly minNgram?: number | undefined;
  /** Which of several occurrences to continue from. @defaultValue "latest" */
  readonly occurrence?: "earliest" | "latest" | undefined;
  /** Looks up again after every proposed token, rather than copying on. @defaultValue false */
  readonly chained?: boolean | undefined;
}

const checks: Readonly<Record<keyof PromptLookupOptions, OptionCheck>> = {
  maxNgram: integerBetween(1),
  minNgram: integerBetween(1),
  occurrence: oneOf("earliest", "latest"),
  chained: { expected: "true or false", accepts: (value) => typeof value === "boolean" },
};

/**
 * Makes the drafter that finds the last tokens earlier in prompt or output and proposes what came after them there. The
 * longest n-gram that occurs is used. No model, and no work but the search, which reads the sequence once per length of
 * n-gram. Saxena 2023, "Prompt lookup decoding".
 * @throws InvalidOptionError for an option that is wrong.
 */
export function promptLookup(options: PromptLookupOptions = {}): Drafter<never> {
  checkOptions("promptLookup", options, checks);
  const { maxNgram = 3, minNgram = 1, occurrence = "latest", chained = false } = options;
  if (minNgram > maxNgram) {
    const expected = `at most maxNgram, ${maxNgram}`;
    throw new InvalidOptionError({ where: "promptLookup", option: "minNgram", expected, actual: minNgram });
  }
  const settings = { maxNgram, minNgram, occurrence };
  return {
    name: "prompt-lookup",
    requires: [],
    gives: "tokens",
    start: async ({ prompt }) => {
      const sequence = sequenceOf(prompt);
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        async propose({ max }) {
          return { tokens: chained ? lookUpChained(sequence.tokens(), max, settings) : lookUp(sequence.tokens(), max, settings) };
        },
      };
    },
  };
}

type Settings = Readonly<Required<{ [Option in "maxNgram" | "minNgram" | "occurrence"]: NonNullable<PromptLookupOptions[Option]> }>>;

/** At most `max` tokens that follow an earlier occurrence of the end of `history`, shape (n,); none where there is none. */
export function lookUp(history: Int32Array, max: number, { maxNgram, minNgram, occurrence }: Settings): Int32Array {
  for (let length = Math.min(maxNgram, history.length - 1); length >= minNgram; length--) {
    const end = history.length - length;
    for (let step = 0; step < end; step++) {
      const start = occurrence === "earliest" ? step : end - 1 - step;
      if (matches(history, start, end, length)) return history.slice(start + length, start + length + max);
    }
  }
  return new Int32Array(0);
}

function lookUpChained(history: Int32Array, max: number, settings: Settings): Int32Array {
  const sequence = sequenceOf(history);
  while (sequence.length < history.length + max) {
    const next = lookUp(sequence.tokens(), 1, settings);
    if (next.length === 0) break;
    sequence.append(next);
  }
  return sequence.tokens().slice(history.length);
}

function matches(history: Int32Array, start: number, end: number, length: number): boolean {
  for (let offset = 0; offset < length; offset++) {
    if (history[start + offset] !== history[end + offset]) return false;
  }
  return true;
}
