// Compares the files of one model by data type: speed, closeness to float32, and whether rows depend on the others of their pass.
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { argmax, logSoftmax } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { median } from "../measure/paired.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    execution: { type: "string", default: "native" },
    rounds: { type: "string", default: "3" },
    "without-rewriting": { type: "boolean", default: false },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const folder = path.resolve(values.model);
const execution = values.execution as "native" | "wasm";
const TEXT =
  "The harbour was quiet at dawn. Two boats came in, and a boy ran down the steps to count the baskets of fish. " +
  "He wrote each number into a small book: four, seven, three. His sister, who could not read yet, asked what the marks meant, " +
  "and he explained that a mark is a promise to remember.";
/** Rows of a pass that verifies a draft. */
const ROWS = 9;
const CONTEXT = 40;
/** Passes of each number of rows in a round. */
const PASSES = 5;

const SUFFIXES = ["", "_fp16", "_q4", "_q4f16", "_quantized"];
const names = SUFFIXES.map((suffix) => `onnx/model${suffix}.onnx`).filter((name) => existsSync(path.join(folder, name)));
const variants = names.flatMap((modelFile) => {
  const plain = { label: path.basename(modelFile), modelFile, rewriting: true };
  const asItIs = { label: `${path.basename(modelFile)}, as it is`, modelFile, rewriting: false };
  return values["without-rewriting"] && modelFile.includes("quantized") ? [plain, asItIs] : [plain];
});
const times = variants.map(() => ({ one: [] as number[], several: [] as number[] }));
for (let round = 0; round < Number(values.rounds); round++) {
  // One model at a time: the threads of another that is loaded would wait busily beside it.
  for (const [index, variant] of variants.entries()) await using(variant, (model) => time(model, times[index]!));
}

console.log(`${execution}; rows of ${variants[0]!.label} are what others are compared with.\n`);
console.log(
  `| file | MB | ms for 1 row | ${ROWS} rows over 1 | nats from fp32 | other likeliest token | rows move by | of them another token |`,
);
console.log("|---|---|---|---|---|---|---|---|");
let reference: readonly Float32Array[] | undefined;
for (const [index, variant] of variants.entries()) {
  await using(variant, async (model) => {
    const tokens = model.tokenizer.encode(TEXT);
    const whole = await rowsOf(model, tokens, tokens.length);
    const single = await rowsOf(model, tokens, 1);
    const exact = (reference ??= whole);
    const { one, several } = times[index]!;
    const cells = [
      variant.label,
      (model.bytes / 1e6).toFixed(0),
      median(one).toFixed(1),
      `×${median(several.map((each, pass) => each / one[pass]!)).toFixed(2)}`,
      mean(whole.map((row, at) => divergence(exact[at]!, row))).toFixed(4),
      percent(whole.map((row, at) => argmax(row) !== argmax(exact[at]!))),
      Math.max(...whole.map((row, at) => largestChange(row, single[at]!))).toExponential(1),
      percent(whole.map((row, at) => argmax(row) !== argmax(single[at]!))),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  });
}

async function using({ modelFile, rewriting }: (typeof variants)[number], run: (model: OnnxLanguageModel) => Promise<void>): Promise<void> {
  const model = await loadModel(folder, { execution, modelFile, rewriting, onWarning: () => undefined });
  await run(model);
  await model.dispose();
}

/** Adds the milliseconds of a few passes over one token and over several, in turns. The first ones do not count. */
async function time({ causal, tokenizer }: OnnxLanguageModel, { one, several }: { one: number[]; several: number[] }): Promise<void> {
  const tokens = tokenizer.encode(TEXT);
  const session = await causal.createSession();
  await session.forward(tokens.subarray(0, CONTEXT));
  for (let pass = 0; pass <= PASSES; pass++) {
    for (const [count, all] of [
      [1, one],
      [ROWS, several],
    ] as const) {
      const started = performance.now();
      await session.forward(tokens.subarray(CONTEXT, CONTEXT + count), { rows: count });
      if (pass > 0) all.push(performance.now() - started);
      await session.rewindTo(CONTEXT);
    }
  }
  await session.dispose();
}

/** Returns the logits of all rows of the text, read in passes of `step` tokens. */
async function rowsOf({ causal }: OnnxLanguageModel, tokens: Int32Array, step: number): Promise<Float32Array[]> {
  const session = await causal.createSession();
  const rows: Float32Array[] = [];
  for (let at = 0; at < tokens.length; at += step) {
    const logits = await session.forward(tokens.subarray(at, at + step), { rows: "all" });
    for (let row = 0; row < logits.rows; row++) rows.push(logits.row(row).slice());
  }
  await session.dispose();
  return rows;
}

/** Kullback–Leibler divergence of `row` from `exact`, in nats. */
function divergence(exact: Float32Array, row: Float32Array): number {
  const [expected, actual] = [logSoftmax(exact), logSoftmax(row)];
  return expected.reduce((sum, value, token) => sum + (value === -Infinity ? 0 : Math.exp(value) * (value - actual[token]!)), 0);
}

function largestChange(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, token) => Math.max(most, Math.abs(value - b[token]!)), 0);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function percent(found: readonly boolean[]): string {
  return `${((100 * found.filter(Boolean).length) / found.length).toFixed(0)} %`;
}
