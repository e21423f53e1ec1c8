import { describe, expect, test } from "vitest";
import type { Session } from "../contracts/model.ts";
import type { LogitsProcessor, Sequence } from "../contracts/sampler.ts";
import { InvalidOptionError } from "../errors.ts";
import { failingModel } from "../testing/failing-model.ts";
import { interceptPasses } from "../testing/intercept-passes.ts";
import { memoryMaskedModel } from "../testing/memory-masked-model.ts";
import { memoryModel, type TestModel } from "../testing/memory-model.ts";
import { withProcessors } from "./with-processors.ts";

const VOCAB = 10;
const ids = (digits: string): Int32Array => Int32Array.from(digits, Number);

/** The first logit is the prefix, read as a decimal number. */
const numbers = (): TestModel =>
  memoryModel({
    vocabSize: VOCAB,
    contextLength: 8,
    tree: true,
    logitsAfter: (prefix) => new Float32Array(VOCAB).fill(Number(prefix.join("")), 0, 1),
  });

/** Writes the prefix of the row, read as a decimal number, and the length of the prompt to the next logits. */
const show: LogitsProcessor = (row, { tokens, promptLength }) => {
  row[1] = Number(tokens.join(""));
  row[2] = promptLength;
};

/** Checks that the rows of a pass are processed with the prefixes that the model itself was given. */
function expectOwnPrefixes(logits: Awaited<ReturnType<Session["forward"]>>, prefixes: readonly number[]): void {
  const rows = Array.from({ length: logits.rows }, (_, index) => logits.row(index));
  expect(rows.map((row) => row[0])).toEqual(prefixes);
  expect(rows.map((row) => row[1])).toEqual(prefixes);
}

describe("withProcessors processes every row with its own prefix", () => {
  test("through passes of several rows, rewinds and forks", async () => {
    const session = await withProcessors(numbers(), [show]).createSession();
    expectOwnPrefixes(await session.forward(ids("12"), { rows: "all" }), [1, 12]);
    expectOwnPrefixes(await session.forward(ids("345"), { rows: 2 }), [1234, 12345]);
    await session.rewindTo(3);
    const fork = await session.fork!();
    expectOwnPrefixes(await session.forward(ids("6")), [1236]);
    expectOwnPrefixes(await fork.forward(ids("78"), { rows: "all" }), [1237, 12378]);
    expectOwnPrefixes(await session.forward(ids("9")), [12369]);
    await session.rewindTo(0);
    expectOwnPrefixes(await session.forward(ids("4")), [4]);
    await Promise.all([session.dispose(), fork.dispose()]);
  });

  test("through trees", async () => {
    const session = await withProcessors(numbers(), [show]).createSession();
    await session.forward(ids("12"));
    const logits = await session.forwardTree!(ids("3456"), Int32Array.of(-1, 0, 0, 2));
    await session.keepPath!(Int32Array.of(0, 2));
    expectOwnPrefixes(logits, [123, 1234, 1235, 12356]);
    expectOwnPrefixes(await session.forward(ids("7")), [12357]);
  });

  test("also when it is read after tokens were taken back", async () => {
    const session = await withProcessors(numbers(), [show]).createSession();
    const logits = await session.forward(ids("1234"), { rows: "all" });
    await session.rewindTo(1);
    expectOwnPrefixes(logits, [1, 12, 123, 1234]);
  });

  test("if calls do not wait for each other, also if a pass is reported late", async () => {
    const late = interceptPasses(numbers(), async ({ run }) => {
      const logits = await run();
      await new Promise((resolve) => setTimeout(resolve));
      return logits;
    });
    const session = await withProcessors(late, [show]).createSession();
    const tokens = ids("12");
    const first = session.forward(tokens);
    tokens.fill(9);
    const parents = Int32Array.of(-1, 0);
    const calls = [session.rewindTo(1), session.forward(ids("3")), session.forwardTree!(ids("45"), parents)] as const;
    const more = [session.keepPath!(Int32Array.of(0, 1)), session.fork!(), session.forward(ids("6"))] as const;
    parents.fill(-1);
    await Promise.all([first, ...calls]);
    expectOwnPrefixes(await more[2], [13456]);
    expectOwnPrefixes(await (await more[1]).forward(ids("7")), [13457]);
    await Promise.all([session.forward(ids("8")), session.dispose(), session.dispose()]);
    expect(session.length).toBe(6);
    await expect(session.forward(ids("1"))).rejects.toMatchObject({ code: "DISPOSED" });
  });

  test("after calls that failed", async () => {
    const causal = failingModel(numbers(), { pass: 1, error: new Error("lost") });
    const session = await withProcessors(causal, [show]).createSession();
    await session.forward(ids("12"));
    await expect(session.forward(ids("3"))).rejects.toThrow("lost");
    await expect(session.forward(ids("3"), { signal: AbortSignal.abort() })).rejects.toThrow("abort");
    await expect(session.rewindTo(5)).rejects.toThrow(InvalidOptionError);
    await expect(session.forward(new Int32Array(0))).rejects.toThrow(InvalidOptionError);
    await expect(session.keepPath!(Int32Array.of(0))).rejects.toThrow(InvalidOptionError);
    expectOwnPrefixes(await session.forward(ids("4")), [124]);
  });
});

