import { rewriteFile } from "../../../packages/core/src/onnx/rewriting/graph-edit.ts";
import { readFileSync } from "node:fs";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { PbfWriter } from "pbf";
import { expect, test } from "vitest";
import { evaluateSize } from "../../../packages/core/src/onnx/rewriting/evaluate-size-for-tests.ts";
import { type EditableGraph, readEditableGraph } from "../../../packages/core/src/onnx/rewriting/editable-graph.ts";
import { withNewPositions } from "../../../packages/core/src/onnx/rewriting/new-positions.ts";
import { withSharedHeads } from "../../../packages/core/src/onnx/rewriting/shared-heads.ts";
import { withSharedShapes } from "../../../packages/core/src/onnx/rewriting/shared-shapes.ts";
import { namedSize, type Size } from "../../../packages/core/src/onnx/rewriting/sizes.ts";
import { symbolicShapes } from "../../../packages/core/src/onnx/rewriting/symbolic-shapes.ts";
import { casesOf } from "./export-cases.ts";
import { describeExports, folderOf } from "./exported-models.ts";

// A graph's values have the shapes that follow from its inputs: the runtime computes every value of real exports, of two sizes each.

/** Exports whose graph is one file with inputs that may have any sizes. */
const CASES = casesOf("causal").filter(({ name }) => name.startsWith("optimum/") || name.startsWith("optimum-like-llama/"));

/** Each head has its own keys and values, or all share one, or there are no copies. */
const WITHOUT_SHARED_HEADS: ReadonlySet<string> = new Set(
  "bloom codegen deepseek_v3 falcon-alibi falcon-multi-query falcon-new gpt2 gpt_neo gpt_neox gptj modernbert-decoder mpt opt phi".split(
    " ",
  ),
);
/** Exports in which no two shapes that are known are the same. */
const WITHOUT_SHARED_SHAPES: readonly string[] = [];

/** Exports whose cache is not keys and values of four dimensions that a pass extends. */
const WITHOUT_NEW_POSITIONS: readonly string[] = ["optimum/codegen", "optimum/gptj", "optimum/gpt_neo"];

interface Sizes {
  readonly past: number;
  readonly rows: number;
}

function fileOf(name: string): Uint8Array {
  return readFileSync(path.join(folderOf({ name }), "model.onnx"));
}

/** Returns the file with all values of `graph` as outputs. */
function withAllOutputs(file: Uint8Array, values: readonly string[]): Uint8Array {
  const writer = new PbfWriter();
  // A message that comes twice is merged: the second graph only has outputs.
  const graph = (_: undefined, each: PbfWriter): void => {
    for (const value of values) each.writeMessage(12, (_output, info) => info.writeStringField(1, value), undefined);
  };
  writer.writeMessage(7, graph, undefined);
  return Buffer.concat([file, writer.finish()]);
}

/** Returns what names of sizes stand for in a pass. */
function sizeOf(name: string, { past, rows }: Sizes): number {
  const known: Readonly<Record<string, number>> = { batch_size: 1, sequence_length: rows, past_sequence_length: past };
  const size = known[name];
  if (size === undefined) throw new Error(`The test does not know the size ${name}.`);
  return size;
}

const evaluate = (size: Size, sizes: Sizes): number => evaluateSize(size, (name) => sizeOf(name, sizes));

function feedsOf(session: InferenceSession, sizes: Sizes): Record<string, Tensor> {
  return Object.fromEntries(
    session.inputMetadata.map((input) => {
      if (!input.isTensor) throw new Error(`${input.name} is not a tensor.`);
      const dims = input.shape.map((size) => (typeof size === "number" ? size : evaluate(namedSize(size), sizes)));
      const count = dims.reduce((all, size) => all * size, 1);
      const data = input.type === "int64" ? new BigInt64Array(count).fill(1n) : new Float32Array(count).fill(0.1);
      return [input.name, new Tensor(input.type as "int64", data as BigInt64Array, dims)] as const;
    }),
  );
}

