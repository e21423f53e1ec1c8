// What the KV cache costs at growing contexts: a pass of decodekit beside one of a bare onnxruntime loop, and passes after a rewind or fork.
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Session } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import type * as Ort from "onnxruntime-common";
import native from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { collectGarbage } from "../measure/collect-garbage.ts";
import { median } from "@decodekit/compare/sweep";
import { bareSequence, type BareSequence } from "../benchmark/contenders/bare-sequence.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    "model-file": { type: "string", default: "onnx/model.onnx" },
    execution: { type: "string", multiple: true, default: ["native", "wasm"] },
    context: { type: "string", multiple: true, default: ["64", "256", "1024", "2048", "4096"] },
    rounds: { type: "string", default: "25" },
    threads: { type: "string", default: "1" },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout, with one file in float32.");
const folder = path.resolve(values.model);
const [rounds, threads] = [Number(values.rounds), Number(values.threads)];
/** Tokens that are read at a time to fill the cache: whole prompts would need memory for all of their rows in the bare loop. */
const PART = 128;
/** Positions that a rewind takes back, as after a draft. */
const TAKEN_BACK = 8;

console.log(`Milliseconds per pass over one token, medians of ${rounds} rounds in turns, ${threads} threads, ${values["model-file"]}:\n`);
console.log(
  "| execution | context | bare loop | decodekit | ratio | after rewinding | call of fork | first of a fork | first of a rewound fork |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const execution of values.execution) {
  if (execution !== "native" && execution !== "wasm") throw new Error(`--execution must be native or wasm, got ${execution}.`);
  await measure(execution, execution === "native" ? native : web);
}

async function measure(execution: "native" | "wasm", ort: typeof Ort): Promise<void> {
  const model = await loadModel(folder, { execution, modelFile: values["model-file"], threads });
  const file = path.join(folder, values["model-file"]);
  const inference = await ort.InferenceSession.create(readFileSync(file), {
    executionProviders: [execution === "native" ? "cpu" : "wasm"],
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
  });
  for (const context of values.context.map(Number)) {
    const session = await model.causal.createSession();
    const bare = bareSequence({ ort, session: inference });
    const tokens = Int32Array.from({ length: context }, (_, index) => (index * 7919) % model.causal.vocabSize);
    for (let at = 0; at < context; at += PART) {
      await bare.read(tokens.subarray(at, at + PART));
      await session.forward(tokens.subarray(at, at + PART));
    }
    const times = await timesAt(session, bare);
    const ratio = median(times.ours.map((each, round) => each / times.bare[round]!));
    const cells = [times.bare, times.ours, times.rewound, times.fork, times.forked, times.rewoundFork].map((all) => median(all).toFixed(2));
    console.log(`| ${[execution, context, ...cells.slice(0, 2), ratio.toFixed(3), ...cells.slice(2)].join(" | ")} |`);
    await session.dispose();
  }
  await model.dispose();
  await inference.release();
}

interface Times {
  readonly bare: number[];
  readonly ours: number[];
  /** A pass after the last positions were taken back. */
  readonly rewound: number[];
  /** The call of `fork` alone. */
  readonly fork: number[];
  /** The first pass of a fork. */
  readonly forked: number[];
  /** The first pass of a fork from which the last positions were taken back. */
  readonly rewoundFork: number[];
}

/** Times passes over one token, each round of all kinds. The first round does not count. */
async function timesAt(session: Session, bare: BareSequence): Promise<Times> {
  const times: Times = { bare: [], ours: [], rewound: [], fork: [], forked: [], rewoundFork: [] };
  const token = Int32Array.of(1234);
  const pass = (each: Session): Promise<unknown> => each.forward(token);
  for (let round = 0; round <= rounds; round++) {
    const time = async <Result>(kind: keyof Times, run: () => Promise<Result>): Promise<Result> => {
      collectGarbage();
      const started = performance.now();
      const result = await run();
      if (round > 0) times[kind].push(performance.now() - started);
      return result;
    };
    const alternately = [() => time("bare", () => bare.read(token)), () => time("ours", () => pass(session))];
    if (round % 2 === 1) alternately.reverse();
    for (const run of alternately) await run();
    await session.rewindTo(session.length - TAKEN_BACK);
    await time("rewound", () => pass(session));
    await session.forward(new Int32Array(TAKEN_BACK - 1).fill(1234));
    const fork = await time("fork", () => session.fork!());
    await time("forked", () => pass(fork));
    await fork.dispose();
    const other = await session.fork!();
    await other.rewindTo(other.length - TAKEN_BACK);
    await time("rewoundFork", () => pass(other));
    await other.dispose();
  }
  return times;
}
