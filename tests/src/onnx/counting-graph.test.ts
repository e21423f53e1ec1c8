import { loadModel } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { countedRow, countingModel, straight } from "./counting-graph.ts";

test("the counting model gives what adding up by hand gives", async () => {
  const model = await loadModel(countingModel(), { execution: "native" });
  const session = await model.causal.createSession();
  const tokens = [3, 1, 4, 1, 5];
  const logits = await session.forward(Int32Array.from(tokens), { rows: "all" });
  for (let row = 0; row < tokens.length; row++) expect(logits.row(row)).toEqual(countedRow(straight(tokens.slice(0, row + 1))));
  await model.dispose();
});
