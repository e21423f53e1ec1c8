import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { terminate } from "@decodekit/core/worker";
import { build } from "vite";

const folder = fileURLToPath(new URL("..", import.meta.url));

export interface NodeWorker {
  readonly worker: Worker;
  readonly stop: () => Promise<void>;
}

/** Starts `decoder-worker.ts`, put together from the sources, since Node runs JavaScript only. */
export async function startNodeWorker(): Promise<NodeWorker> {
  // Beside the tests, so that the runtime's packages are found from there.
  const output = mkdtempSync(path.join(folder, "..", "node_modules", ".worker-"));
  await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    ssr: {
      resolve: { conditions: ["@decodekit/source", "node"] },
      noExternal: [/^@decodekit\//, "@huggingface/tokenizers", "pbf", "birpc"],
    },
    build: { ssr: "worker/decoder-worker.ts", outDir: output, target: "node20", emptyOutDir: false },
  });
  const worker = new Worker(path.join(output, "decoder-worker.js"));
  return {
    worker,
    async stop() {
      await terminate(worker);
      rmSync(output, { recursive: true, force: true });
    },
  };
}
