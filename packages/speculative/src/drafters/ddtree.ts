import { type Drafter, logSoftmax, type PluginOption, resolveOptions } from "@decodekit/core";
import { GrowingSequence, topK } from "@decodekit/core/toolkit";
import { bestFirstTree } from "./best-first-tree.ts";
import { maskedMarginals } from "./masked-marginals.ts";

export interface DdtreeOptions {
  /** Maximum length of a path, an integer >= 1; the masked pass reads as many positions. @defaultValue 8 */
  readonly depth?: number | undefined;
}

const OPTIONS = {
  depth: { type: "integer", help: "Maximum length of a path; the masked pass reads as many positions", default: 8, minimum: 1 },
} as const satisfies Readonly<Record<keyof DdtreeOptions, PluginOption>>;

/**
 * Creates a drafter of trees from a masked model. One masked pass predicts the marginals of the next positions, and the most likely
 * paths under them are verified together. `draftLength` is the number of nodes. If the target cannot read trees, the decode throws
 * InvalidOptionError.
 * @throws InvalidOptionError for an invalid option.
 */
export function ddtree(options: DdtreeOptions = {}): Drafter<"masked"> {
  const { depth } = resolveOptions("ddtree", options, OPTIONS);
  return {
    name: "ddtree",
    requires: ["masked"],
    draftKind: "tree",
    async start(run) {
      const sequence = new GrowingSequence(run.prompt);
      const marginals = await maskedMarginals(run);
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        async *propose({ max, maxDepth }) {
          const rows = yield* marginals.after(sequence, Math.min(depth, maxDepth));
          const ranked = rows.map((row) => {
            const logProbabilities = logSoftmax(row);
            return topK(logProbabilities, max).map((token) => ({ token, logProbability: logProbabilities[token]! }));
          });
          return bestFirstTree(ranked, max);
        },
      };
    },
  };
}
