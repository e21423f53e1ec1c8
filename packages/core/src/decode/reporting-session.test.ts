import { expect, test } from "vitest";
import type { ForwardEndEvent } from "../contracts/decoder.ts";
import type { Logits } from "../contracts/model.ts";
import { reportingMaskedSession, reportingSession } from "./reporting-session.ts";
import { memoryMaskedModel } from "../testing/memory-masked-model.ts";
import { memoryModel } from "../testing/memory-model.ts";

const causal = memoryModel({
  vocabSize: 4,
  contextLength: 32,
  tree: true,
  logitsAfter: (prefix) => Float32Array.of(prefix.length, prefix.at(-1)!, 0, 0),
});
const masked = memoryMaskedModel({
  vocabSize: 4,
  contextLength: 32,
  maskTokenId: 3,
  logitsAt: (prefix, canvas, index) => Float32Array.of(prefix.length, canvas.length, canvas[index]!, index),
});

/** Returns the events of a pass, without their times, and its result. */
async function passed<Result>(pass: AsyncGenerator<ForwardEndEvent, Result, void>) {
  const events: object[] = [];
  for (;;) {
    const next = await pass.next();
    if (next.done) return { events, result: next.value };
    const { milliseconds, ...event } = next.value;
    expect(milliseconds).toBeGreaterThanOrEqual(0);
    events.push(event);
  }
}

const rowsOf = (logits: Logits): number[][] => Array.from({ length: logits.rows }, (_, row) => [...logits.row(row)]);

test("passes of a causal session report role, phase and positions, and return the requested rows, the last one by default", async () => {
  const reporting = reportingSession(await causal.createSession(), "causal", undefined);
  const prefill = await passed(reporting.forward(Int32Array.of(1, 2), "prefill"));
  expect(prefill.events).toEqual([{ type: "forward-end", model: "causal", phase: "prefill", positions: 2 }]);
  expect(rowsOf(prefill.result)).toEqual([[2, 2, 0, 0]]);
  const all = await passed(reporting.forward(Int32Array.of(1, 0), "verify", "all"));
  expect(all.events).toEqual([{ type: "forward-end", model: "causal", phase: "verify", positions: 2 }]);
  expect(rowsOf(all.result)).toEqual([
    [3, 1, 0, 0],
    [4, 0, 0, 0],
  ]);
  await reporting.session.dispose();
});

test("a tree is one pass over all of its nodes", async () => {
  const reporting = reportingSession(await causal.createSession(), "draft", undefined);
  await passed(reporting.forward(Int32Array.of(1), "prefill"));
  const tree = await passed(reporting.forwardTree(Int32Array.of(2, 3, 0), Int32Array.of(-1, -1, 0), "draft"));
  expect(tree.events).toEqual([{ type: "forward-end", model: "draft", phase: "draft", positions: 3 }]);
  expect(rowsOf(tree.result)).toEqual([
    [2, 2, 0, 0],
    [2, 3, 0, 0],
    [3, 0, 0, 0],
  ]);
  await reporting.session.dispose();
});

test("passes of a masked session are predictions, leave-one-out predictions with twice the rows, and commits", async () => {
  const reporting = reportingMaskedSession(await masked.createSession(), "masked", undefined);
  const event = { type: "forward-end", model: "masked", phase: "refine" };
  const commit = await passed(reporting.commit(Int32Array.of(1, 2, 0), "prefill"));
  expect(commit).toEqual({ events: [{ ...event, phase: "prefill", positions: 3 }], result: undefined });
  expect(reporting.session.length).toBe(3);
  const prediction = await passed(reporting.predict(Int32Array.of(3, 1), "refine"));
  expect(prediction.events).toEqual([{ ...event, positions: 2 }]);
  expect(rowsOf(prediction.result)).toEqual([
    [3, 2, 3, 0],
    [3, 2, 1, 1],
  ]);
  const leftOut = await passed(reporting.predictLeaveOneOut(Int32Array.of(0, 1), "refine"));
  expect(leftOut.events).toEqual([{ ...event, positions: 4 }]);
  expect(rowsOf(leftOut.result).slice(2)).toEqual([
    [3, 2, 3, 0],
    [3, 2, 3, 1],
  ]);
  await reporting.session.dispose();
});

test("every kind of pass rejects with the signal's reason", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  const reporting = reportingSession(await causal.createSession(), "causal", signal);
  const reportingMasked = reportingMaskedSession(await masked.createSession(), "masked", signal);
  const one = Int32Array.of(1);
  for (const pass of [
    reporting.forward(one, "prefill"),
    reporting.forwardTree(one, Int32Array.of(-1), "verify"),
    reportingMasked.predict(one, "refine"),
    reportingMasked.predictLeaveOneOut(one, "refine"),
    reportingMasked.commit(one, "prefill"),
  ])
    await expect(pass.next()).rejects.toThrow("enough");
  expect([reporting.session.length, reportingMasked.session.length]).toEqual([0, 0]);
});
