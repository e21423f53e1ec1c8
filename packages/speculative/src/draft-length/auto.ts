import { type CausalModel, type Drafter, objectOption, type OptionDefinition, resolveOptions } from "@decodekit/core";
import { autoControl } from "./auto-control.ts";
import { type CostCurve, measuredCosts } from "./cost-curve.ts";
import { type AutoState, newAutoState } from "./auto-state.ts";
import { combinedControl, confidentControl } from "./confident-control.ts";
import { confidentCut } from "./confident-cut.ts";
import type { DraftLengthControl, DraftLengthPolicy } from "./policy.ts";

export interface AutoDraftLengthOptions {
  /** Maximum tokens per draft, an integer >= 1. @defaultValue 48 for drafts with confidences, 16 for others */
  readonly maximum?: number | undefined;
  /**
   * Returns the milliseconds of a round that drafts `length` tokens; length 0 is a plain pass. Replaces the measured times. Lengths then
   * depend on the seed alone, and runs can be repeated pass by pass.
   * @defaultValue measured
   */
  readonly cost?: ((length: number) => number) | undefined;
}

const OPTIONS = {
  maximum: { type: "integer", help: "Maximum tokens per draft", minimum: 1 },
  cost: objectOption("a function of the draft length", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof AutoDraftLengthOptions, OptionDefinition>>;

const MAX_CONFIDENT = 48;
const MAX_OTHERS = 16;

/** Maximum tokens of drafts with confidences and of others. */
interface Limits {
  readonly confident: number;
  readonly others: number;
}

/**
 * Chooses the draft lengths with the highest expected tokens per second, from the measured times of whole rounds, corrected for the current
 * speed of the device.
 *
 * A draft with confidences, from a drafter such as `promptLookup` or `suffix`, is requested in every round. It is verified up to the token
 * at which the expected gain is the highest, which may be none. Confidences are corrected by what the decode commits, so that nothing has
 * to be probed. The first drafts have at most 16 tokens, because the cost of more is not known yet, and later ones at most twice the longest.
 *
 * For other drafters it estimates acceptance from about the last 200 drafts:
 * - A decode starts with 12 plain passes to measure their cost, and then drafts 2, 4, 1 and 8 tokens. Plain passes are measured again,
 *   12 in a row; the more drafting saves, the less often. Every 16th draft tries another length that may be as good.
 * - While no length is expected to be clearly faster than plain passes, it drafts nothing and probes again after 16, 32, … plain passes,
 *   at most 1024. The intervals grow longer when a failed probe costs more. After a probe that pays off, 3 more drafts follow, and
 *   earlier results count little. A drafter that returns an empty draft is requested again after 3 plain passes.
 *
 * Times are kept between decodes of one target, and so is acceptance without confidences: then use one decoder for each kind of task.
 * Without `cost`, the lengths depend on measured times, and the passes of two runs may differ. With "match", "tree" and "gumbel", and with
 * any rule in greedy decoding, the tokens do not differ; with "ratio" and "block" only their distribution is the same. With `cost` nothing
 * is kept between decodes.
 * @throws InvalidOptionError for an invalid option.
 */
export function autoDraftLength(options: AutoDraftLengthOptions = {}): DraftLengthPolicy {
  const { maximum, cost } = resolveOptions("autoDraftLength", options, OPTIONS);
  const limits = { confident: maximum ?? MAX_CONFIDENT, others: maximum ?? MAX_OTHERS };
  const states = new WeakMap<CausalModel, AutoState>();
  return {
    maximum: limits.confident,
    start(target, { confidences } = {}) {
      if (cost) {
        const state = newAutoState(givenCosts(cost), { measuresPlain: false, confidentCosts: givenCosts(cost) });
        return withCosts(controlFor(confidences, limits, state), cost);
      }
      let state = states.get(target);
      if (!state) states.set(target, (state = newAutoState(measuredCosts(), { measuresPlain: true, confidentCosts: measuredCosts() })));
      return controlFor(confidences, limits, state);
    },
  };
}

/** Returns the control for a drafter of which all, some or no drafts have confidences. */
function controlFor(confidences: Drafter["confidences"], limits: Limits, state: AutoState): DraftLengthControl {
  const confident = confidences && confidentCut(limits.confident, state.confident);
  if (confidences === "all") return confidentControl(confident!);
  const control = autoControl(limits.others, state);
  return confident ? combinedControl(control, confident) : control;
}

/** Uses the given costs for plain passes and full drafts. The cost of shorter drafts depends on the drafter and is measured. */
function givenCosts(cost: (length: number) => number): CostCurve {
  const measured = measuredCosts();
  return {
    ...measured,
    plainTime: cost(0),
    roundTime: (requested) => (measured.hasMeasured(requested) ? measured.roundTime(requested) : cost(requested)),
  };
}

/** Passes given costs to `control` in place of measured times. */
function withCosts(control: DraftLengthControl, cost: (length: number) => number): DraftLengthControl {
  return {
    next: () => control.next(),
    confident: control.confident,
    observe(round) {
      const milliseconds = cost(round.drafted);
      control.observe({ ...round, milliseconds, passMilliseconds: milliseconds });
    },
  };
}
