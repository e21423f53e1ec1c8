import { loadModel } from "@decodekit/core/onnx";
import { afterEach, expect, test, vi } from "vitest";
import { countingModel } from "../../support/counting-graph.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

vi.mock("../../../../packages/core/src/onnx/prefill-chunks.ts", () => ({
  chunkEnds: ({ tokens, rows }: { tokens: number; rows: number }) => [3, 6].filter((end) => end <= tokens - rows),
}));

afterEach(() => vi.restoreAllMocks());

const TOKENS = Int32Array.of(1, 2, 3, 1, 2, 3, 1, 2);

test("a prompt that is read in several runs gives the rows of one that is read token by token", async () => {
  const { fed, forgetPasses } = await watchGraphs();
  const model = await loadModel(countingModel(), { execution: "native" });
  forgetPasses();
  const [long, short] = [await model.causal.createSession(), await model.causal.createSession()];
  const rows = await long.forward(TOKENS, { rows: 2 });
  const read = [rows.row(0).slice(), rows.row(1).slice()];
  expect([long.length, rows.rows, fed.length]).toEqual([8, 2, 3]);
  for (const token of TOKENS.subarray(0, 6)) await short.forward(Int32Array.of(token));
  for (const [index, token] of TOKENS.subarray(6).entries()) {
    const row = (await short.forward(Int32Array.of(token))).row(0);
    for (const [at, logit] of row.entries()) expect(read[index]![at]).toBeCloseTo(logit, 4);
  }
  await model.dispose();
});

test("an abort between two runs leaves the session as it was", async () => {
  const model = await loadModel(countingModel(), { execution: "native" });
  const session = await model.causal.createSession();
  const first = (await session.forward(Int32Array.of(2))).row(0).slice();
  const aborting = new AbortController();
  const pass = session.forward(TOKENS, { signal: aborting.signal });
  aborting.abort(new Error("enough"));
  await expect(pass).rejects.toThrow("enough");
  expect(session.length).toBe(1);
  await session.rewindTo(0);
  expect([...(await session.forward(Int32Array.of(2))).row(0)]).toEqual([...first]);
  await model.dispose();
});
