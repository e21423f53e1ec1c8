import { checkOptions, type Drafter, integerBetween, type OptionCheck, type TokenId } from "@decodekit/core";
import { jacobiLine } from "./jacobi-line.ts";

export interface LookaheadOptions {
  /** Length of the n-grams that are collected, an integer >= 2. @defaultValue 3 */
  readonly ngram?: number | undefined;
}

const checks: Readonly<Record<keyof LookaheadOptions, OptionCheck>> = { ngram: integerBetween(2) };

/**
 * Makes the drafter that collects n-grams from the target's own guesses, as `jacobi` makes them, and proposes those that
 * go on from the last token; where it has none it proposes the guesses themselves. The n-grams run diagonally through
 * the passes: each token is what the target said one position further, one pass later.
 * Fu et al. 2024, "Break the sequential dependency of LLM inference using lookahead decoding", with a window of one line, so
 * that it needs no attention mask of its own.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function lookahead(options: LookaheadOptions = {}): Drafter<never> {
  checkOptions("lookahead", options, checks);
  const { ngram = 3 } = options;
  return {
    name: "lookahead",
    requires: [],
    gives: "tokens",
    learnsFromTarget: true,
    start: async ({ prompt }) => {
      const line = jacobiLine(prompt);
      const pool = ngramPool(ngram);
      return {
        observe(outcome) {
          if (outcome.predictions) pool.add(line.position, outcome.predictions);
          line.observe(outcome);
        },
        async propose({ max }) {
          const known = pool.after(line.last, max);
          return { tokens: Int32Array.of(...known, ...line.guess(max).subarray(known.length)) };
        },
      };
    },
  };
}

interface NgramPool {
  /** Takes in what the target said in one pass at the positions from `start` on. */
  add(start: number, predictions: Int32Array): void;
  /** At most `max` tokens that follow `token`, n-gram after n-gram; the newest of several counts. */
  after(token: TokenId, max: number): readonly TokenId[];
}

function ngramPool(length: number): NgramPool {
  /** By first token, the rest of the newest n-gram. */
  const rests = new Map<TokenId, readonly TokenId[]>();
  /** What the target said by position, in each of the last passes, newest first. */
  const passes: (readonly [start: number, predictions: Int32Array])[] = [];
  return {
    add(start, predictions) {
      passes.unshift([start, predictions]);
      if (passes.length > length) passes.pop();
      if (passes.length < length) return;
      for (let end = start; end < start + predictions.length; end++) {
        const diagonal = passes.map(([first, said], age) => said[end - age - first]).toReversed();
        const [head, ...rest] = diagonal.filter((token) => token !== undefined);
        if (head !== undefined && rest.length === length - 1) rests.set(head, rest);
      }
    },
    after(token, max) {
      const known: TokenId[] = [];
      for (let head = token; known.length < max;) {
        const rest = rests.get(head);
        if (!rest) break;
        known.push(...rest);
        head = rest.at(-1)!;
      }
      return known.slice(0, max);
    },
  };
}
