import path from "node:path";
import { argmax, logSoftmax } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { sum } from "@decodekit/compare/sweep";
import type { DtypesRow } from "../rows.ts";
import { defineSuite } from "../suite.ts";
import { modelFilesIn } from "./model-files.ts";

const TEXT =
  "The harbour was quiet at dawn. Two boats came in, and a boy ran down the steps to count the baskets of fish. " +
  "He wrote each number into a small book: four, seven, three. His sister, who could not read yet, asked what the marks meant, " +
  "and he explained that a mark is a promise to remember.";
/** Rows of a pass that verifies a draft. */
const ROWS = 9;
const CONTEXT = 40;
/** Passes of each number of rows in a round. */
const PASSES = 5;

interface Variant {
  readonly label: string;
  readonly modelFile: string;
  readonly rewriting: boolean;
}

/** The files of one model by data type: speed, closeness to float32, and whether rows depend on the others of their pass. */
export const dtypes = defineSuite({
  name: "dtypes",
  where: ["native", "wasm"],
  per: "model",
  pairs: 3,
  async *run({ settings: { folder, threads }, where, pairs, isDone }) {
    const variants = modelFilesIn(folder)
      .filter((modelFile) => !modelFile.includes("_external"))
      .flatMap(variantsOf);
    if (variants.every(({ label }) => isDone(label))) return;
    const execution = where as "native" | "wasm";
    const using = async <Result>(
      { modelFile, rewriting }: Variant,
      run: (model: OnnxLanguageModel) => Promise<Result>,
    ): Promise<Result> => {
      const model = await loadModel(folder, { execution, modelFile, rewriting, threads, onWarning: () => undefined });
      try {
        return await run(model);
      } finally {
        await model.dispose();
      }
    };
    const times = variants.map(() => ({ one: [] as number[], several: [] as number[] }));
    for (let round = 0; round < pairs; round++) {
      // One model at a time: the threads of another that is loaded would wait busily beside it.
      for (const [index, variant] of variants.entries()) await using(variant, (model) => time(model, times[index]!));
    }
    let reference: readonly Float32Array[] | undefined;
    for (const [index, variant] of variants.entries()) {
      const { rows, ...figures } = await using(variant, (model) => compare(model, reference));
      reference ??= rows;
      const { one, several } = times[index]!;
      const measured = { oneRowMilliseconds: one, severalRowsMilliseconds: several, rows: ROWS };
      yield { key: variant.label, label: variant.label, ...measured, ...figures };
    }
  },
});

/** A file with dynamic 8-bit quantisation is also measured as it is. */
function variantsOf(modelFile: string): Variant[] {
  const label = path.basename(modelFile);
  const plain = { label, modelFile, rewriting: true };
  return modelFile.includes("quantized") ? [plain, { label: `${label}, as it is`, modelFile, rewriting: false }] : [plain];
}

type Closeness = Pick<DtypesRow, "bytes" | "divergence" | "otherLikeliest" | "movedBy" | "movedLikeliest">;

/** Compares the rows of a text in one pass with `reference`, or with themselves, and with those of passes over single tokens. */
async function compare(
  model: OnnxLanguageModel,
  reference: readonly Float32Array[] | undefined,
): Promise<Closeness & { readonly rows: readonly Float32Array[] }> {
  const tokens = model.tokenizer.encode(TEXT);
  const rows = await rowsOf(model, tokens, tokens.length);
  const single = await rowsOf(model, tokens, 1);
  const exact = reference ?? rows;
  return {
    rows,
    bytes: model.bytes,
    divergence: sum(rows.map((row, at) => divergence(exact[at]!, row))) / rows.length,
    otherLikeliest: share(rows.map((row, at) => argmax(row) !== argmax(exact[at]!))),
    movedBy: Math.max(...rows.map((row, at) => largestChange(row, single[at]!))),
    movedLikeliest: share(rows.map((row, at) => argmax(row) !== argmax(single[at]!))),
  };
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
  return expected.reduce((total, value, token) => total + (value === -Infinity ? 0 : Math.exp(value) * (value - actual[token]!)), 0);
}

function largestChange(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, token) => Math.max(most, Math.abs(value - b[token]!)), 0);
}

function share(found: readonly boolean[]): number {
  return found.filter(Boolean).length / found.length;
}
