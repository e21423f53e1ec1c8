// Makes SmolLM2-135M-Instruct in every kind of published file, for the tests of tests/src/real-model: two folders in the cache, about 4 GB with what
// they are made of.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

/** Arguments of the recipe beside the repository, which exports with Optimum and quantises with onnxruntime's own tools. */
const HUB_KINDS = ["fp32", "fp32x", "fp16", "q8", "q4", "q4f16"];
/** What onnxruntime-genai's builder needs: it imports classes of transformers 5, which Optimum does not run with. */
const BUILDER = ["onnxruntime-genai==0.18.0", "transformers==5.24.0", "onnx==1.23.2", "onnx-ir==1.1.0"];
const TORCH = "torch==2.13.0";

/**
 * Makes what is missing. Returns false if that failed. `run` runs a command with arguments and returns its exit code.
 * Without the recipe beside the repository there is nothing to do, and the tests are skipped.
 */
export function buildRealModel({ root, cache, python, run }) {
  const kinds = JSON.parse(readFileSync(path.join(root, "tests", "src", "real-model", "kinds.json"), "utf8"));
  const isMissing = ({ folder, modelFile }) => !existsSync(path.join(cache, folder, modelFile));
  const recipe = path.join(root, "..", "shared", "real-model", "build.sh");
  if (!existsSync(recipe) || !kinds.some(isMissing)) return true;
  const folder = path.join(cache, "smollm2");
  console.log(`\n── chat model in all kinds of files: ${recipe} (once, about five minutes)`);
  if (run("bash", [recipe, folder, ...HUB_KINDS]) !== 0) return false;
  const build = path.join(folder, ".build");
  if (!buildGenai(path.join(build, "hf"), path.join(cache, "smollm2-genai"), { python, run })) return false;
  // What only the steps in between need: over 800 MB.
  const isBetween = (name) => name === "optimum" || name === "gguf" || name.endsWith(".whl");
  for (const name of readdirSync(build).filter(isBetween)) rmSync(path.join(build, name), { recursive: true });
  return !kinds.some(isMissing);
}

/** Runs onnxruntime-genai's builder on a Hugging Face folder, in a virtual environment that is removed afterwards. */
function buildGenai(source, target, { python, run }) {
  const environment = `${target}-python`;
  const own = path.join(environment, "bin", "python");
  const steps = [
    [python, ["-m", "venv", environment]],
    [own, ["-m", "pip", "install", "--quiet", TORCH]],
    [own, ["-m", "pip", "install", "--quiet", ...BUILDER]],
    ...["fp32", "int4"].map((type) => [
      own,
      ["-m", "onnxruntime_genai.models.builder", "-i", source, "-o", path.join(target, type), "-p", type, "-e", "cpu"],
    ]),
  ];
  const isBuilt = steps.every(([command, args]) => run(command, args) === 0);
  rmSync(environment, { recursive: true, force: true });
  return isBuilt;
}
