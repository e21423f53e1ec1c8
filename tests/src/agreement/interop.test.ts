import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadModel, type ModelFiles } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { expectCacheEquality } from "../support/expect-cache-equality.ts";

const folder = fileURLToPath(new URL("../../../../shared/interop/", import.meta.url));
const present = existsSync(folder);
if (!present) console.log(`skipped: no third-party graphs in ${folder}`);

describe.runIf(present).each(["native", "wasm"] as const)("third-party graphs on %s", (execution) => {
  test("a float16 cache under GroupQueryAttention rewinds and forks without changing logits", async () => {
    const model = await loadModel(withConfig("gqa-float16", { max_position_embeddings: 128 }), { execution, modelFile: "onnx/model.onnx" });
    await expectCacheEquality(model.causal, 10, { samePasses: 0, otherPasses: 2e-2 });
    await model.dispose();
  });

  test("a classifier is refused as a language model", async () => {
    const error = await loadModel(withConfig("classifier", {}), { execution }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelShapeError", tensor: "logits" });
  });
});

/** Adds `config.json`: these folders have no usual one, and their graph is at the top level. */
function withConfig(name: string, config: object): ModelFiles {
  const tokenizer = {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: "BPE", vocab: { a: 0 }, merges: [] },
  };
  const json = (value: object): string => `data:application/json,${encodeURIComponent(JSON.stringify(value))}`;
  return {
    name,
    files: {
      "config.json": json(config),
      "tokenizer.json": json(tokenizer),
      "onnx/model.onnx": new URL(`file://${folder}${name}/model.onnx`),
    },
  };
}