test("processors run in order, once for each row that is read, on a copy", async () => {
  const model = numbers();
  const order: string[] = [];
  const note =
    (name: string): LogitsProcessor =>
    (row, { tokens }) =>
      void order.push(`${name}${tokens.length}:${row[3]!++}`);
  const session = await withProcessors(model, [note("a"), note("b")]).createSession();
  const logits = await session.forward(ids("123"), { rows: "all" });
  expect(order).toEqual([]);
  const row = logits.row(2);
  expect(logits.row(2)).toBe(row);
  expect([logits.rows, logits.vocabSize, row[3]]).toEqual([3, VOCAB, 2]);
  expect(order).toEqual(["a3:0", "b3:1"]);
  expect(model.modifiedRows()).toBe(0);
  expect(() => logits.row(3)).toThrow("[0, 2]");
});

test("promptLength is that of the options, as far as the row's prefix reaches", async () => {
  const lengths = async (promptLength?: number): Promise<(number | undefined)[]> => {
    const session = await withProcessors(numbers(), [show], { promptLength }).createSession();
    const logits = await session.forward(ids("1234"), { rows: "all" });
    return [0, 1, 2, 3].map((row) => logits.row(row)[2]);
  };
  expect(await lengths(3)).toEqual([1, 2, 3, 3]);
  expect(await lengths()).toEqual([0, 0, 0, 0]);
});

test("processors see whole rows, also where the caller asks for parts and the model would give them", async () => {
  const model = memoryModel({
    vocabSize: 4,
    contextLength: 8,
    tree: true,
    parts: { top: 2, error: 0, missing: 9 },
    logitsAfter: () => Float32Array.of(3, 2, 1, 0),
  });
  const session = await withProcessors(model, [(row) => void (row[3]! += 9)]).createSession();
  const reads = { top: 1 };
  const passes = [await session.forward(ids("1"), { reads }), await session.forwardTree!(ids("2"), Int32Array.of(-1), { reads })];
  for (const logits of passes) expect(["part" in logits, "readRow" in logits]).toEqual([false, false]);
  expect([...passes[1]!.row(0)]).toEqual([3, 2, 1, 9]);
});

test("an error of a processor is thrown where the row is read, and the session goes on", async () => {
  let fails = true;
  const session = await withProcessors(numbers(), [
    show,
    () => {
      if (fails) throw new Error("no rule for this");
    },
  ]).createSession();
  const logits = await session.forward(ids("12"));
  expect(() => logits.row(0)).toThrow("no rule for this");
  fails = false;
  expectOwnPrefixes(logits, [12]);
  expectOwnPrefixes(await session.forward(ids("3")), [123]);
});

test("the model keeps its properties and capabilities", async () => {
  const model = memoryModel({ vocabSize: 3, contextLength: 5, logitsAfter: () => new Float32Array(3) });
  const decorated = withProcessors(model, [show]);
  const { kind, vocabSize, contextLength, capabilities } = model;
  expect(decorated).toMatchObject({ kind, vocabSize, contextLength, capabilities });
  const session = await decorated.createSession();
  expect(["fork", "forwardTree", "keepPath"].filter((member) => member in session)).toEqual(["fork"]);
  await session.dispose();
  expect(model.openSessions()).toBe(0);
  expect(withProcessors(model, [])).toBe(model);
});

