import { cellAt, cellCount, type ResolvedPlan } from "./cells.ts";
import { digestOf } from "./digest.ts";
import type { Pair } from "./runner.ts";

/** Returns the number of pairs of a plan: every decoder but the baseline, on every prompt with every seed. */
export function pairCount({ plan, decoders }: ResolvedPlan): number {
  return plan.timing ? (cellCount(plan) / decoders.length) * (decoders.length - 1) : 0;
}

/** Returns the pair at `index`, in [0, `pairCount`), in the order of the plan's cells. */
export function pairAt(resolved: ResolvedPlan, index: number): Pair {
  const { decoders } = resolved;
  const { baseline: name, rounds } = resolved.plan.timing!;
  const first = Math.floor(index / (decoders.length - 1)) * decoders.length;
  const place = decoders.findIndex(({ specification }) => specification === name);
  const other = index % (decoders.length - 1);
  const baseline = cellAt(resolved, first + place);
  const candidate = cellAt(resolved, first + (other < place ? other : other + 1));
  return { key: `t${digestOf([baseline.key, candidate.key, rounds])}`, baseline, candidate, rounds };
}

/** Yields every pair of a plan. */
export function* pairsOf(resolved: ResolvedPlan): Generator<Pair, void, void> {
  const count = pairCount(resolved);
  for (let index = 0; index < count; index++) yield pairAt(resolved, index);
}
