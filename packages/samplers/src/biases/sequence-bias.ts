import { type LogitsProcessor, objectOption, resolveOptions, type TokenId } from "@decodekit/core";
import { windowOf } from "../penalties/window.ts";
import { checkWithin, SEQUENCES, SOME_TOKENS, TOKENS } from "../options.ts";

/** A sequence of tokens and what is added to the logit of its last token where the others precede it. */
export type BiasedSequence = readonly [tokens: readonly TokenId[], bias: number];

const OF = { type: "string", help: "Whether prompt tokens count", default: "all", choices: ["all", "output"] } as const;

const BIASED = objectOption("an array of pairs of at least 1 token id and a number", (value) => {
  if (!Array.isArray(value)) return false;
  return value.every((pair: unknown) => {
    return Array.isArray(pair) && SOME_TOKENS.accepts(pair[0]) && typeof pair[1] === "number" && pair[1] < Infinity;
  });
});

/**
 * Adds a bias to the last token of a sequence wherever the tokens before it are the end of the prefix; -Infinity forbids the sequence. A
 * sequence of one token is always biased.
 * @throws InvalidOptionError if `biases` is invalid; the processor throws it for a token outside the vocabulary.
 */
export function sequenceBias(biases: readonly BiasedSequence[]): LogitsProcessor {
  const where = "sequenceBias";
  resolveOptions(where, { biases }, { biases: { ...BIASED, required: true } });
  return biasing(where, `sequence-bias(${biases.length} sequences)`, biases);
}

export interface BadWordsOptions {
  /** Tokens that are not forbidden on their own, so that a text can end. @defaultValue [] */
  readonly stopTokens?: readonly TokenId[] | undefined;
  /** Whether the tokens before the last one may be of the prompt. @defaultValue "all" */
  readonly of?: "all" | "output" | undefined;
}

/**
 * Forbids sequences of tokens: a token that would complete one has no probability. Token sequences, not words: a word has several, with
 * and without a space before it.
 * @throws InvalidOptionError if an argument is invalid; the processor throws it for a token outside the vocabulary.
 */
export function badWords(sequences: readonly (readonly TokenId[])[], options: BadWordsOptions = {}): LogitsProcessor {
  const where = "badWords";
  const { stopTokens = [], of } = resolveOptions(
    where,
    { ...options, sequences },
    { sequences: { ...SEQUENCES, required: true }, stopTokens: TOKENS, of: OF },
  );
  const stops = new Set(stopTokens);
  const forbidden = sequences.filter((sequence) => !(sequence.length === 1 && stops.has(sequence[0]!)));
  const biases = forbidden.map((sequence): BiasedSequence => [sequence, -Infinity]);
  return biasing(where, `bad-words(${sequences.length} sequences)`, biases, of);
}

function biasing(where: string, label: string, given: readonly BiasedSequence[], of: "all" | "output" = "all"): LogitsProcessor {
  const biases = given.map(([sequence, bias]) => [[...sequence], bias] as const);
  const tokens = biases.flatMap(([sequence]) => sequence);
  const process = (row: Float32Array, context: Parameters<LogitsProcessor>[1]): void => {
    checkWithin(where, tokens, row);
    const prefix = windowOf(context, { of });
    for (const [sequence, bias] of biases) {
      const before = sequence.length - 1;
      let same = 0;
      while (same < before && prefix[prefix.length - before + same] === sequence[same]) same++;
      if (same === before) row[sequence[before]!]! += bias;
    }
  };
  return Object.assign(process, { label });
}
