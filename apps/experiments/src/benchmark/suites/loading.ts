import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { digestOf } from "../contenders/contender.ts";
import { defineSuite } from "../suite.ts";
import type { HubJob, LoadingCost, LoadingJob } from "./loading-job.ts";

/** One token each, for tokenizers with whole words. */
const WORDS = "Once upon a time there was a little dog".split(" ");
const CASES = [
  { promptWords: 8, newTokens: 32 },
  { promptWords: 1000, newTokens: 1 },
];
const QUICK_CASES = [{ promptWords: 8, newTokens: 2 }];
/** The embedded model cannot hold more. */
const EMBEDDED_WORDS = 200;

/** Time and peak memory of loading a model, reading a prompt and decoding, in a process per run, beside transformers.js. */
export const loading = defineSuite({
  name: "loading",
  where: ["native", "wasm"],
  per: "file",
  pairs: 5,
  async *run({ settings: { folder, threads, quick, embedded }, file, where, pairs, isDone }) {
    const execution = where as "native" | "wasm";
    for (const { promptWords: words, newTokens } of quick ? QUICK_CASES : CASES) {
      const promptWords = embedded ? Math.min(EMBEDDED_WORDS, words) : words;
      const prompt = Array.from({ length: promptWords }, (_, index) => WORDS[index % WORDS.length]).join(" ");
      const common = { folder, modelFile: file, execution, threads, prompt, newTokens };
      const jobs: Readonly<Record<string, LoadingJob>> = {
        decodekit: { ...common, library: "decodekit", rewriting: true },
        "decodekit, graph as it is": { ...common, library: "decodekit", rewriting: false },
        "transformers.js": { ...common, library: "transformers.js", rewriting: false },
      };
      for (let round = 0; round < pairs; round++) {
        for (const [library, job] of Object.entries(jobs)) {
          const key = `${library}/${promptWords}/${round}`;
          if (isDone(key)) continue;
          const { tokens, ...cost } = await loadInProcess(job);
          yield { key, library, round, promptWords, tokens: tokens.length, ...cost, digest: digestOf(tokens) };
        }
      }
    }
  },
});

const program = fileURLToPath(new URL("load-once.js", import.meta.url));

/** Runs a job in a process of its own. */
export async function loadInProcess(job: LoadingJob | HubJob): Promise<LoadingCost> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(job)], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as LoadingCost;
}
