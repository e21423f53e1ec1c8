import type { Check } from "./check.ts";
import { losslessCases } from "./lossless-models.ts";
import { proveLossless } from "./prove-lossless.ts";

/** Enough for drafts of two tokens on every model, and of four on those with few successors; takes less than a second in all. */
const MAX_BRANCHES = 500;

/** The claim `lossless: true`. */
export const losslessChecks: readonly Check[] = [
  {
    rule: "lossless",
    name: "follows exactly the distribution of its sampler, enumerated on small models",
    inapplicable({ lossless, options: { provedElsewhere } }) {
      if (!lossless) return "does not claim to be lossless";
      return provedElsewhere && `is proved elsewhere: ${provedElsewhere}`;
    },
    async run({ create, options: { sampler } }) {
      for (const testCase of losslessCases([1])) await proveLossless(create(), testCase, { sampler, maxBranches: MAX_BRANCHES });
    },
  },
];
