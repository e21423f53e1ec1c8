import { type CausalModel, seededRandom, type Session } from "@decodekit/core";
import { failingModel, interceptPasses, memoryModel, type TestModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { guidedLogits } from "./guided-logits.ts";
import { withGuidance } from "./with-guidance.ts";

const VOCAB = 6;

/** Logits that depend on the whole prefix. */
function rowAfter(prefix: ArrayLike<number>): Float32Array {
  const seed = Array.from(prefix).reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, 7);
  const random = seededRandom(seed);
  return Float32Array.from({ length: VOCAB }, () => 3 * random.uniform());
}

const model = (): TestModel => memoryModel({ vocabSize: VOCAB, contextLength: 16, tree: true, logitsAfter: rowAfter });
const ids = (digits: string): Int32Array => Int32Array.from(digits, Number);

/** The definition: the row after prompt and output, guided by the row after the other prompt and the same output. */
function guidedAfter(prompt: string, output: string, unconditional: string, scale: number): number[] {
  return [...guidedLogits(rowAfter(ids(prompt + output)), rowAfter(ids(unconditional + output)), scale)];
}

function rowsOf(logits: { readonly rows: number; row(index: number): Float32Array }): number[][] {
  return Array.from({ length: logits.rows }, (_, index) => [...logits.row(index)]);
}

describe("withGuidance", () => {
  const options = { scale: 1.7, promptLength: 3, unconditional: ids("54") };

  test.each(["123", "1|2|3", "12|3"])("guides the rows after the prompt, read in the pieces %s", async (pieces) => {
    const session = await withGuidance(model(), options).createSession();
    const passes = [];
    for (const piece of pieces.split("|")) passes.push(await session.forward(ids(piece), { rows: "all" }));
    expect(rowsOf(passes.at(-1)!).at(-1)).toEqual(guidedAfter("123", "", "54", 1.7));
    expect(rowsOf(await session.forward(ids("01"), { rows: "all" }))).toEqual([
      guidedAfter("123", "0", "54", 1.7),
      guidedAfter("123", "01", "54", 1.7),
    ]);
    await session.rewindTo(4);
    expect(rowsOf(await session.forward(ids("5")))).toEqual([guidedAfter("123", "05", "54", 1.7)]);
  });

  test("rows within the prompt are the model's; prompt and output in one pass; the prompt again after a rewind", async () => {
    const session = await withGuidance(model(), options).createSession();
    const expected = [
      [...rowAfter(ids("1"))],
      [...rowAfter(ids("12"))],
      guidedAfter("123", "", "54", 1.7),
      guidedAfter("123", "4", "54", 1.7),
    ];
    expect(rowsOf(await session.forward(ids("1234"), { rows: "all" }))).toEqual(expected);
    await session.rewindTo(1);
    expect(rowsOf(await session.forward(ids("234"), { rows: "all" }))).toEqual(expected.slice(1));
  });

  test("without another prompt it is the last token of the prompt", async () => {
    const session = await withGuidance(model(), { scale: 2, promptLength: 3 }).createSession();
    expect(rowsOf(await session.forward(ids("123")))).toEqual([guidedAfter("123", "", "3", 2)]);
    expect(rowsOf(await session.forward(ids("4")))).toEqual([guidedAfter("123", "4", "3", 2)]);
  });

  test("trees and forks are guided", async () => {
    const session = await withGuidance(model(), options).createSession();
    await session.forward(ids("1230"));
    const tree = await session.forwardTree!(ids("125"), Int32Array.of(-1, 0, 0));
    expect(rowsOf(tree)).toEqual(["01", "012", "015"].map((output) => guidedAfter("123", output, "54", 1.7)));
    await session.keepPath!(Int32Array.of(0, 2));
    const fork = await session.fork!();
    await session.forward(ids("1"));
    expect(rowsOf(await fork.forward(ids("2")))).toEqual([guidedAfter("123", "0152", "54", 1.7)]);
    const early = await withGuidance(model(), options).createSession();
    await expect(early.forwardTree!(ids("1"), Int32Array.of(-1))).rejects.toThrow("length of the guided prompt");
  });

  test("a pass that fails in either session leaves both as they were", async () => {
    const other = failingModel(model(), { pass: 1, error: new Error("lost") });
    const session = await withGuidance(model(), { ...options, model: other }).createSession();
    await session.forward(ids("123"));
    await expect(session.forward(ids("4"))).rejects.toThrow("lost");
    expect(session.length).toBe(3);
    expect(rowsOf(await session.forward(ids("5")))).toEqual([guidedAfter("123", "5", "54", 1.7)]);
  });

  test("sessions are disposed, also if the second cannot be opened", async () => {
    const [first, second] = [model(), model()];
    const session = await withGuidance(first, { ...options, model: second }).createSession();
    const fork = await session.fork!();
    await Promise.all([session.dispose(), fork.dispose()]);
    expect([first.openSessions(), second.openSessions()]).toEqual([0, 0]);
    const createSession = (): Promise<Session> => Promise.reject(new Error("no memory"));
    await expect(withGuidance(first, { ...options, model: { ...second, createSession } }).createSession()).rejects.toThrow("no memory");
    expect(first.openSessions()).toBe(0);
  });

  test("scale 1 is the model; a model with another vocabulary or without rewinding is refused", () => {
    const plain = model();
    expect(withGuidance(plain, { scale: 1, promptLength: 1 })).toBe(plain);
    const other: CausalModel = { ...model(), vocabSize: 3 };
    expect(() => withGuidance(plain, { ...options, model: other })).toThrow("vocabSize must be 6, got 3");
    const fixed: CausalModel = { ...plain, capabilities: { ...plain.capabilities, rewind: false } };
    expect(() => withGuidance(fixed, options)).toThrow("rewind");
    expect(() => withGuidance(plain, { scale: 2 } as never)).toThrow("promptLength must be");
  });
});

test("the order of calls holds while passes run", async () => {
  const late = interceptPasses(model(), async ({ run }) => {
    await new Promise((resolve) => setTimeout(resolve));
    return run();
  });
  const session = await withGuidance(late, { scale: 2, promptLength: 2, unconditional: ids("5") }).createSession();
  const calls = [session.forward(ids("12")), session.rewindTo(1), session.forward(ids("34"))] as const;
  await Promise.all(calls);
  expect(rowsOf(await session.forward(ids("0")))).toEqual([guidedAfter("13", "40", "5", 2)]);
});
