import { type Draft, type Drafter, InvalidOptionError, type PluginOption, resolveOptions } from "@decodekit/core";
import { GrowingSequence } from "@decodekit/core/toolkit";
import { repetitionConfidence } from "./repetition-confidence.ts";

export interface PromptLookupOptions {
  /** Length of the longest n-gram to look up, an integer >= 1. @defaultValue 3 */
  readonly maxNgram?: number | undefined;
  /** Length of the shortest n-gram to look up, an integer in [1, maxNgram]. @defaultValue 1 */
  readonly minNgram?: number | undefined;
  /** Which of several occurrences to continue from. @defaultValue "latest" */
  readonly occurrence?: "earliest" | "latest" | undefined;
  /** Looks up again after every proposed token instead of copying the whole continuation. @defaultValue false */
  readonly chained?: boolean | undefined;
}

const OPTIONS = {
  maxNgram: { type: "integer", help: "Length of the longest n-gram to look up", default: 3, minimum: 1 },
  minNgram: { type: "integer", help: "Length of the shortest n-gram to look up, at most maxNgram", default: 1, minimum: 1 },
  occurrence: { type: "string", help: "Which of several occurrences to continue", default: "latest", choices: ["earliest", "latest"] },
  chained: { type: "boolean", help: "Looks up again after every proposed token", default: false },
} as const satisfies Readonly<Record<keyof PromptLookupOptions, PluginOption>>;

/** Matches of more tokens are not more certain. */
const MAX_COUNTED_MATCH = 32;

type Settings = Readonly<Required<{ [Option in "maxNgram" | "minNgram" | "occurrence"]: NonNullable<PromptLookupOptions[Option]> }>>;

/**
 * Creates a drafter that finds an earlier occurrence of the last tokens in prompt or output and proposes the tokens that followed it.
 * The longest n-gram that occurs is used. It runs no model; the search reads the sequence once per n-gram length. A token's confidence
 * depends on how many tokens before it match. Saxena 2023, "Prompt lookup decoding".
 * @throws InvalidOptionError for an invalid option.
 */
export function promptLookup(options: PromptLookupOptions = {}): Drafter<never> {
  const { maxNgram, minNgram, occurrence, chained } = resolveOptions("promptLookup", options, OPTIONS);
  if (minNgram > maxNgram) {
    const expected = `at most maxNgram, ${maxNgram}`;
    throw new InvalidOptionError({ where: "promptLookup", option: "minNgram", expected, actual: minNgram });
  }
  const settings = { maxNgram, minNgram, occurrence };
  return {
    name: "prompt-lookup",
    requires: [],
    draftKind: "tokens",
    confidences: "all",
    start: async ({ prompt }) => {
      const sequence = new GrowingSequence(prompt);
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        propose: async ({ max, maxConfident = max }) => (chained ? lookUpChained : lookUp)(sequence.tokens, maxConfident, settings),
      };
    },
  };
}

/** At most `max` tokens that follow an earlier occurrence of the end of `history`, shape (n,); none if it does not occur. */
function lookUp(history: Int32Array, max: number, { maxNgram, minNgram, occurrence }: Settings): Draft {
  for (let length = Math.min(maxNgram, history.length - 1); length >= minNgram; length--) {
    const end = history.length - length;
    for (let step = 0; step < end; step++) {
      const start = occurrence === "earliest" ? step : end - 1 - step;
      if (!matches(history, start, end, length)) continue;
      const tokens = history.slice(start + length, start + length + max);
      const matched = matchedBefore(history, start + length);
      return { tokens, confidences: Float64Array.from(tokens, (_, place) => repetitionConfidence(matched + place)) };
    }
  }
  return { tokens: new Int32Array(0), confidences: new Float64Array(0) };
}

function lookUpChained(history: Int32Array, max: number, settings: Settings): Draft {
  const sequence = new GrowingSequence(history);
  const confidences: number[] = [];
  while (sequence.length < history.length + max) {
    const next = lookUp(sequence.tokens, 1, settings);
    if (next.tokens.length === 0) break;
    sequence.append(next.tokens);
    confidences.push(next.confidences![0]!);
  }
  return { tokens: sequence.tokens.slice(history.length), confidences: Float64Array.from(confidences) };
}

/** Number of tokens before position `place` that are also the last ones of `history`, as far as it matters. */
function matchedBefore(history: Int32Array, place: number): number {
  let matched = 0;
  while (matched < Math.min(place, MAX_COUNTED_MATCH) && history[place - 1 - matched] === history[history.length - 1 - matched]) matched++;
  return matched;
}

function matches(history: Int32Array, start: number, end: number, length: number): boolean {
  for (let offset = 0; offset < length; offset++) {
    if (history[start + offset] !== history[end + offset]) return false;
  }
  return true;
}
