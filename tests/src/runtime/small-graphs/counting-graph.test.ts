import { loadModel } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { countedRow, countingModel, straight } from "../../support/counting-graph.ts";

test("the counting model returns the sums that are added up by hand", async () => {
  const model = await loadModel(countingModel(), { execution: "native" });
  const session = await model.causal.createSession();
  const tokens = [3, 1, 4, 1, 5];
  const logits = await session.forward(Int32Array.from(tokens), { rows: "all" });
  for (let row = 0; row < tokens.length; row++) expect(logits.row(row)).toEqual(countedRow(straight(tokens.slice(0, row + 1))));
  await model.dispose();
});
