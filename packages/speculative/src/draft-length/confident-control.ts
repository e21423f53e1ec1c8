import type { ConfidentCut } from "./confident-cut.ts";
import type { DraftLengthControl, MeasuredRound } from "./policy.ts";

/** Controls a decode in which all drafts have confidences: the drafter is always asked, and `confident` decides what to verify. */
export function confidentControl(confident: ConfidentCut): DraftLengthControl {
  return {
    next: () => 0,
    confident,
    observe: (round) => confident.observe(round, true),
  };
}

/** Controls a decode in which some drafts have confidences, which `confident` cuts; `control` decides about the others. */
export function combinedControl(control: DraftLengthControl, confident: ConfidentCut): DraftLengthControl {
  let isConfident = false;
  return {
    next: () => control.next(),
    confident: {
      get maximum() {
        return confident.maximum;
      },
      cut(draft) {
        isConfident = true;
        return confident.cut(draft);
      },
    },
    observe(round: MeasuredRound) {
      const isPlain = round.requested === 0 && round.drafted === 0;
      confident.observe(round, isConfident || isPlain);
      if (!isConfident) control.observe(round);
      isConfident = false;
    },
  };
}