function computedValues({ nodes, outputs }: EditableGraph): readonly string[] {
  return nodes.flatMap((node) => node.outputs.slice(0, 1)).filter((value) => value !== "" && !outputs.includes(value));
}

describeExports("symbolic shapes", () => {
  test.each(CASES)("$name has the shapes that follow from its inputs", async ({ name }) => {
    const file = fileOf(name);
    const graph = readEditableGraph(file);
    const shapes = symbolicShapes(graph);
    const session = await InferenceSession.create(withAllOutputs(file, computedValues(graph)), { graphOptimizationLevel: "disabled" });
    let known = 0;
    for (const sizes of [
      { past: 5, rows: 3 },
      { past: 7, rows: 1 },
    ]) {
      const outputs = await session.run(feedsOf(session, sizes));
      for (const [value, { dims }] of Object.entries(outputs)) {
        const shape = shapes.get(value);
        if (!shape) continue;
        known++;
        expect([value, shape.map((size) => evaluate(size, sizes))]).toEqual([value, [...dims]]);
      }
    }
    expect(known).toBeGreaterThan(0);
    await session.release();
  });

  test.each(CASES)("$name copies heads that share keys and values only if its exporter writes that otherwise", ({ name }) => {
    expect(rewriteFile(fileOf(name), withSharedHeads) !== undefined).toBe(!WITHOUT_SHARED_HEADS.has(name.split("/")[1]!));
  });

  test.each(CASES)("$name returns its new positions only, and computes the same bits", async ({ name }) => {
    const file = fileOf(name);
    const rewritten = rewriteFile(file, withNewPositions);
    if (!rewritten) return expect(WITHOUT_NEW_POSITIONS).toContain(name);
    const sizes = { past: 6, rows: 4 };
    const [whole, added] = await Promise.all(
      [file, rewritten].map(async (each) => {
        const session = await InferenceSession.create(each);
        const outputs = await session.run(feedsOf(session, sizes));
        await session.release();
        return outputs;
      }),
    );
    const { logits, ...cache } = whole!;
    expect(added!["logits"]!.data).toEqual(logits!.data);
    for (const [output, { data, dims }] of Object.entries(cache)) {
      const fresh = added![`decodekit.new/${output}`]!;
      expect(fresh.dims).toEqual(dims.with(dims.length - 2, sizes.rows));
      const [length, own] = [dims.at(-1)! * (sizes.past + sizes.rows), dims.at(-1)! * sizes.rows];
      for (let block = 0; block * own < fresh.data.length; block++) {
        const last = (data as Float32Array).subarray((block + 1) * length - own, (block + 1) * length);
        expect((fresh.data as Float32Array).subarray(block * own, (block + 1) * own)).toEqual(last);
      }
    }
  });

  test("of a usual export are all known, and each is computed once", () => {
    const graph = readEditableGraph(rewriteFile(fileOf("optimum/llama"), withSharedShapes)!);
    const shapes = symbolicShapes(graph);
    expect(computedValues(graph).filter((value) => !shapes.has(value))).toEqual([]);
    const sources = new Map(graph.nodes.filter(({ op }) => op === "Shape").map(({ inputs: [value] }) => [value!, shapes.get(value!)!]));
    expect(new Set(Array.from(sources.values(), (shape) => shape.join())).size).toBe(sources.size);
  });

  test.each(CASES)("$name computes the same bits with shared shapes", async ({ name }) => {
    const file = fileOf(name);
    const shared = rewriteFile(file, withSharedShapes);
    if (!shared) return expect(WITHOUT_SHARED_SHAPES).toContain(name);
    const sizes = { past: 6, rows: 4 };
    const logits: unknown[] = [];
    for (const each of [file, shared]) {
      const session = await InferenceSession.create(each);
      logits.push((await session.run(feedsOf(session, sizes)))["logits"]!.data);
      await session.release();
    }
    expect(logits[1]).toEqual(logits[0]);
  });
});
