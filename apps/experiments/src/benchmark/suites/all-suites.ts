import type { Suite } from "../suite.ts";
import { bundles } from "./bundles.ts";
import { drafters } from "./drafters.ts";
import { dtypes } from "./dtypes.ts";
import { eventLoop } from "./event-loop.ts";
import { hubLoading } from "./hub-loading.ts";
import { loading } from "./loading.ts";
import { modelSuites } from "./model-suites.ts";
import { masks } from "./masks.ts";
import { samplers } from "./samplers.ts";

/** All suites, in the order in which they run. */
export const allSuites: readonly Suite[] = [...modelSuites, drafters, samplers, masks, loading, hubLoading, dtypes, eventLoop, bundles];
