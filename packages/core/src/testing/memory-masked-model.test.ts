import { describe, expect, test } from "vitest";
import { ContextLengthError, InvalidOptionError } from "../errors.ts";
import { countingModel } from "./counting-model.ts";
import { memoryMaskedModel } from "./memory-masked-model.ts";

/** Logit t at canvas position i is 100 · (last prefix token) + 10 · (first canvas token) + i + t. */
const model = () =>
  memoryMaskedModel({
    vocabSize: 4,
    contextLength: 5,
    maskTokenId: 3,
    logitsAt: (prefix, canvas, index) =>
      Float32Array.from({ length: 4 }, (_, token) => 100 * (prefix.at(-1) ?? 0) + 10 * canvas[0]! + index + token),
  });

describe("memoryMaskedModel", () => {
  test("predicts every position of the canvas after its own prefix", async () => {
    const masked = model();
    const session = await masked.createSession();
    await session.commit(Int32Array.of(1, 2));
    const logits = await session.predict(Int32Array.of(3, 3));
    expect([logits.rows, ...logits.row(1)]).toEqual([2, 231, 232, 233, 234]);
    expect(session.length).toBe(2);
    await session.rewindTo(1);
    expect((await session.predict(Int32Array.of(0))).row(0)[0]).toBe(100);
    expect(logits.row(1)[0]).toBeNaN();
    expect(masked.passes().map(({ start, positions, rows }) => [start, positions, rows])).toEqual([
      [0, 2, 0],
      [2, 2, 2],
      [1, 1, 1],
    ]);
  });

  test("reads the cache of the causal session that it is opened over, without changing it", async () => {
    const causal = await countingModel({ vocabSize: 4 }).createSession();
    const session = await model().createSession(causal);
    await causal.forward(Int32Array.of(0, 2));
    expect(session.length).toBe(2);
    expect((await session.predict(Int32Array.of(1))).row(0)[0]).toBe(210);
    await expect(session.commit(Int32Array.of(1))).rejects.toThrow(InvalidOptionError);
    await expect(session.rewindTo(0)).rejects.toThrow(InvalidOptionError);
    expect(causal.length).toBe(2);
  });

  test("counts rows that are written to, and reads of stale rows", async () => {
    const masked = model();
    const session = await masked.createSession();
    const first = await session.predict(Int32Array.of(3, 3));
    first.row(1)[0] = 7;
    expect([masked.modifiedRows(), masked.staleRowReads()]).toEqual([1, 0]);
    const second = await session.predict(Int32Array.of(3));
    expect(first.row(1)[0]).toBeNaN();
    expect([masked.modifiedRows(), masked.staleRowReads()]).toEqual([1, 1]);
    // A commit returns no rows, and keeps those of the previous prediction valid.
    await session.commit(Int32Array.of(1));
    expect(second.row(0)[0]).not.toBeNaN();
    await session.dispose();
    expect(second.row(0)[0]).toBeNaN();
    expect([masked.modifiedRows(), masked.staleRowReads()]).toEqual([1, 2]);
  });

  test("leaves out each token: as many rows again, each with the mask at its own position", async () => {
    const masked = model();
    const session = await masked.createSession();
    const logits = await session.predictLeaveOneOut!(Int32Array.of(1, 2));
    expect(logits.rows).toBe(4);
    expect([0, 1, 2, 3].map((row) => logits.row(row)[0])).toEqual([10, 11, 30, 11]);
    expect(masked.passes()).toEqual([{ session: 0, start: 0, positions: 4, rows: 4 }]);
  });

  test("refuses invalid arguments, aborts, and counts open sessions", async () => {
    const masked = model();
    const session = await masked.createSession();
    await expect(session.predict(new Int32Array(6))).rejects.toThrow(ContextLengthError);
    await expect(session.predict(Int32Array.of(4))).rejects.toThrow(InvalidOptionError);
    await expect(session.predict(new Int32Array(0))).rejects.toThrow(InvalidOptionError);
    await expect(session.rewindTo(1)).rejects.toThrow(InvalidOptionError);
    await expect(session.predict(Int32Array.of(1), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect([masked.passes().length, masked.openSessions()]).toEqual([0, 1]);
    await session.dispose();
    await session.dispose();
    expect(masked.openSessions()).toBe(0);
    await expect(session.predict(Int32Array.of(1))).rejects.toThrow("disposed");
  });
});
