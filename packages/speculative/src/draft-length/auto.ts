import { type CausalModel, checkOptions, integerBetween, type OptionCheck } from "@decodekit/core";
import { autoControl } from "./auto-control.ts";
import { type CostCurve, measuredCosts } from "./cost-curve.ts";
import { type Learned, newlyLearned } from "./learned.ts";
import type { DraftLengthControl, DraftLengthPolicy } from "./policy.ts";

export interface AutoDraftLengthOptions {
  /** Most tokens per draft, an integer >= 1. @defaultValue 16 */
  readonly maximum?: number | undefined;
  /**
   * Milliseconds of a round that drafts `length` tokens, length 0 being a plain pass, in place of the times measured
   * in the decode. Then lengths depend on the seed alone, and runs can be repeated pass by pass.
   * @defaultValue measured
   */
  readonly cost?: ((length: number) => number) | undefined;
}

const checks: Readonly<Record<keyof AutoDraftLengthOptions, OptionCheck>> = {
  maximum: integerBetween(1),
  cost: { expected: "a function of the draft length", accepts: (value) => typeof value === "function" },
};

/**
 * Chooses the length that gives the most tokens per second, going by how the last drafts fared, the newest 200 or so, and by the
 * times that whole rounds take on this device, relative to how fast it is at the moment. What drafting saves is told from plain
 * passes among plain passes: it begins with 12 of them, later come 12 in a row again, the more seldom the more drafting saves. The first
 * drafts are of 2, 4, 1 and 8 tokens; later every 16th draft is one of another length that may be as good.
 *
 * Drafts nothing while no length promises enough more than plain passes, and then tries again after 16, 32, … of them, the more the dearer
 * a draft in vain is, 1024 at most; when one pays, 3 more follow, and little counts that was before. A drafter that
 * has no idea then is asked again at every fourth pass.
 *
 * Times and the record are kept from decode to decode of one target, so that only the first one has to find out; give two
 * uses of one model a decoder each. Unless `cost` is given the lengths thus depend on measured times, and the passes of two
 * runs may differ. With "match", "tree" and "gumbel", and with any rule when greedy, the tokens do not; with "ratio" and
 * "block" only their distribution is the same. With `cost` nothing is kept.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function autoDraftLength(options: AutoDraftLengthOptions = {}): DraftLengthPolicy {
  checkOptions("autoDraftLength", options, checks);
  const { maximum = 16, cost } = options;
  const learned = new WeakMap<CausalModel, Learned>();
  return {
    maximum,
    start(target) {
      if (cost) return givenTimes(autoControl(maximum, newlyLearned(givenCosts(cost), { measuresPlain: false })), cost);
      let known = learned.get(target);
      if (!known) learned.set(target, (known = newlyLearned(measuredCosts(), { measuresPlain: true })));
      return autoControl(maximum, known);
    },
  };
}

/** Knows plain passes and what drafts of full length cost; how much shorter drafts are has to be seen. */
function givenCosts(cost: (length: number) => number): CostCurve {
  const seen = measuredCosts();
  return { ...seen, plain: cost(0), of: (asked) => (seen.knows(asked) ? seen.of(asked) : cost(asked)) };
}

/** `control`, told `cost` in place of times. */
function givenTimes(control: DraftLengthControl, cost: (length: number) => number): DraftLengthControl {
  return {
    next: () => control.next(),
    observe(round) {
      const milliseconds = cost(round.drafted);
      control.observe({ ...round, milliseconds, passMilliseconds: milliseconds });
    },
  };
}
