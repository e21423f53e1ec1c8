import { type Drafter, resolveOptions } from "@decodekit/core";
import { type MyStrategyOptions, options } from "./options.ts";

/**
 * Creates a drafter that guesses what followed each token before, in prompt or output. Replace this by what yours guesses, and name the
 * source of the method. A drafter can change the speed of a decode, never its output.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function myStrategy(given: MyStrategyOptions = {}): Drafter<never> {
  const { minCount } = resolveOptions("myStrategy", given, options);
  return {
    name: "my-strategy",
    requires: [],
    draftKind: "tokens",
    async start({ prompt }) {
      // What is learnt belongs to one decode: kept outside, a draft would depend on the decodes before.
      const counts = new Map<number, Map<number, number>>();
      let last = prompt[0]!;
      const read = (tokens: Int32Array): void => {
        for (const token of tokens) {
          const followers = counts.get(last) ?? new Map<number, number>();
          followers.set(token, (followers.get(token) ?? 0) + 1);
          counts.set(last, followers);
          last = token;
        }
      };
      read(prompt.subarray(1));
      return {
        observe: ({ tokens }) => read(tokens),
        async propose({ max }) {
          const tokens: number[] = [];
          let token: number | undefined = last;
          while (tokens.length < max) {
            token = mostFrequent(counts.get(token), minCount);
            if (token === undefined) break;
            tokens.push(token);
          }
          return { tokens: Int32Array.from(tokens) };
        },
      };
    },
  };
}

/** The most frequent of the tokens that were seen at least `minCount` times; the first one among equals. */
function mostFrequent(counts: ReadonlyMap<number, number> | undefined, minCount: number): number | undefined {
  let best: number | undefined;
  let most = minCount - 1;
  for (const [token, count] of counts ?? []) if (count > most) [best, most] = [token, count];
  return best;
}
