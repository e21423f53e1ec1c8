import { afterAll, test } from "vitest";
import { testConformance } from "./expect-conformance.ts";
import { startNodeWorker } from "./start-node-worker.ts";

const { worker, stop } = await startNodeWorker();
afterAll(stop);

await testConformance(test, worker);
