import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadModel, type ModelFiles, type ModelShapeError, ModelLoadError } from "@decodekit/core/onnx";
import { afterEach, describe, expect, test, vi } from "vitest";
import { binary, json } from "../../support/counting-graph.ts";
import { type GraphValue, onnxFile } from "../../support/onnx-writer.ts";
import { CACHE } from "../../support/cache.ts";
import { expectCacheEquality, expectFreshRows } from "../../support/expect-cache-equality.ts";
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

describe("what does not fit is refused, and nothing stays loaded", () => {
  const refused = async (source: ModelFiles): Promise<unknown> => {
    const { count } = await watchGraphs();
    const error = await loadModel(source, { execution: "native" }).catch((reason: unknown) => reason);
    expect(count.released).toBe(count.made);
    return error;
  };
  const withFile = (file: string, url: string | undefined, options: SplitGraphsOptions = {}): ModelFiles => {
    const { name, files } = splitGraphs(options);
    const { [file]: _, ...others } = files;
    return { name, files: url === undefined ? others : { ...others, [file]: url } };
  };

  test("a decoder without the file of its embeddings", async () => {
    const error = await refused(withFile("onnx/embed_tokens.onnx", undefined));
    expect(error).toBeInstanceOf(ModelLoadError);
    expect((error as Error).message).toMatch(
      /^split\/onnx\/embed_tokens\.onnx: is not among the files\. The model needs this file\. None of onnx\/embed_tokens_fp16\.onnx.* as embeddingsFile\.$/,
    );
  });

  test("an embedding graph of another type", async () => {
    const { files } = splitGraphs({ between: "float16" });
    const error = await refused(withFile("onnx/embed_tokens.onnx", String(files["onnx/embed_tokens.onnx"])));
    expect(error).toMatchObject({
      name: "ModelShapeError",
      tensor: "inputs_embeds",
      expected: "float32 (batch, rows, 4), as the decoder reads",
      actual: "float16: pass the path of another embed_tokens file as embeddingsFile",
    } satisfies Partial<ModelShapeError>);
  });

  const ids = { name: "input_ids", type: "int64", shape: ["batch", "rows"] } as const;
  test.each<readonly [string, readonly GraphValue[], string, object]>([
    ["without ids", [{ ...ids, name: "tokens" }], "inputs_embeds", { tensor: "input_ids", actual: "tokens int64" }],
    ["of other ids", [{ ...ids, type: "float32" }], "inputs_embeds", { tensor: "input_ids", actual: "input_ids float32" }],
    ["without embeddings", [ids], "hidden", { tensor: "inputs_embeds", actual: "none (the graph has hidden)" }],
    [
      "with an input of unknown meaning",
      [ids, { name: "pixels", type: "float32", shape: ["images", 4] }],
      "inputs_embeds",
      { tensor: "input pixels", expected: "input_ids, or features with an open number of rows" },
    ],
    [
      "with features that a text has too",
      [ids, { name: "image_features", type: "float32", shape: [2, 4] }],
      "inputs_embeds",
      { tensor: "input image_features", actual: "an input of unknown meaning" },
    ],
  ])("an embedding graph %s", async (_, inputs, output, details) => {
    const nodes = [{ op: "Cast", inputs: [inputs[0]!.name], outputs: [output], attributes: { to: 1 } }];
    const graph = { inputs, outputs: [{ name: output, type: "float32", shape: ["batch", "rows"] } as const], nodes, weights: [] };
    const source = withFile("onnx/embed_tokens.onnx", binary(onnxFile(graph)));
    expect(await refused(source)).toMatchObject({ name: "ModelShapeError", ...details });
  });

  test("a file of embeddings that is cut short", async () => {
    const error = await refused(withFile("onnx/embed_tokens.onnx_data", binary(new Uint8Array(100))));
    expect((error as Error).message).toContain("is incomplete: onnx/embed_tokens.onnx needs 192 bytes of it");
  });
});

const exported = path.join(CACHE, "models", "mobius-qwen35");
test.runIf(existsSync(exported))("an export of mobius, with features of images, three positions and fixed states", async () => {
  for (const execution of ["native", "wasm"] as const) {
    const paths = { modelFile: "decoder/model.onnx", embeddingsFile: "embedding/model.onnx" };
    const model = await loadModel(exported, { execution, ...paths });
    await expectFreshRows(model.causal, 2, 1e-5);
    await expectCacheEquality(model.causal, 4, { samePasses: 1e-5, otherPasses: 1e-5 });
    await model.dispose();
  }
});
