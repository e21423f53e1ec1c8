import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadModel } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { mergedModel, mergedRow, type Place } from "../../support/merged-graph.ts";
import { contentOf } from "../../support/served-files.ts";
import { walkSessions } from "../../support/session-walk.ts";

const silent = { onWarning: () => undefined };

describe.each(["native", "wasm"] as const)("a decoder with a branch for the first pass on %s", (execution) => {
  test.each<Place>(["inside", "beside"])("has the rows of all its tokens after any calls, with weights %s its file", async (place) => {
    const model = await loadModel(mergedModel(place), { execution, ...silent });
    await walkSessions({
      model: model.causal,
      seed: 2,
      steps: 80,
      expectRow: (row, tokens, what) => expect([...row], what).toEqual([...mergedRow(tokens)]),
    });
    await model.dispose();
  });
});

test("weights of its branches are read from files beside it in a folder", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "decodekit-merged-"));
  for (const [name, url] of Object.entries(mergedModel("beside").files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), contentOf(String(url)));
  }
  for (const execution of ["native", "wasm"] as const) {
    const model = await loadModel(folder, { execution, ...silent });
    const session = await model.causal.createSession();
    expect([...(await session.forward(Int32Array.of(1, 2))).row(0)]).toEqual([...mergedRow([1, 2])]);
    await model.dispose();
  }
  rmSync(folder, { recursive: true });
});

test("says that drafts cannot make it faster, and refuses rows that it did not return", async () => {
  const warnings: string[] = [];
  const model = await loadModel(mergedModel(), { execution: "native", onWarning: ({ message }) => warnings.push(message) });
  expect(warnings).toEqual([expect.stringMatching(/^merged\/onnx\/decoder_model_merged\.onnx: a merged decoder .* one token per pass/)]);
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(1));
  const logits = await session.forward(Int32Array.of(1, 2, 3), { rows: 2 });
  expect(logits).toMatchObject({ rows: 2, vocabSize: 5 });
  expect([...logits.row(0)]).toEqual([...mergedRow([1, 1, 2])]);
  for (const row of [-1, 2]) expect(() => logits.row(row)).toThrow(new RangeError(`row must be in [0, 2), got ${row}`));
  await model.dispose();
});
