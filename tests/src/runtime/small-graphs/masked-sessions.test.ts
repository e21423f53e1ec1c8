import type { Logits, MaskedSession, Session } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONTEXT_LENGTH, countedRow, countingModel, MASK_TOKEN, type Seen, straight, VOCAB_SIZE } from "../../support/counting-graph.ts";

let model: OnnxLanguageModel;
beforeAll(async () => {
  model = await loadModel(countingModel({ canvas: true }), { execution: "native" });
});
afterAll(() => model.dispose());

const prefix = [3, 1, 4];
const canvas = [5, MASK_TOKEN, 0, 2];
/** The canvas after the prefix, each token at its position. */
const onCanvas: Seen = canvas.map((token, index) => [token, prefix.length + index]);
const rowsOf = (logits: Logits): Float32Array[] => Array.from({ length: logits.rows }, (_, row) => logits.row(row).slice());

async function afterPrefix(over?: Session): Promise<MaskedSession> {
  const masked = await model.masked!.createSession(over);
  await masked.commit(Int32Array.from(prefix));
  return masked;
}

test("every row of a canvas sees the prefix and the whole canvas, at its own position", async () => {
  const masked = await afterPrefix();
  const logits = await masked.predict(Int32Array.from(canvas));
  const expected = countedRow([...straight(prefix), ...onCanvas], "canvas");
  expect(rowsOf(logits)).toEqual(canvas.map(() => expected));
  await masked.dispose();
});

test("leave-one-out rows see the mask in place of their own token, and all others", async () => {
  const masked = await afterPrefix();
  const logits = await masked.predictLeaveOneOut!(Int32Array.from(canvas));
  const full = countedRow([...straight(prefix), ...onCanvas], "canvas");
  const without = canvas.map((_, own) => {
    const seen = onCanvas.map(([token, position], index) => [index === own ? MASK_TOKEN : token, position] as const);
    return countedRow([...straight(prefix), ...seen], "canvas");
  });
  expect(rowsOf(logits)).toEqual([...canvas.map(() => full), ...without]);
  // Only the rows of masked positions are the same either way.
  expect(without.map((row) => row.every((logit, token) => logit === full[token]))).toEqual(canvas.map((token) => token === MASK_TOKEN));
  await masked.dispose();
});

test("a masked session over a causal one shares its prefix; predicting leaves no trace", async () => {
  const session = await model.causal.createSession();
  const masked = await afterPrefix(session);
  expect(masked.causalSession).toBe(session);
  expect([session.length, masked.length]).toEqual([3, 3]);
  await masked.predict(Int32Array.from(canvas));
  await masked.predictLeaveOneOut!(Int32Array.from(canvas));
  expect(masked.length).toBe(3);
  expect((await session.forward(Int32Array.of(2))).row(0)).toEqual(countedRow(straight([...prefix, 2])));
  await masked.rewindTo(1);
  expect(session.length).toBe(1);
  await masked.dispose();
  expect((await session.forward(Int32Array.of(2))).row(0)).toEqual(countedRow(straight([3, 2])));
  await session.dispose();
});

test("a masked session over no causal session, or over another model's, has its own prefix and frees it", async () => {
  const other = await loadModel(countingModel({ canvas: true }), { execution: "native" });
  const foreign = await other.causal.createSession();
  await foreign.forward(Int32Array.of(1));
  for (const over of [undefined, foreign, { ...foreign } as Session]) {
    const masked = await model.masked!.createSession(over);
    expect(masked.causalSession).toBeUndefined();
    expect(masked.length).toBe(0);
    await masked.dispose();
    for (const call of [() => masked.predict(Int32Array.of(1)), () => masked.commit(Int32Array.of(1)), () => masked.rewindTo(0)]) {
      await expect(call()).rejects.toThrow("The session was disposed");
    }
  }
  expect(foreign.length).toBe(1);
  await other.dispose();
});

test("using a disposed masked session is an error although its causal session is still usable", async () => {
  const session = await model.causal.createSession();
  const masked = await afterPrefix(session);
  await masked.dispose();
  for (const call of [() => masked.predict(Int32Array.of(1)), () => masked.commit(Int32Array.of(1)), () => masked.rewindTo(0)]) {
    await expect(call()).rejects.toThrow("The session was disposed");
  }
  expect((await session.forward(Int32Array.of(2))).row(0)).toEqual(countedRow(straight([...prefix, 2])));
  await session.dispose();
});

test.each([1, 2, 10])("a session whose canvas is in use reads %i tokens with the causal graph's logits", async (count) => {
  const session = await model.causal.createSession();
  await model.masked!.createSession(session);
  const tokens = Array.from({ length: count }, (_, index) => (3 * index) % VOCAB_SIZE);
  const logits = await session.forward(Int32Array.from(tokens), { rows: "all" });
  expect(rowsOf(logits)).toEqual(tokens.map((_, row) => countedRow(straight(tokens.slice(0, row + 1)))));
  await session.dispose();
});

describe.each(["predict", "predictLeaveOneOut"] as const)("%s", (call) => {
  test("refuses an empty canvas and invalid tokens", async () => {
    const masked = await model.masked!.createSession();
    await expect(masked[call]!(Int32Array.of())).rejects.toMatchObject({
      name: "InvalidOptionError",
      where: call,
      option: "canvas",
      expected: "at least 1 token",
      actual: 0,
    });
    await expect(masked[call]!(Int32Array.of(0, VOCAB_SIZE))).rejects.toMatchObject({
      where: call,
      option: "canvas[1]",
      actual: VOCAB_SIZE,
    });
    await masked.dispose();
  });

  test("accepts a canvas up to the end of the context, and none past it", async () => {
    const masked = await afterPrefix();
    const longest = new Int32Array(CONTEXT_LENGTH - prefix.length).fill(MASK_TOKEN);
    expect((await masked[call]!(longest)).row(0)).toHaveLength(VOCAB_SIZE);
    await expect(masked[call]!(new Int32Array(longest.length + 1))).rejects.toMatchObject({
      name: "ContextLengthError",
      length: CONTEXT_LENGTH + 1,
      contextLength: CONTEXT_LENGTH,
    });
    await masked.dispose();
  });

  test("rejects with the signal's reason, whether aborted before or meanwhile", async () => {
    const masked = await afterPrefix();
    await expect(masked[call]!(Int32Array.of(1), { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
    const controller = new AbortController();
    const running = masked[call]!(Int32Array.of(1), { signal: controller.signal });
    controller.abort(new Error("meanwhile"));
    await expect(running).rejects.toThrow("meanwhile");
    expect((await masked.predict(Int32Array.from(canvas))).row(0)).toEqual(countedRow([...straight(prefix), ...onCanvas], "canvas"));
    await masked.dispose();
  });
});

test("committing rejects with the signal's reason and commits nothing", async () => {
  const masked = await afterPrefix();
  await expect(masked.commit(Int32Array.of(1), { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  expect(masked.length).toBe(3);
  await masked.dispose();
});
