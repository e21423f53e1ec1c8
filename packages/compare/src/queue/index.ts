export { type Broker, openBroker } from "./broker.ts";
export type { ChunkJob } from "./chunk-job.ts";
export type { ResultDatabase, StoredRun } from "./result-database.ts";
export { recordsOf, type RunState, stateOf } from "./run-state.ts";
export { addRun, type FollowOptions, followRun, saveRun, type Submission } from "./submit.ts";
export { work, type WorkOptions, type WorkProgress } from "./work.ts";
