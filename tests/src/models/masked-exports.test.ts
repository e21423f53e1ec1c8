import { loadMaskedModel, loadModel } from "@decodekit/core/onnx";
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
