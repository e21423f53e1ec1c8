import { softmax } from "@decodekit/core";
import { loadMaskedModel, loadModel } from "@decodekit/core/onnx";
import { collectDecode } from "@decodekit/core/testing";
import { refine } from "@decodekit/refinement";
import { expect, test } from "vitest";
import { casesOf } from "./export-cases.ts";
import { allowedDifference, describeExports, differenceOf, folderOf, readGolden } from "./exported-models.ts";

for (const execution of ["native", "wasm"] as const)
  describeExports(`exports of mask predictors on ${execution}`, () => {
    test.each(casesOf("masked"))("$name has transformers' logits", async (each) => {
      const golden = readGolden(each);
      const { tokens, maskTokenId, vocabSize } = golden;
      const allowed = allowedDifference(each, golden, execution);
      const model = await loadMaskedModel(folderOf(each), { execution });
      expect(model.masked).toMatchObject({ maskTokenId, vocabSize });
      // What is committed is read as the beginning of the same text.
      for (const committed of [0, 1, 11]) {
        const session = await model.masked.createSession();
        if (committed > 0) await session.commit(tokens.subarray(0, committed));
        const logits = await session.predict(tokens.subarray(committed));
        expect(logits.rows).toBe(tokens.length - committed);
        for (let row = 0; row < logits.rows; row++)
          expect(differenceOf(logits.row(row), golden, committed + row), `row ${row} after ${committed}`).toBeLessThanOrEqual(allowed);
        await session.dispose();
      }
      await model.dispose();
    });
  });

describeExports("exports of mask predictors", () => {
  test.each(casesOf("masked"))("$name is refused as a causal model", async (each) => {
    const error = await loadModel(folderOf(each), { execution: "native" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelShapeError" });
  });
});

describeExports("the export of LLaDA", () => {
  test("is refined as its logits say: one token after another, the likeliest of all at each step", async () => {
    const each = casesOf("masked").find(({ name }) => name === "mobius/llada");
    const { tokens, maskTokenId } = readGolden(each!);
    const model = await loadMaskedModel(folderOf(each!), { execution: "native" });
    const prompt = tokens.subarray(0, 3);
    const count = 6;
    const decoder = refine({ blockLength: count });
    const { tokens: actual } = await collectDecode(decoder.decode(model, prompt, { maxNewTokens: count }));
    const canvas = new Int32Array(count).fill(maskTokenId!);
    const session = await model.masked.createSession();
    await session.commit(prompt);
    for (let step = 0; step < count; step++) {
      const logits = await session.predict(canvas);
      let best: { readonly place: number; readonly token: number; readonly probability: number } | undefined;
      for (const [place, known] of canvas.entries()) {
        if (known !== maskTokenId) continue;
        const row = logits.row(place).slice();
        row[maskTokenId] = -Infinity;
        const probabilities = softmax(row);
        const token = probabilities.indexOf(Math.max(...probabilities));
        if (!best || probabilities[token]! > best.probability) best = { place, token, probability: probabilities[token]! };
      }
      canvas[best!.place] = best!.token;
    }
    expect(actual).toEqual(canvas);
    await model.dispose();
  });
});
