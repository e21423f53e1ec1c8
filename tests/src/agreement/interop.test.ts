import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { argmax, generate } from "@decodekit/core";
import { loadMaskedModel, loadModel, type ModelFiles } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { infill, refine } from "@decodekit/refinement";
import { promptLookup, speculative } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { json } from "../support/counting-graph.ts";
import { expectCacheEquality } from "../support/expect-cache-equality.ts";
import { bracketTokenizer } from "../support/neighbour-graph.ts";

const folder = fileURLToPath(new URL("../../../../shared/interop/", import.meta.url));
const present = existsSync(folder);
if (!present) console.log(`skipped: no third-party graphs in ${folder}`);

describe.runIf(present).each(["native", "wasm"] as const)("third-party graphs on %s", (execution) => {
  test("a float16 cache under GroupQueryAttention rewinds and forks without changing logits", async () => {
    const model = await loadModel(`${folder}gqa-float16`, { execution });
    expect(model.causal).toMatchObject({ vocabSize: 256 });
    await expectCacheEquality(model.causal, 10, { samePasses: 0, otherPasses: 2e-2 });
    await model.dispose();
  });

  test("keys and values of a layer in one tensor: the tokens that its authors state, rewound and forked", async () => {
    // Its tokenizer belongs to another model.
    const model = await loadModel(withTokenizer("gpt2-stacked-cache", ["genai_config.json", "past.onnx"]), { execution });
    for (const [prompt, expected] of [
      [
        [0, 0, 0, 52],
        [204, 204, 204, 204, 204, 204],
      ],
      [
        [0, 0, 195, 731],
        [731, 114, 114, 114, 114, 114],
      ],
    ] as const) {
      const { tokens } = await generate(model, Int32Array.from(prompt), { decoder: greedy(), maxNewTokens: 6, stopTokens: [] }).result;
      expect([...tokens]).toEqual(expected);
    }
    await expectCacheEquality(model.causal, 10, { samePasses: 0, otherPasses: 1e-4 });
    await model.dispose();
  });

  test("fixed states of convolutions beside keys and values decode, rewind and fork", async () => {
    const model = await loadModel(withTokenizer("hybrid-conv-cache", ["genai_config.json", "decoder.onnx"]), { execution });
    const plain = await generate(model, Int32Array.of(1, 2, 3), { decoder: greedy(), maxNewTokens: 8, stopTokens: [] }).result;
    const drafted = speculative({ drafter: promptLookup(), draftLength: 3 });
    const verified = await generate(model, Int32Array.of(1, 2, 3), { decoder: drafted, maxNewTokens: 8, stopTokens: [] }).result;
    expect([...verified.tokens]).toEqual([...plain.tokens]);
    await expectCacheEquality(model.causal, 10, { samePasses: 1e-5, otherPasses: 1e-4 });
    await model.dispose();
  });

  test("a classifier is refused as a language model", async () => {
    const error = await loadModel(withTokenizer("classifier", ["config.json", "model.onnx"]), { execution }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: "ModelShapeError", tensor: "logits" });
  });

  test("a masked model with tensor names of its own refines and fills gaps", async () => {
    const { files } = withTokenizer("masked-lm", ["model.onnx"]);
    const source = {
      name: "masked-lm",
      files: {
        ...files,
        "config.json": json({ max_position_embeddings: 16 }),
        "tokenizer.json": json(bracketTokenizer(undefined, true, 20)),
      },
    };
    const names = { attention_mask: "input_mask", logits: "prediction_scores" };
    const model = await loadMaskedModel(source, { execution, names });
    expect(model.masked).toMatchObject({ vocabSize: 99, contextLength: 14, maskTokenId: 19 });
    const { tokens } = await generate(model, "abc", { decoder: refine({ blockLength: 4, steps: 2 }), maxNewTokens: 8 }).result;
    expect(tokens.length).toBe(8);
    expect(tokens).not.toContain(19);
    const decoder = infill({ suffix: model.tokenizer.encode("de", { addSpecialTokens: false }), length: 1 });
    const filled = await generate(model, "abc", { decoder }).result;
    const session = await model.masked.createSession();
    await session.commit(model.tokenizer.encode("abc"));
    const row = (await session.predict(Int32Array.of(19, 3, 4))).row(0).slice();
    row[19] = -Infinity;
    expect([...filled.tokens]).toEqual([argmax(row)]);
    await model.dispose();
  });
});

/** Adds a tokenizer to a folder that has none. */
function withTokenizer(name: string, files: readonly string[]): ModelFiles {
  const tokenizer = { model: { type: "BPE", vocab: { a: 0 }, merges: [] } };
  return {
    name,
    files: {
      "tokenizer.json": json(tokenizer),
      ...Object.fromEntries(files.map((file) => [file, new URL(`file://${folder}${name}/${file}`)])),
    },
  };
}
