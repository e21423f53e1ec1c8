import { type RandomSource, seededRandom, type Session } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { expect } from "vitest";

/** Checks the rules for a model with a causal and a canvas graph over one cache. `tolerance`: largest difference of a logit. */
export async function expectCanvasRules(model: OnnxLanguageModel, cases: number, tolerance: number): Promise<void> {
  for (let seed = 0; seed < cases; seed++) {
    const random = seededRandom(seed);
    const session = await model.causal.createSession();
    await session.forward(randomTokens(random, 5 + seed, model));
    await expectTreeRows(session, randomTokens(random, 6, model), tolerance);
    await expectNoTraceOfCanvas(model, session, random);
    await session.dispose();
  }
  const random = seededRandom(cases);
  await expectCachedBlocks(model, randomTokens(random, 12, model), tolerance);
  await expectLeaveOneOutRows(model, randomTokens(random, 8, model), tolerance);
}

/** Checks that every node's row equals that of a plain read of its path, and that keeping a path equals having read only that path. */
async function expectTreeRows(session: Session, tokens: Int32Array, tolerance: number): Promise<void> {
  const parents = Int32Array.of(-1, -1, 0, 0, 2, 1);
  const paths = [[0], [1], [0, 2], [0, 3], [0, 2, 4], [1, 5]];
  const { length } = session;
  const tree = await session.forwardTree!(tokens, parents);
  const rows = paths.map((_, node) => tree.row(node).slice());
  expect(session.length).toBe(length);
  for (const [node, path] of paths.entries()) {
    const fork = await session.fork!();
    const straight = await fork.forward(Int32Array.from(path, (each) => tokens[each]!));
    expectClose(rows[node]!, straight.row(0), tolerance);
    await fork.dispose();
  }
  const fork = await session.fork!();
  await fork.forward(Int32Array.of(tokens[0]!, tokens[2]!, tokens[4]!));
  await session.forwardTree!(tokens, parents);
  await session.keepPath!(Int32Array.of(0, 2, 4));
  expect(session.length).toBe(length + 3);
  expectClose((await session.forward(tokens)).row(0), (await fork.forward(tokens)).row(0), tolerance);
  await fork.dispose();
}

/** Checks that predicting a canvas at any time leaves the causal stream unchanged, bit for bit. */
async function expectNoTraceOfCanvas(model: OnnxLanguageModel, session: Session, random: RandomSource): Promise<void> {
  const untouched = await session.fork!();
  const masked = await model.masked!.createSession(session);
  const canvas = new Int32Array(8).fill(model.masked!.maskTokenId);
  const first = await masked.predict(canvas);
  expect(first.rows).toBe(8);
  const before = first.row(7).slice();
  canvas[0] = randomTokens(random, 1, model)[0]!;
  expect(await masked.predict(canvas).then((logits) => logits.row(7).slice())).not.toEqual(before);
  expect(masked.length).toBe(untouched.length);
  const next = randomTokens(random, 2, model);
  await masked.commit(next);
  await untouched.forward(next);
  expect(masked.length).toBe(untouched.length);
  expect((await session.forward(next)).row(0)).toEqual((await untouched.forward(next)).row(0));
  await masked.dispose();
  await untouched.dispose();
}

/** Checks that a canvas over blocks committed one by one equals the canvas over the same tokens read at once. */
async function expectCachedBlocks(model: OnnxLanguageModel, tokens: Int32Array, tolerance: number): Promise<void> {
  const [cached, uncached] = [await model.masked!.createSession(), await model.masked!.createSession()];
  for (let start = 0; start < tokens.length; start += 4) await cached.commit(tokens.slice(start, start + 4));
  await uncached.commit(tokens);
  const canvas = new Int32Array(6).fill(model.masked!.maskTokenId);
  canvas[3] = tokens[0]!;
  const expected = await uncached.predict(canvas);
  const actual = await cached.predict(canvas);
  for (let row = 0; row < canvas.length; row++) expectClose(actual.row(row), expected.row(row), tolerance);
  await cached.dispose();
  await uncached.dispose();
}

/** Checks that the first half of the rows equals `predict`, and that the row of a canvas of one token does not depend on that token. */
async function expectLeaveOneOutRows(model: OnnxLanguageModel, tokens: Int32Array, tolerance: number): Promise<void> {
  const masked = await model.masked!.createSession();
  await masked.commit(tokens.slice(0, 4));
  const canvas = tokens.slice(4);
  const expected = await masked.predict(canvas);
  const plain = Array.from(canvas, (_, row) => expected.row(row).slice());
  const both = await masked.predictLeaveOneOut!(canvas);
  expect(both.rows).toBe(2 * canvas.length);
  for (const [row, values] of plain.entries()) expectClose(both.row(row), values, tolerance);
  expect(both.row(canvas.length)).not.toEqual(plain[0]);
  const unknown = (await masked.predict(Int32Array.of(model.masked!.maskTokenId))).row(0).slice();
  expectClose((await masked.predictLeaveOneOut!(canvas.slice(0, 1))).row(1), unknown, tolerance);
  await masked.dispose();
}

function expectClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  const difference = actual.reduce((most, logit, token) => Math.max(most, Math.abs(logit - expected[token]!)), 0);
  expect(difference).toBeLessThanOrEqual(tolerance);
}

function randomTokens(random: RandomSource, length: number, { causal }: OnnxLanguageModel): Int32Array {
  return Int32Array.from({ length }, () => Math.floor(random.uniform() * causal.vocabSize));
}
