import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { CACHE } from "../support/cache.ts";

const MODULES = ["torch", "numpy", "safetensors", "tokenizers", "transformers", "jinja2", "onnx", "onnx_ir", "onnxruntime"];
const CHECK = `import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in ${JSON.stringify(MODULES)}))`;

/** Environments that scripts/python-models.mjs has made, then the Python that DECODEKIT_PYTHON names. */
function interpreters(): string[] {
  const made = existsSync(CACHE) ? readdirSync(CACHE).filter((name) => /^(builders|optimum)-python-/.test(name)) : [];
  const folders = [path.join("smollm2", ".build", "venv"), ...made];
  return [...folders.map((folder) => path.join(CACHE, folder, "bin", "python")), process.env["DECODEKIT_PYTHON"] ?? "python3"];
}

/** A Python that has what the recipe needs. */
export const recipePython: string | undefined = interpreters().find((each) => spawnSync(each, ["-c", CHECK]).status === 0);
if (recipePython === undefined) console.log(`skipped: no Python with ${MODULES.join(", ")}; scripts/python-models.mjs installs them`);
