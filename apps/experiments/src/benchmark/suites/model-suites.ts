import type { Suite } from "../suite.ts";
import { contextScaling } from "./context-scaling.ts";
import { frameworkCost } from "./framework-cost.ts";
import { peers } from "./peers.ts";
import { prefill } from "./prefill.ts";
import { speculation } from "./speculation.ts";

/** The suites that run in a page as well as in Node: nothing that they import needs Node. */
export const modelSuites: readonly Suite[] = [frameworkCost, peers, prefill, contextScaling, speculation];
