import { loadModel, type ModelFiles, ModelLoadError, type ModelShapeError } from "@decodekit/core/onnx";
import { afterEach, describe, expect, test, vi } from "vitest";
import { binary } from "../../support/counting-graph.ts";
import { type GraphValue, onnxFile } from "../../support/onnx-writer.ts";
import { splitGraphs, type SplitGraphsOptions } from "../../support/split-graphs.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

afterEach(() => vi.restoreAllMocks());

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
