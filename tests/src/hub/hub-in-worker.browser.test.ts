import { startFakeHubOutside } from "../support/fake-hub-in-page.ts";
import { workerCases } from "./worker-cases.ts";

let caches = 0;

workerCases({
  startWorker: async () => new Worker(new URL("../worker/decoder-worker.ts", import.meta.url), { type: "module" }),
  start: startFakeHubOutside,
  freshCache: () => `worker-${Date.now()}-${caches++}`,
});
