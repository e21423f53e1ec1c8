import { importDecoder, terminate } from "@decodekit/core/worker";
import { afterAll, expect, test } from "vitest";
import { testCrossing } from "./crossing.ts";

const start = (): Worker => new Worker(new URL("decoder-worker.ts", import.meta.url), { type: "module" });
const [first, second] = [start(), start()];
afterAll(() => Promise.all([first, second].map((worker) => terminate(worker))));

testCrossing(first, second);

test("a worker whose script is not there, and one that is given up, reject with a WorkerError", async () => {
  const reference = { plugin: "@decodekit/greedy/plugin" };
  await expect(importDecoder(new Worker("/no-such-worker.js"), reference)).rejects.toMatchObject({ name: "WorkerError" });
  const given = start();
  const pending = importDecoder(given, reference);
  await terminate(given, { timeout: 0 });
  await expect(pending).rejects.toMatchObject({ code: "WORKER" });
});
