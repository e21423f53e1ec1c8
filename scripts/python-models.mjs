// Makes what tests need and only Python can make: a real chat model, and chats rendered by transformers. Both are made once and kept in
// DECODEKIT_CACHE, else in tests/.cache. Without Python, or without the recipe beside the repository, the tests that need them are skipped.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { buildRealModel } from "./real-model.mjs";
import { root } from "./setup.mjs";

const cache = process.env.DECODEKIT_CACHE ?? path.join(root, "tests", ".cache");
const python = process.env.DECODEKIT_PYTHON ?? "python3";
/** What chats are rendered with. The recipe of the chat model installs the same version. */
const RENDERERS = ["transformers==4.57.6", "jinja2==3.1.6"];

/** Returns false if something could not be made, though Python is there. */
export function preparePythonModels() {
  if (run(python, ["--version"], "ignore") !== 0) {
    console.log(`${python} is not there: no chat model, and no chats rendered by transformers. DECODEKIT_PYTHON may name another Python.`);
    return true;
  }
  mkdirSync(cache, { recursive: true });
  const isBuilt = buildRealModel({ root, cache, python, run });
  if (!isBuilt) console.log("The chat model could not be built.");
  renderChats();
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

/** Returns the Python of a virtual environment with transformers. */
function ownEnvironment() {
  const folder = path.join(cache, "python");
  const own = path.join(folder, "bin", "python");
  if (!existsSync(own)) {
    run(python, ["-m", "venv", folder]);
    run(own, ["-m", "pip", "install", "--quiet", ...RENDERERS]);
  }
  return own;
}

function run(command, args, stdio = "inherit") {
  return spawnSync(command, args, { stdio, cwd: root }).status;
}
