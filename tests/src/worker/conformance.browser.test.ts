import { terminate } from "@decodekit/core/worker";
import { afterAll, test } from "vitest";
import { testConformance } from "./expect-conformance.ts";

const worker = new Worker(new URL("decoder-worker.ts", import.meta.url), { type: "module" });
afterAll(() => terminate(worker));

await testConformance(test, worker);
