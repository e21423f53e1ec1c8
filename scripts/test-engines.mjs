// npm run test:engines: builds or installs the servers that people run, and tests models on them. `npm run test:engines -- vllm` runs one of
// llama-server, queue, ray-serve and vllm. They need Python, and about 6 GB in the cache; DECODEKIT_PROMPTS=10 takes fewer than a hundred prompts.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { preparePythonModels } from "./python-models.mjs";
import { root, setup } from "./setup.mjs";

setup();
const chosen = process.argv.slice(2);
// Queues run the embedded model.
const needsModels = chosen.length === 0 || chosen.some((name) => name !== "queue");
if (needsModels && !preparePythonModels()) process.exit(1);
const args = ["run", "--config", path.join("tests", "vitest.engines.config.ts"), ...chosen];
const { status } = spawnSync(path.join(root, "node_modules", ".bin", "vitest"), args, {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
});
process.exit(status ?? 1);
