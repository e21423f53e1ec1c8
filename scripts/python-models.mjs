// Makes what tests need and only Python can make: a real chat model, chats rendered by transformers, and exports of small random models. All
// are made once and kept in DECODEKIT_CACHE, else in tests/.cache. Without Python, the tests that need them are skipped; so are those of the
// chat model and of the exports without the recipe beside the repository, unless DECODEKIT_EXPORTS=1 asks for the exports.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cache, environmentOf, python, run } from "./python-environment.mjs";
import { buildRealModel } from "./real-model.mjs";
import { root } from "./setup.mjs";

/** What chats are rendered with. The recipe of the chat model installs the same version. */
const RENDERERS = ["transformers==4.57.6", "jinja2==3.1.6"];
/** The recipe of the chat model, beside the repository. Its environment has all that Optimum needs. */
const chatRecipe = path.join(root, "..", "shared", "real-model", "build.sh");
const TORCH = ["torch==2.13.0"];
const ONNX = ["onnx==1.23.2", "onnx-ir==1.1.0", "onnxruntime==1.32.0", "sentencepiece", "protobuf"];
/** What exports models. The builder of onnxruntime-genai and mobius need a newer transformers than Optimum takes. */
const OPTIMUM = ["optimum==2.1.0", "optimum-onnx==0.1.0", "transformers==4.57.6", "onnxslim==0.1.98", "accelerate", ...ONNX];
const BUILDERS = ["onnxruntime-genai==0.18.0", "mobius-onnx==0.1.0", "onnxscript==0.7.2", "transformers==5.24.0", ...ONNX];

/** Returns false if something could not be made, though Python is there. */
export function preparePythonModels() {
  if (run(python, ["--version"], "ignore") !== 0) {
    console.log(`${python} is not there: no chat model, and no chats rendered by transformers. DECODEKIT_PYTHON may name another Python.`);
    return true;
  }
  mkdirSync(cache, { recursive: true });
  const isBuilt = buildRealModel({ root, cache, run, builders: builderEnvironment });
  if (!isBuilt) console.log("The chat model could not be built.");
  renderChats();
  exportModels();
  return isBuilt;
}

function renderChats() {
  const output = path.join(cache, "chat-goldens.json");
  if (existsSync(output)) return;
  console.log("\n── chats rendered by transformers (once)");
  const renderer = [python, path.join(cache, "smollm2", ".build", "venv", "bin", "python"), ownEnvironment].find((each) => {
    return run(typeof each === "string" ? each : each(), ["-c", "import transformers, jinja2, pip"], "ignore") === 0;
  });
  const interpreter = typeof renderer === "function" ? renderer() : renderer;
  const script = path.join(root, "tests", "src", "chat", "render-goldens.py");
  if (interpreter === undefined || run(interpreter, [script, output]) !== 0) console.log("The chats could not be rendered.");
}

/** Exports models anew where the scripts have changed. If one cannot be exported, there are no exports for tests. */
function exportModels() {
  const scripts = path.join(root, "tests", "src", "models", "python");
  const folder = path.join(cache, "exported-models");
  const mark = path.join(folder, "scripts.sha256");
  const hash = createHash("sha256").update(JSON.stringify([TORCH, OPTIMUM, BUILDERS]));
  for (const name of readdirSync(scripts).filter((each) => each.endsWith(".py"))) hash.update(readFileSync(path.join(scripts, name)));
  const version = hash.digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === version) return;
  if (!existsSync(chatRecipe) && process.env.DECODEKIT_EXPORTS !== "1") {
    console.log("No exports of small models: DECODEKIT_EXPORTS=1 makes them, with 3 GB of Python packages.");
    return;
  }
  console.log("\n── exports of small random models (once, a few minutes)");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const chatPython = path.join(cache, "smollm2", ".build", "venv", "bin", "python");
  const hasOptimum = run(chatPython, ["-c", "import optimum.exporters.onnx"], "ignore") === 0;
  const optimum = hasOptimum ? chatPython : environmentOf("optimum-python", [TORCH, OPTIMUM]);
  const builders = builderEnvironment();
  const exports = [
    [optimum, "export_with_optimum.py"],
    [builders, "export_with_genai.py"],
    [builders, "export_with_mobius.py"],
    [builders, "export_draft_heads.py"],
    [optimum, "make_quirks.py"],
  ];
  const options = {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" },
  };
  const failed = exports.filter(([interpreter, script]) => {
    const { status, stdout, stderr } = spawnSync(interpreter, [path.join(scripts, script), folder], options);
    if (status !== 0) console.log(`${stdout}\n${stderr}\n${script} did not export all of its models.`);
    return status !== 0;
  });
  if (failed.length === 0) writeFileSync(mark, version);
}

/** Returns the Python of a virtual environment with onnxruntime-genai's builder and mobius. */
function builderEnvironment() {
  return environmentOf("builders-python", [TORCH, BUILDERS]);
}

/** Returns the Python of a virtual environment with transformers. */
function ownEnvironment() {
  return environmentOf("python", [RENDERERS]);
}
