import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { terminate } from "@decodekit/core/worker";
import { build } from "vite";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** A folder of scripts that Node can run. */
export interface NodeScripts {
  /** Path of the script made from the file of this name. */
  pathOf(name: string): string;
  readonly remove: () => void;
}

/** Bundles scripts from the TypeScript sources, for Node workers and processes. `names` are paths from this folder, without ".ts". */
export async function buildNodeScripts(...names: readonly string[]): Promise<NodeScripts> {
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
    build: {
      ssr: true,
      rollupOptions: { input: Object.fromEntries(names.map((name) => [path.basename(name), path.join(folder, "worker", `${name}.ts`)])) },
      outDir: output,
      target: "node20",
      emptyOutDir: false,
    },
  });
  return {
    pathOf: (name) => path.join(output, `${name}.js`),
    remove: () => rmSync(output, { recursive: true, force: true }),
  };
}

export interface NodeWorker {
  readonly worker: Worker;
  readonly stop: () => Promise<void>;
}

/** Starts `decoder-worker.ts`. */
export async function startNodeWorker(): Promise<NodeWorker> {
  const scripts = await buildNodeScripts("decoder-worker");
  const worker = new Worker(scripts.pathOf("decoder-worker"));
  return {
    worker,
    async stop() {
      await terminate(worker);
      scripts.remove();
    },
  };
}
