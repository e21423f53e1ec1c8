import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;

/**
 * Collects young garbage, so that a timed run pays little for earlier ones. A full collection would also drop compiled code, which the next
 * runs would have to compile again.
 */
export function collectGarbage(): void {
  collect({ type: "minor" });
}
