import { checkOptions, type Drafter, integerBetween, logSoftmax, type OptionCheck } from "@decodekit/core";
import { bestFirstTree, rankTokens } from "./best-first-tree.ts";
import { maskedMarginals } from "./masked-marginals.ts";
import { sequenceOf } from "./sequence.ts";

export interface DdtreeOptions {
  /** Longest path, an integer >= 1; the masked pass reads as many positions. @defaultValue 8 */
  readonly depth?: number | undefined;
}

const checks: Readonly<Record<keyof DdtreeOptions, OptionCheck>> = { depth: integerBetween(1) };

/**
 * Makes the drafter that spreads its guesses over a tree: one masked pass gives the marginals of the next positions, and the
 * likeliest paths under them are verified together. `draftLength` is the number of nodes. The target must read trees,
 * else the decode refuses with InvalidOptionError.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function ddtree(options: DdtreeOptions = {}): Drafter<"masked"> {
  checkOptions("ddtree", options, checks);
  const { depth = 8 } = options;
  return {
    name: "ddtree",
    requires: ["masked"],
    gives: "tree",
    async start(run) {
      const sequence = sequenceOf(run.prompt);
      const marginals = await maskedMarginals(run);
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        async *propose({ max, maxDepth }) {
          const rows = yield* marginals.after(sequence, Math.min(depth, maxDepth));
          const ranked = rows.map((row) => rankTokens(logSoftmax(row), max));
          return bestFirstTree(ranked, max);
        },
      };
    },
  };
}
