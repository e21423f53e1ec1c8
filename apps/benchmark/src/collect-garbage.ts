import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects all garbage now, so that nothing that is timed pays for what ran before it. */
export const collectGarbage = runInNewContext("gc") as () => void;
