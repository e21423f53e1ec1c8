import { importDecoder, terminate } from "@decodekit/core/worker";
import { afterAll, expect, test } from "vitest";
import { testCrossing } from "./expect-round-trip.ts";

const start = (): Worker => new Worker(new URL("decoder-worker.ts", import.meta.url), { type: "module" });
const [first, second] = [start(), start()];
afterAll(() => Promise.all([first, second].map((worker) => terminate(worker))));

testCrossing(first, second);

test("calls to a worker reject with a WorkerError when its script is missing, and when it is terminated", async () => {
  const reference = { plugin: "@decodekit/greedy/plugin" };
  await expect(importDecoder(new Worker("/no-such-worker.js"), reference)).rejects.toMatchObject({ name: "WorkerError" });
  const given = start();
  const pending = importDecoder(given, reference);
  await terminate(given, { timeout: 0 });
  await expect(pending).rejects.toMatchObject({ code: "WORKER" });
});
