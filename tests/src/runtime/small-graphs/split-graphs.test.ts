import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadModel } from "@decodekit/core/onnx";
import { afterEach, describe, expect, test, vi } from "vitest";
import { binary, json } from "../../support/counting-graph.ts";
import { contentOf, serveModel } from "../../support/served-files.ts";
import { walkSessions } from "../../support/session-walk.ts";
import { splitGraphs, splitRow, type SplitGraphsOptions } from "../../support/split-graphs.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

afterEach(() => vi.restoreAllMocks());

/** Options, the factor of the embeddings, and whether the embedding graph only looks rows up. */
const cases: readonly (readonly [SplitGraphsOptions, number, boolean])[] = [
  [{}, 3, true],
  [{ stored: "float16" }, 3, true],
  [{ stored: "float16", between: "float16" }, 1, true],
  [{ stored: "uint8" }, 3, true],
  [{ between: "float16" }, 3, false],
  [{ computes: true }, 3, false],
  [{ features: true }, 3, false],
  [{ keepsSum: true }, 3, true],
];

describe.each(["native", "wasm"] as const)("a decoder and its embeddings in two graphs on %s", (execution) => {
  test.each(cases)("have the rows of all their tokens after any calls: %j", async (options, scale) => {
    for (const rewriting of [true, false]) {
      const model = await loadModel(splitGraphs(options), { execution, rewriting });
      expect(model.causal).toMatchObject({ vocabSize: 6, contextLength: 32 });
      await walkSessions({
        model: model.causal,
        seed: 1,
        steps: 60,
        expectRow: (row, tokens, what) => expect([...row], what).toEqual([...splitRow(tokens, scale)]),
      });
      await model.dispose();
    }
  });
});

test.each(["float32", "float16", "uint8"] as const)(
  "rows of %s that are read are those of the graph, bit for bit, if they are rounded",
  async (stored) => {
    const tokens = Int32Array.of(0, 1, 2, 3, 4, 5, 1);
    for (const execution of ["native", "wasm"] as const) {
      const rows: Float32Array[][] = [];
      for (const rewriting of [true, false]) {
        const model = await loadModel(splitGraphs({ stored, scale: Math.sqrt(1536) }), { execution, rewriting });
        const session = await model.causal.createSession();
        const logits = await session.forward(tokens, { rows: "all" });
        rows.push(Array.from(tokens, (_, row) => logits.row(row).slice()));
        await model.dispose();
      }
      expect(rows[0]!.flatMap((row) => [...row]).some((logit) => !Number.isInteger(logit))).toBe(true);
      expect(rows[0]).toEqual(rows[1]);
    }
  },
);

test.each(cases)("rows are read from the file if the graph only looks them up, and else computed: %j", async (options, _scale, looksUp) => {
  const { count } = await watchGraphs();
  const model = await loadModel(splitGraphs(options), { execution: "native" });
  expect(count.made).toBe(looksUp ? 1 : 2);
  await model.dispose();
  expect(count.released).toBe(count.made);
});

test.each([true, false])("the embeddings of a pass are freed after it, also if it fails: %j", async (rewriting) => {
  const watched = await watchGraphs();
  const model = await loadModel(splitGraphs(), { execution: "native", rewriting });
  const session = await model.causal.createSession();
  watched.freedTensors();
  await session.forward(Int32Array.of(1));
  // Those of both inputs, and the cache before the pass.
  expect(watched.freedTensors()).toBe(3);
  if (rewriting) {
    watched.atRun = () => {
      throw new Error("no memory");
    };
    await expect(session.forward(Int32Array.of(1))).rejects.toThrow("no memory");
    expect(watched.freedTensors()).toBe(2);
  }
  await model.dispose();
});

test("the model's size is that of both graphs, and its stop tokens are those of text_config", async () => {
  const source = splitGraphs();
  const model = await loadModel(source, { execution: "native" });
  const bytes = Object.entries(source.files).flatMap(([file, url]) => (file.startsWith("onnx/") ? [contentOf(String(url)).length] : []));
  expect(model.bytes).toBe(bytes.reduce((sum, each) => sum + each));
  expect(model.parameters).toBe(2 * 24 + 2 + 2 + 4 + 1 + 4 + 24 + 3 + 4 + 3 + 4 + 4);
  expect(model.stopTokens).toEqual([5]);
  await model.dispose();
});

