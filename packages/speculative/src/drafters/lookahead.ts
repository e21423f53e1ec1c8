import { type Drafter, type PluginOption, resolveOptions, type TokenId } from "@decodekit/core";
import { jacobiWindow } from "./jacobi-window.ts";

export interface LookaheadOptions {
  /** Length of the n-grams that are collected, an integer >= 2. @defaultValue 3 */
  readonly ngram?: number | undefined;
}

const OPTIONS = {
  ngram: { type: "integer", help: "Length of the n-grams that are collected", default: 3, minimum: 2 },
} as const satisfies Readonly<Record<keyof LookaheadOptions, PluginOption>>;

/**
 * Creates a drafter that collects n-grams from the target's predictions, which it obtains as `jacobi` does, and proposes those that
 * follow the last token. Without one it proposes the predictions themselves. The n-grams run diagonally through the passes: each token
 * was predicted one position later and one pass later than the one before it.
 * Fu et al. 2024, "Break the sequential dependency of LLM inference using lookahead decoding", with a window of one line, so that it
 * needs no special attention mask.
 * @throws InvalidOptionError for an invalid option.
 */
export function lookahead(options: LookaheadOptions = {}): Drafter<never> {
  const { ngram } = resolveOptions("lookahead", options, OPTIONS);
  return {
    name: "lookahead",
    requires: [],
    draftKind: "tokens",
    usesTargetPredictions: true,
    start: async ({ prompt }) => {
      const window = jacobiWindow(prompt);
      const pool = ngramPool(ngram);
      return {
        observe(outcome) {
          if (outcome.predictions) pool.add(window.position, outcome.predictions);
          window.observe(outcome);
        },
        async propose({ max }) {
          const known = pool.after(window.last, max);
          return { tokens: Int32Array.of(...known, ...window.guess(max).subarray(known.length)) };
        },
      };
    },
  };
}

interface NgramPool {
  /** Adds the target's predictions of one pass, for the positions from `start`. */
  add(start: number, predictions: Int32Array): void;
  /** At most `max` tokens that follow `token`, n-gram after n-gram. Of several n-grams the newest is used. */
  after(token: TokenId, max: number): readonly TokenId[];
}

function ngramPool(length: number): NgramPool {
  /** The rest of the newest n-gram, by its first token. */
  const continuations = new Map<TokenId, readonly TokenId[]>();
  /** The target's predictions by position in each of the last passes, newest first. */
  const passes: (readonly [start: number, predictions: Int32Array])[] = [];
  return {
    add(start, predictions) {
      passes.unshift([start, predictions]);
      if (passes.length > length) passes.pop();
      if (passes.length < length) return;
      for (let end = start; end < start + predictions.length; end++) {
        const diagonal = passes.map(([first, predicted], age) => predicted[end - age - first]).toReversed();
        const [head, ...rest] = diagonal.filter((token) => token !== undefined);
        if (head !== undefined && rest.length === length - 1) continuations.set(head, rest);
      }
    },
    after(token, max) {
      const known: TokenId[] = [];
      for (let head = token; known.length < max;) {
        const rest = continuations.get(head);
        if (!rest) break;
        known.push(...rest);
        head = rest.at(-1)!;
      }
      return known.slice(0, max);
    },
  };
}
