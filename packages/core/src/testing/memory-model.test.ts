import { describe, expect, test } from "vitest";
import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import type { ForwardOptions, Logits, Session } from "../contracts/model.ts";
import { countingModel } from "./counting-model.ts";

const tokens = (...ids: number[]): Int32Array => Int32Array.from(ids);
const open = (contextLength = 8): Promise<Session> => countingModel({ vocabSize: 5, contextLength }).createSession();
/** Returns the token that each row is certain of. */
const certain = (logits: Logits): readonly number[] => Array.from({ length: logits.rows }, (_, index) => logits.row(index).indexOf(0));

describe("a session", () => {
  test.each([
    { rows: undefined, expected: [4] },
    { rows: "last", expected: [4] },
    { rows: 2, expected: [3, 4] },
    { rows: "all", expected: [2, 3, 4] },
  ] as const)("returns the requested rows: $rows", async ({ rows, expected }) => {
    expect(certain(await (await open()).forward(tokens(1, 2, 3), { rows }))).toEqual(expected);
  });

  test("returns after a rewind the logits of a new session", async () => {
    const session = await open();
    await session.forward(tokens(1, 2, 3));
    await session.rewindTo(1);
    expect(session.length).toBe(1);
    expect(certain(await session.forward(tokens(4, 0), { rows: "all" }))).toEqual([0, 1]);
    expect(session.length).toBe(3);
  });

  test("forks into independent sessions", async () => {
    const model = countingModel({ vocabSize: 5 });
    const session = await model.createSession();
    await session.forward(tokens(1, 2));
    const fork = await session.fork!();
    await fork.forward(tokens(0));
    expect([session.length, fork.length, model.openSessions()]).toEqual([2, 3, 2]);
    await session.dispose();
    expect(certain(await fork.forward(tokens(3)))).toEqual([4]);
    await fork.dispose();
    expect(model.openSessions()).toBe(0);
  });

  test("runs calls in the order in which they were made", async () => {
    const session = await open();
    const input = tokens(1);
    const calls = [session.forward(input), session.rewindTo(0), session.forward(tokens(3, 4))] as const;
    input[0] = 2;
    expect(certain(await calls[2])).toEqual([0]);
    expect(session.length).toBe(2);
    await expect(calls[0]).resolves.toBeDefined();
  });

  test.each([
    { input: [], options: {}, error: InvalidOptionError },
    { input: [1, 5], options: {}, error: InvalidOptionError },
    { input: [-1], options: {}, error: InvalidOptionError },
    { input: [1, 2], options: { rows: 3 }, error: InvalidOptionError },
    { input: [1, 2], options: { rows: 0 }, error: InvalidOptionError },
    { input: [1, 2, 3, 4, 0, 1, 2], options: {}, error: ContextLengthError },
  ] satisfies readonly { input: readonly number[]; options: ForwardOptions; error: unknown }[])(
    "refuses to read $input with $options, and is unchanged",
    async ({ input, options, error }) => {
      const session = await open();
      await session.forward(tokens(0, 1));
      await expect(session.forward(Int32Array.from(input), options)).rejects.toThrow(error);
      expect(session.length).toBe(2);
      expect(certain(await session.forward(tokens(2)))).toEqual([3]);
    },
  );

  test.each([-1, 3, 0.5, NaN])("refuses to rewind to %d of 2", async (length) => {
    const session = await open();
    await session.forward(tokens(0, 1));
    await expect(session.rewindTo(length)).rejects.toThrow(InvalidOptionError);
    expect(session.length).toBe(2);
  });

  test("is unchanged when aborted before or during a pass", async () => {
    const session = await open();
    const reason = new Error("enough");
    await expect(session.forward(tokens(1), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const pass = session.forward(tokens(1), { signal: controller.signal });
    controller.abort(reason);
    await expect(pass).rejects.toBe(reason);
    expect(session.length).toBe(0);
    expect(certain(await session.forward(tokens(1)))).toEqual([2]);
  });

  test("may be disposed twice, and then refuses all other calls", async () => {
    const model = countingModel();
    const session = await model.createSession();
    await session.dispose();
    await session.dispose();
    expect(model.openSessions()).toBe(0);
    for (const use of [() => session.forward(tokens(1)), () => session.rewindTo(0), () => session.fork!()])
      await expect(use()).rejects.toThrow(DisposedError);
  });
});

describe("the model", () => {
  test("records its passes, except failed ones", async () => {
    const model = countingModel();
    const [first, second] = [await model.createSession(), await model.createSession()];
    await first.forward(tokens(1, 2, 3), { rows: 2 });
    await second.forward(tokens(1));
    await expect(second.forward(tokens())).rejects.toThrow();
    await first.forward(tokens(4));
    expect(model.passes()).toEqual([
      { session: 0, start: 0, positions: 3, rows: 2 },
      { session: 1, start: 0, positions: 1, rows: 1 },
      { session: 0, start: 3, positions: 1, rows: 1 },
    ]);
  });

  test("turns the rows of the session's previous pass to NaN, and no other rows", async () => {
    const model = countingModel();
    const [first, second] = [await model.createSession(), await model.createSession()];
    const row = (await first.forward(tokens(1))).row(0);
    const other = (await second.forward(tokens(1))).row(0);
    await first.forward(tokens(2));
    expect(row.every(Number.isNaN)).toBe(true);
    expect(other.some(Number.isNaN)).toBe(false);
  });

  test("turns rows to NaN when their session ends, and still counts those that were written to", async () => {
    const model = countingModel({ vocabSize: 4 });
    const session = await model.createSession();
    const logits = await session.forward(tokens(1, 2), { rows: "all" });
    const row = logits.row(0);
    row[0] = 9;
    await session.dispose();
    expect([...row]).toEqual([NaN, NaN, NaN, NaN]);
    expect(model.modifiedRows()).toBe(1);
  });

  test("counts reads of rows after the session's next pass, and after its end", async () => {
    const model = countingModel();
    const [first, second] = [await model.createSession(), await model.createSession()];
    const before = await first.forward(tokens(1));
    const other = await second.forward(tokens(1));
    const after = await first.forward(tokens(2));
    after.row(0);
    other.row(0);
    expect(model.staleRowReads()).toBe(0);
    before.row(0);
    expect(model.staleRowReads()).toBe(1);
    await second.dispose();
    other.row(0);
    other.row(0);
    expect(model.staleRowReads()).toBe(3);
  });

  test("refuses a row that the pass did not return", async () => {
    const logits = await (await countingModel().createSession()).forward(tokens(1, 2), { rows: 2 });
    for (const index of [-1, 2, 0.5]) {
      expect(() => logits.row(index)).toThrow(`Logits.row: index must be an integer in [0, 1], got ${index}.`);
    }
  });

  test("counts rows that were written to, also after later passes", async () => {
    const model = countingModel();
    const session = await model.createSession();
    (await session.forward(tokens(1, 2), { rows: "all" })).row(1)[0] = 9;
    expect(model.modifiedRows()).toBe(1);
    (await session.forward(tokens(3))).row(0)[0] = 9;
    expect(model.modifiedRows()).toBe(2);
  });
});
