import { importDecoder } from "@decodekit/core/worker";
import { afterAll, expect, test } from "vitest";
import { testCrossing } from "./expect-round-trip.ts";
import { startNodeWorker } from "./start-node-worker.ts";

const [first, second, third] = [await startNodeWorker(), await startNodeWorker(), await startNodeWorker()];
afterAll(() => Promise.all([first.stop(), second.stop()]));

testCrossing(first.worker, second.worker);

test("when a worker ends, pending and later calls reject", async () => {
  const pending = importDecoder(third.worker, { plugin: "@decodekit/greedy/plugin" });
  await third.worker.terminate();
  await expect(pending).rejects.toMatchObject({ name: "WorkerError", code: "WORKER" });
  await expect(importDecoder(third.worker, { plugin: "@decodekit/greedy/plugin" })).rejects.toMatchObject({ code: "WORKER" });
  await third.stop();
});
