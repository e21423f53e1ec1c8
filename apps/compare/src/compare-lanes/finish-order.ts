import type { FinishReason } from "@decodekit/core";

/** How a lane finished a race. */
export interface Finish {
  /** From 1. Lanes that are too close to call share a place. */
  readonly place: number;
  readonly isShared: boolean;
  /** From the start of the decode, prefill included. */
  readonly milliseconds: number;
}

/** The times of two single runs that differ by less than this share are too close to call. */
export const TOO_CLOSE = 0.1;

interface RacingLane {
  /** Undefined until the lane has finished. */
  readonly finishReason: FinishReason | undefined;
  readonly milliseconds: number;
}

/** Returns the finish of each lane; undefined for a lane that has not finished, or was stopped. */
export function finishOrder(lanes: readonly RacingLane[]): readonly (Finish | undefined)[] {
  const finished = lanes.flatMap(({ finishReason, milliseconds }, lane) =>
    finishReason === undefined || finishReason === "abort" ? [] : [{ lane, milliseconds }],
  );
  const finishes: (Finish | undefined)[] = lanes.map(() => undefined);
  let place = 0;
  let best = 0;
  for (const [index, { lane, milliseconds }] of finished.toSorted((a, b) => a.milliseconds - b.milliseconds).entries()) {
    if (index === 0 || milliseconds > best * (1 + TOO_CLOSE)) [place, best] = [index + 1, milliseconds];
    finishes[lane] = { place, isShared: false, milliseconds };
  }
  return finishes.map((finish) => finish && { ...finish, isShared: finishes.filter((other) => other?.place === finish.place).length > 1 });
}
