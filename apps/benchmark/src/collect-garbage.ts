import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;

/**
 * Collects young garbage now, so that what is timed pays for little of what ran before it. Not all garbage: a full collection also drops
 * machine code, which the runs that follow would make again.
 */
export function collectGarbage(): void {
  collect({ type: "minor" });
}
