import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Endpoint } from "@decodekit/core/worker";
import { afterAll } from "vitest";
import { startFakeHub } from "../support/fake-hub.ts";
import { startNodeWorker } from "../worker/start-node-worker.ts";
import { workerCases } from "./worker-cases.ts";

const folder = mkdtempSync(path.join(tmpdir(), "decodekit-hub-"));
let stop: (() => Promise<void>) | undefined;
afterAll(async () => {
  await stop?.();
  rmSync(folder, { recursive: true, force: true });
});

workerCases({
  async startWorker(): Promise<Endpoint> {
    const started = await startNodeWorker();
    stop = started.stop;
    return started.worker;
  },
  start: startFakeHub,
  freshCache: () => mkdtempSync(path.join(folder, "cache-")),
});
