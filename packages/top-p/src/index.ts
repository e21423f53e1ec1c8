export { nucleus, temperature } from "./processors.ts";
export { topP, type TopPOptions, topPSampler } from "./top-p.ts";