test("a masked session over a decorated session, also twice, shares its cache", async () => {
  const masked = memoryMaskedModel({
    vocabSize: VOCAB,
    contextLength: 8,
    maskTokenId: 0,
    logitsAt: (prefix) => new Float32Array(VOCAB).fill(prefix.length),
  });
  const session = await withProcessors(withProcessors(failingModel(numbers(), { pass: 9, error: 0 }), [show]), [show]).createSession();
  await session.forward(ids("123"));
  const over = await masked.createSession(session);
  expect([over.length, over.causalSession]).toEqual([3, session]);
  expect((await over.predict(ids("00"))).row(0)[0]).toBe(3);
});

test("a session that something else changed refuses its next pass", async () => {
  let inner: Session | undefined;
  const model = numbers();
  const createSession = async (): Promise<Session> => (inner = await model.createSession());
  const session = await withProcessors({ ...model, createSession }, [show]).createSession();
  await session.forward(ids("12"));
  await inner!.forward(ids("3"));
  await expect(session.forward(ids("4"))).rejects.toThrow(
    "changed only by calls on the session that decorates it, which have left 2 tokens",
  );
  await expect(session.forwardTree!(ids("4"), Int32Array.of(-1))).rejects.toThrow(InvalidOptionError);
  expect(session.length).toBe(3);
});

test.each([
  [[1], {}, "processors must be an array of functions"],
  [() => undefined, {}, "processors must be an array of functions"],
  [[], { promptLength: -1 }, "promptLength must be an integer >= 0"],
  [[], { promptLenght: 1 }, 'option "promptLenght" must be one of its options (promptLength)'],
])("rejects %o, %o", (processors, options, message) => {
  const create = (): unknown => withProcessors(numbers(), processors as never, options as never);
  expect(create).toThrow(InvalidOptionError);
  expect(create).toThrow(message);
});

test("a processor sees the sequence as a view of its own", async () => {
  const seen: Sequence[] = [];
  const session = await withProcessors(numbers(), [(_, sequence) => void seen.push(sequence)]).createSession();
  (await session.forward(ids("12"))).row(0);
  await session.rewindTo(1);
  (await session.forward(ids("34"))).row(0);
  expect(seen.map(({ tokens }) => [...tokens])).toEqual([
    [1, 2],
    [1, 3, 4],
  ]);
});

describe("processors that do not change the most likely token", () => {
  const halve: LogitsProcessor = Object.assign((row: Float32Array) => row.set(row.map((logit) => logit / 2)), { argmaxInvariant: true });
  const shift: LogitsProcessor = (row) => void (row[2]! += 9);
  const model = (parts?: { top: number; error: number; missing: number }): TestModel =>
    memoryModel({ vocabSize: 4, contextLength: 8, tree: true, ...(parts && { parts }), logitsAfter: () => Float32Array.of(3, 4, 4, 0) });
  const reads = { top: 1, tokensOnly: true };

  test.each([undefined, { top: 2, error: 0, missing: 9 }])("are left out where only that token is read: parts %o", async (parts) => {
    const session = await withProcessors(model(parts), [halve]).createSession();
    const logits = await session.forward(ids("12"), { rows: "all", reads });
    expect([...logits.part!(0).tokens]).toEqual([1]);
    expect([...logits.part!(1).tokens]).toEqual([1]);
    expect([...(await logits.readRow!(1))]).toEqual([1.5, 2, 2, 0]);
    const tree = await session.forwardTree!(ids("31"), Int32Array.of(-1, 0), { reads });
    expect([...tree.part!(1).tokens]).toEqual([1]);
  });

  test("a row without a distribution is the same error as in its whole", async () => {
    const broken = memoryModel({ vocabSize: 2, contextLength: 4, logitsAfter: () => Float32Array.of(NaN, 1) });
    const session = await withProcessors(broken, [halve]).createSession();
    const logits = await session.forward(ids("1"), { reads });
    expect(() => logits.part!(0)).toThrow(expect.objectContaining({ code: "INVALID_LOGITS" }) as Error);
    expect(await logits.readRow!(0)).toHaveLength(2);
  });

  test.each([
    ["another processor changes it", [halve, shift], reads],
    ["logits are read", [halve], { top: 1 }],
    ["several tokens are read", [halve], { top: 2, tokensOnly: true }],
    ["whole rows are read", [halve], undefined],
  ] as const)("are applied where %s", async (_, processors, others) => {
    const session = await withProcessors(model({ top: 2, error: 0, missing: 9 }), processors).createSession();
    const logits = await session.forward(ids("1"), { reads: others });
    expect("part" in logits).toBe(false);
    expect(logits.row(0)[0]).toBe(1.5);
  });
});
