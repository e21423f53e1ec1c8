import { DecodekitError } from "@decodekit/core";
import { loadModel as loadHere } from "@decodekit/core/onnx";
import { generate, loadModel, PassError } from "@decodekit/core/worker";
import { afterEach, expect, test } from "vitest";
import { CONTEXT_LENGTH, countedRow, countingModel, straight } from "../../support/counting-graph.ts";
import { serveHere, type ServedHere } from "./serve-here.ts";

let served: ServedHere;
afterEach(() => served.close());

test("a pass that the runtime cannot run is a PassError on this side, and the next pass works", async () => {
  const failing = countingModel({}, { max_position_embeddings: 99 });
  served = serveHere({ loadModel: () => loadHere(failing, { execution: "native" }) });
  const model = await loadModel("any", { worker: served.worker });
  const session = await model.causal.createSession();
  const tooMany = new Int32Array(CONTEXT_LENGTH + 1).fill(1);
  const error = await session.forward(tooMany).then(
    () => expect.unreachable("the pass did not fail"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PassError);
  expect(DecodekitError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: "PASS", source: "counting/onnx/model.onnx", execution: "native" });
  expect((error as PassError).message).toContain("out of data bounds");
  expect((await session.forward(Int32Array.of(1, 2))).row(0)).toEqual(countedRow(straight([1, 2])));
  await session.dispose();
  const options = { decoder: { plugin: "greedy", options: {} }, maxNewTokens: 9, stopTokens: [] };
  await expect(generate(model, tooMany.subarray(3), options).result).rejects.toThrow(PassError);
  await model.dispose();
});