describe("the file of the embeddings", () => {
  const decoder = "decoder_model_merged_q4.onnx";

  test.each([
    ["embed_tokens_q4.onnx", {}],
    ["embed_tokens_fp16.onnx", {}],
    ["embed_tokens.onnx", { dtype: "q4" }],
    ["rows.onnx", { embeddingsFile: "onnx/rows.onnx" }],
  ] as const)("%s is found beside a decoder of 4 bits with %j", async (file, options) => {
    const model = await loadModel(splitGraphs({}, [decoder, file]), { execution: "native", ...options });
    const session = await model.causal.createSession();
    expect([...(await session.forward(Int32Array.of(1, 2))).row(0)]).toEqual([...splitRow([1, 2])]);
    await model.dispose();
  });

  test("is the one that genai_config.json names, as the decoder's is", async () => {
    const { name, files } = splitGraphs();
    const { "config.json": _, ...others } = files;
    const model = { type: "qwen", context_length: 32, decoder: { filename: "text.onnx" }, embedding: { filename: "rows.onnx" } };
    const named = {
      "genai_config.json": json({ model }),
      "text.onnx": others["onnx/decoder_model_merged.onnx"]!,
      "rows.onnx": others["onnx/embed_tokens.onnx"]!,
      "embed_tokens.onnx_data": others["onnx/embed_tokens.onnx_data"]!,
    };
    const loaded = await loadModel({ name, files: { "tokenizer.json": others["tokenizer.json"]!, ...named } }, { execution: "native" });
    const session = await loaded.causal.createSession();
    expect([...(await session.forward(Int32Array.of(1, 2))).row(0)]).toEqual([...splitRow([1, 2])]);
    await loaded.dispose();
  });

  test("is that of the decoder's data type if there are several", async () => {
    const broken = binary(new Uint8Array(20));
    const { name, files } = splitGraphs({}, [decoder, "embed_tokens_q4.onnx"]);
    const model = await loadModel({ name, files: { ...files, "onnx/embed_tokens.onnx": broken } }, { execution: "native" });
    await model.dispose();
  });

  test("may be a file that was picked in a page, of which only rows are read", async () => {
    const files = Object.entries(splitGraphs().files).map(([file, url]) => {
      return new File([Uint8Array.from(contentOf(String(url)))], file.split("/").at(-1)!);
    });
    const tables = files.find(({ name }) => name === "embed_tokens.onnx_data")!;
    const read = vi.spyOn(tables, "slice");
    const model = await loadModel(files, { execution: "wasm" });
    const session = await model.causal.createSession();
    read.mockClear();
    expect([...(await session.forward(Int32Array.of(4, 3, 4))).row(0)]).toEqual([...splitRow([4, 3, 4])]);
    expect(read.mock.calls).toEqual([64, 48, 96 + 64, 96 + 48].map((start) => [start, start + 16]));
    await model.dispose();
  });

  test("which is gone while the model is used, is named, and the session stays as it was", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "decodekit-split-"));
    mkdirSync(path.join(folder, "onnx"));
    for (const [file, url] of Object.entries(splitGraphs().files)) writeFileSync(path.join(folder, file), contentOf(String(url)));
    const model = await loadModel(folder, { execution: "wasm" });
    const session = await model.causal.createSession();
    const tables = path.join(folder, "onnx", "embed_tokens.onnx_data");
    const content = readFileSync(tables);
    rmSync(tables);
    await expect(session.forward(Int32Array.of(1))).rejects.toMatchObject({
      name: "ModelLoadError",
      source: path.join(folder, "onnx", "embed_tokens.onnx"),
      message: expect.stringContaining("could not be read any more (ENOENT"),
    });
    writeFileSync(tables, content);
    expect([...(await session.forward(Int32Array.of(4, 3))).row(0)]).toEqual([...splitRow([4, 3])]);
    await model.dispose();
    rmSync(folder, { recursive: true });
  });

  test("comes from a server as the other files do", async () => {
    const served = await serveModel(splitGraphs(), {});
    const model = await loadModel(served.url, { execution: "native" });
    const session = await model.causal.createSession();
    expect([...(await session.forward(Int32Array.of(4, 3))).row(0)]).toEqual([...splitRow([4, 3])]);
    expect(served.asked).toContain("/m/onnx/embed_tokens.onnx_data");
    await model.dispose();
    await served.close();
  });
});
