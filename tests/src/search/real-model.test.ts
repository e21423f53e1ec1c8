import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { contrastiveSearch } from "@decodekit/search";
import { describe, expect, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { arePresent, folderOf } from "../real-model/present-kinds.ts";
import { expectSearch } from "./expect-search.ts";
import { goldenSearches } from "./golden-searches.ts";

// SmolLM2-135M-Instruct, float32, on native; see ../real-model.

describe.runIf(arePresent)("SmolLM2-135M-Instruct", { timeout: 900_000 }, () => {
  test("beam search finds transformers' hypotheses with its scores", async () => {
    const kind = KINDS.find(({ name }) => name === "fp32")!;
    const model = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile, threads: 1 });
    const searches = goldenSearches("beams-smollm2.json");
    // Half of them; the story model follows all of its own.
    for (const golden of searches.filter((_, index) => index % 2 === 0)) await expectSearch(model, golden);
    await model.dispose();
  });

  test.each(["fp32", "q4"])("contrastive search chooses the same tokens with trees and with forks: %s", async (name) => {
    const kind = KINDS.find((each) => each.name === name)!;
    const options = { execution: "native", modelFile: kind.modelFile, threads: 1, hiddenStates: true } as const;
    const model = await loadModel(folderOf(kind), options);
    const { capabilities } = model.causal;
    expect(capabilities).toMatchObject({ tree: true, hiddenStates: true });
    const withoutTrees = { ...model, causal: { ...model.causal, capabilities: { ...capabilities, tree: false } } };
    const texts = await Promise.all(
      [model, withoutTrees].map(async (each) => {
        const decode = generate(each, "The old man went to", { decoder: contrastiveSearch(), maxNewTokens: 12 });
        return (await decode.result).text;
      }),
    );
    expect(texts[0]).toBe(texts[1]);
    await model.dispose();
  });
});
