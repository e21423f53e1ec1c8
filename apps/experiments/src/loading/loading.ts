// Time and memory of loading a model and decoding with it, in a process per run, beside transformers.js.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { median } from "../measure/paired.ts";
import type { Cost, Job } from "./job.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    file: { type: "string", multiple: true },
    execution: { type: "string", multiple: true, default: ["native", "wasm"] },
    tokens: { type: "string", default: "64" },
    "prompt-tokens": { type: "string", default: "8" },
    runs: { type: "string", default: "5" },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const folder = path.resolve(values.model);
const [newTokens, promptTokens, runs] = [values.tokens, values["prompt-tokens"], values.runs].map(Number) as [number, number, number];

const NAMES = ["model", "model_external", "model_fp16", "model_quantized", "model_q4", "model_q4f16"].map((name) => `onnx/${name}.onnx`);
const files = (values.file ?? NAMES).filter((name) => existsSync(path.join(folder, name)));
const program = fileURLToPath(new URL("load-once.js", import.meta.url));
/** One token each, for tokenizers with whole words. */
const prompt = "Once upon a time there was a little dog".split(" ");
const words = Array.from({ length: promptTokens }, (_, index) => prompt[index % prompt.length]).join(" ");

console.log(`Load, read ${promptTokens} words, decode ${newTokens} tokens; ${runs} runs each, in turns; median (least to most):\n`);
console.log("| file | execution | library | peak memory | all | to the first token | tokens |");
console.log("|---|---|---|---|---|---|---|");
for (const modelFile of files) {
  const externalData = existsSync(path.join(folder, `${modelFile}_data`));
  for (const execution of values.execution as readonly Job["execution"][]) {
    const common = { folder, modelFile, externalData, execution, prompt: words, newTokens };
    const jobs: readonly (readonly [string, Job])[] = [
      ["decodekit", { ...common, library: "decodekit", rewriting: true }],
      ["decodekit, graph as it is", { ...common, library: "decodekit", rewriting: false }],
      ["transformers.js", { ...common, library: "transformers.js", rewriting: false }],
    ];
    const costs = jobs.map((): Cost[] => []);
    for (let run = 0; run < runs; run++) {
      for (const [index, [, job]] of jobs.entries()) costs[index]!.push(await measure(job));
    }
    const reference = costs.at(-1)![0]!.tokens;
    for (const [index, [library]] of jobs.entries()) {
      const own = costs[index]!;
      const agreed = own[0]!.tokens.findIndex((token, at) => token !== reference[at]);
      const same = agreed < 0 ? "the same" : `the first ${agreed} the same`;
      const column = (of: (cost: Cost) => number, unit: string, digits: number): string => {
        const all = own.map(of).toSorted((a, b) => a - b);
        return `${median(all).toFixed(digits)} ${unit} (${all[0]!.toFixed(digits)} to ${all.at(-1)!.toFixed(digits)})`;
      };
      const memory = column(({ peakBytes }) => peakBytes / 1e6, "MB", 0);
      const times = [column(({ seconds }) => seconds, "s", 2), column(({ secondsToFirst }) => secondsToFirst, "s", 2)];
      console.log(`| ${path.basename(modelFile)} | ${execution} | ${library} | ${memory} | ${times.join(" | ")} | ${same} |`);
    }
  }
}

async function measure(job: Job): Promise<Cost> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(job)], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Cost;
}
