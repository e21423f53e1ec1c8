// Step 6a in WASM: what passes of onnxruntime-web cost on one thread, in the form of measure_costs.py.
//
//     node measure-wasm.mjs OUT.json target=FOLDER head=runs/files/head small=runs/files/small [kinds=fp32,q4]
//
// Times are of the processor, not of the clock, so that other programs disturb them less.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as ort from "onnxruntime-web";

const CACHED = 128; // tokens
const ROWS = [1, 2, 3, 5, 7, 9];
const WARM = 2; // passes that are not counted
const REPEATS = 7;
const FILES = { fp32: "model", fp16: "model_fp16", q8: "model_quantized", q4: "model_q4" };

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const wave = (length) => Float32Array.from({ length }, (_, index) => Math.sin(index));
const counting = (length, first) => BigInt64Array.from({ length }, (_, index) => BigInt(first + index));

/** An input of a pass over `rows` new tokens after CACHED ones. */
function makeInput({ name, shape, type }, rows) {
  if (name === "attention_mask") return new ort.Tensor("int64", new BigInt64Array(CACHED + rows).fill(1n), [1, CACHED + rows]);
  if (name === "position_ids") return new ort.Tensor("int64", counting(rows, CACHED), [1, rows]);
  if (name === "input_ids") return new ort.Tensor("int64", counting(rows, 100), [1, rows]);
  const dims = name.startsWith("past_key_values") ? [1, shape[1], CACHED, shape[3]] : [1, rows, shape[2]];
  if (type === "float16") return new ort.Tensor("float16", new Uint16Array(dims.reduce((product, dim) => product * dim)), dims);
  return new ort.Tensor("float32", wave(dims.reduce((product, dim) => product * dim)), dims);
}

async function open(folder, kind) {
  const file = path.join(folder, "onnx", `${FILES[kind]}.onnx`);
  const data = `${file}_data`;
  const externalData = existsSync(data) ? [{ path: path.basename(data), data: readFileSync(data) }] : undefined;
  return ort.InferenceSession.create(readFileSync(file), { executionProviders: ["wasm"], externalData });
}

/** Median of each number of rows, which take turns. */
async function milliseconds(session, numbersOfRows) {
  const passes = numbersOfRows.map((rows) => ({
    rows,
    inputs: Object.fromEntries(session.inputMetadata.map((input) => [input.name, makeInput(input, rows)])),
    times: [],
  }));
  for (let repeat = 0; repeat < WARM + REPEATS; repeat++) {
    for (const { inputs, times } of passes) {
      const begun = process.cpuUsage();
      await session.run(inputs);
      const { user, system } = process.cpuUsage(begun);
      if (repeat >= WARM) times.push((user + system) / 1000);
    }
  }
  const median = (times) => Number(times.toSorted((a, b) => a - b)[(REPEATS - 1) / 2].toFixed(2));
  return Object.fromEntries(passes.map(({ rows, times }) => [rows, median(times)]));
}

const [out, ...settings] = process.argv.slice(2);
const { target, kinds = Object.keys(FILES).join(), ...drafts } = Object.fromEntries(settings.map((each) => each.split("=")));
const results = { target: {}, drafts: {} };
for (const kind of kinds.split(",")) {
  for (const [name, folder] of Object.entries({ target, ...drafts })) {
    const session = await open(folder, kind);
    if (name === "target") results.target[`wasm ${kind}`] = await milliseconds(session, ROWS);
    else results.drafts[`wasm ${name} ${kind}`] = (await milliseconds(session, [1]))[1];
    await session.release();
    console.log(name, kind, JSON.stringify(name === "target" ? results.target[`wasm ${kind}`] : results.drafts[`wasm ${name} ${kind}`]));
  }
}
writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
