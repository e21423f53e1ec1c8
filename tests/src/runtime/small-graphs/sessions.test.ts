import { type ForwardOptions, InvalidOptionError, type Session } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  CONTEXT_LENGTH,
  countedRow,
  countingModel,
  type CountingModelOptions,
  straight,
  VOCAB_SIZE,
} from "../../support/counting-graph.ts";

const graphs: readonly CountingModelOptions[] = [
  {},
  { attentionMask: false },
  { cacheType: "float16" },
  { idType: "int32" },
  { statesVocabSize: false },
];

describe.each(graphs)("a session of the graph %j", (options) => {
  let model: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(countingModel(options), { execution: "native" });
  });
  afterAll(() => model.dispose());

  test("returns in each row the logits after the tokens up to it, in one pass or in several", async () => {
    const tokens = [3, 1, 4, 1, 5, 2, 6];
    const expected = tokens.map((_, row) => countedRow(straight(tokens.slice(0, row + 1))));
    const once = await model.causal.createSession();
    const all = await once.forward(Int32Array.from(tokens), { rows: "all" });
    expect(expected.map((_, row) => all.row(row))).toEqual(expected);
    const session = await model.causal.createSession();
    const rows: Float32Array[] = [];
    for (const token of tokens) rows.push((await session.forward(Int32Array.of(token))).row(0));
    expect(rows).toEqual(expected);
    expect(session.length).toBe(tokens.length);
    await Promise.all([once.dispose(), session.dispose()]);
  });
});

test("a graph without position_ids is not fed any", async () => {
  const model = await loadModel(countingModel({ positionIds: false }), { execution: "native" });
  const session = await model.causal.createSession();
  const row = (await session.forward(Int32Array.of(3, 1, 4))).row(0).slice();
  const apart = await model.causal.createSession();
  await apart.forward(Int32Array.of(3));
  expect((await apart.forward(Int32Array.of(1, 4))).row(0)).toEqual(row);
  expect(row).not.toEqual(countedRow(straight([3, 1, 4])));
  await model.dispose();
});

describe("a session", () => {
  let model: OnnxLanguageModel;
  let session: Session;
  beforeAll(async () => {
    model = await loadModel(countingModel({ canvas: true }), { execution: "native" });
  });
  afterAll(() => model.dispose());
  beforeEach(async () => {
    session = await model.causal.createSession();
  });
  afterEach(() => session.dispose());

  const expectNext = async (each: Session, tokens: readonly number[]): Promise<void> =>
    expect((await each.forward(Int32Array.of(2))).row(0)).toEqual(countedRow(straight([...tokens, 2])));

  test.each([
    [undefined, 1],
    ["last", 1],
    ["all", 4],
    [1, 1],
    [3, 3],
    [4, 4],
  ] as const)("returns the requested last rows: %j", async (rows, count) => {
    const logits = await session.forward(Int32Array.of(0, 1, 2, 3), { rows });
    expect([logits.rows, logits.vocabSize]).toEqual([count, VOCAB_SIZE]);
    for (let row = 0; row < count; row++) {
      expect(logits.row(row)).toEqual(countedRow(straight([0, 1, 2, 3].slice(0, 4 - count + row + 1))));
    }
    for (const row of [-1, count]) expect(() => logits.row(row)).toThrow(new RangeError(`row must be in [0, ${count}), got ${row}`));
  });

  test.each([0, 5, 1.5, "some", -1])("refuses to return %j of 4 rows", async (rows) => {
    const options = { rows } as ForwardOptions;
    await expect(session.forward(Int32Array.of(0, 1, 2, 3), options)).rejects.toMatchObject({
      name: "InvalidOptionError",
      where: "forward",
      option: "rows",
      expected: '"last", "all" or an integer in [1, 4]',
      actual: rows,
    });
    await expectNext(session, []);
  });

  test("refuses invalid tokens, and no tokens", async () => {
    await expect(session.forward(Int32Array.of(1, VOCAB_SIZE))).rejects.toMatchObject({
      where: "forward",
      option: "tokens[1]",
      actual: VOCAB_SIZE,
    });
    await expect(session.forward(Int32Array.of())).rejects.toMatchObject({
      where: "forward",
      option: "tokens",
      expected: "at least 1 token",
      actual: 0,
    });
    await expectNext(session, []);
  });

  const full = Array.from({ length: CONTEXT_LENGTH }, (_, index) => index % VOCAB_SIZE);

  test("accepts as many tokens as the context holds, and not one more", async () => {
    await session.forward(Int32Array.from(full.slice(0, -2)));
    await session.forward(Int32Array.from(full.slice(-2)));
    expect(session.length).toBe(CONTEXT_LENGTH);
    await expect(session.forward(Int32Array.of(0))).rejects.toMatchObject({
      name: "ContextLengthError",
      length: CONTEXT_LENGTH + 1,
      contextLength: CONTEXT_LENGTH,
    });
    await session.rewindTo(CONTEXT_LENGTH - 1);
    const row = (await session.forward(Int32Array.from(full.slice(-1)))).row(0);
    expect(row).toEqual(countedRow(straight(full)));
  });

  test("accepts a tree that is as deep as the context allows, and no deeper one", async () => {
    const before = full.slice(0, -2);
    await session.forward(Int32Array.from(before));
    const tree = await session.forwardTree!(Int32Array.of(1, 2, 3), Int32Array.of(-1, 0, 0));
    expect(tree.row(2)).toEqual(countedRow(straight([...before, 1, 3])));
    await expect(session.forwardTree!(Int32Array.of(1, 2, 3), Int32Array.of(-1, 0, 1))).rejects.toMatchObject({
      name: "ContextLengthError",
      length: CONTEXT_LENGTH + 1,
      contextLength: CONTEXT_LENGTH,
    });
    await expectNext(session, before);
  });

  test.each([-1, 3, 0.5, NaN, "1"])("refuses to rewind two tokens to length %j", async (length) => {
    await session.forward(Int32Array.of(3, 4));
    await expect(session.rewindTo(length as number)).rejects.toMatchObject({
      name: "InvalidOptionError",
      where: "rewindTo",
      option: "length",
      expected: "an integer in [0, 2]",
      actual: length,
    });
    await expectNext(session, [3, 4]);
  });

  test("rewinds to its current length, and to 0", async () => {
    await session.forward(Int32Array.of(3, 4));
    await session.rewindTo(2);
    await expectNext(session, [3, 4]);
    await session.rewindTo(0);
    expect(session.length).toBe(0);
    await expectNext(session, []);
  });

  test("returns for each node of a tree the logits of its path, and keeps the requested path", async () => {
    await session.forward(Int32Array.of(3));
    const tokens = Int32Array.of(0, 1, 2, 3, 4);
    const logits = await session.forwardTree!(tokens, Int32Array.of(-1, -1, 0, 1, 2));
    const paths = [[0], [1], [0, 2], [1, 3], [0, 2, 4]];
    expect(logits.rows).toBe(5);
    for (const [node, path] of paths.entries()) expect(logits.row(node)).toEqual(countedRow(straight([3, ...path])));
    expect(session.length).toBe(1);
    await session.keepPath!(Int32Array.of(0, 2, 4));
    expect(session.length).toBe(4);
    await expectNext(session, [3, 0, 2, 4]);
  });

  test("keeps nothing of a tree when no node is kept", async () => {
    await session.forward(Int32Array.of(3));
    await session.forwardTree!(Int32Array.of(0, 1), Int32Array.of(-1, 0));
    await session.keepPath!(Int32Array.of());
    await expectNext(session, [3]);
  });

  test.each([
    [[0, 0], [-1, 1], "parents[1]", "in [-1, 1)", 1],
    [[0, 0], [-2, 0], "parents[0]", "in [-1, 0)", -2],
    [[0, 0], [0, 0], "parents[0]", "in [-1, 0)", 0],
    [[0, 0], [-1], "parents", "one parent for each of at least 1 token", "1 for 2"],
    [[], [], "parents", "one parent for each of at least 1 token", "0 for 0"],
    [[0, VOCAB_SIZE], [-1, 0], "tokens[1]", `a token id in [0, ${VOCAB_SIZE})`, VOCAB_SIZE],
  ])("refuses a tree of tokens %j with parents %j", async (tokens, parents, option, expected, actual) => {
    await expect(session.forwardTree!(Int32Array.from(tokens), Int32Array.from(parents))).rejects.toMatchObject({
      name: "InvalidOptionError",
      where: "forwardTree",
      option,
      expected,
      actual,
    });
  });

  test.each([
    [[1], "nodes[0]", "a child of node -1", 1],
    [[0, 2], "nodes[1]", "a child of node 0", 2],
    [[0, 7], "nodes[1]", "a child of node 0", 7],
    [[0, 0], "nodes[1]", "a child of node 0", 0],
  ])("refuses to keep %j, which is not a path, and then keeps a valid one", async (nodes, option, expected, actual) => {
    await session.forwardTree!(Int32Array.of(0, 1, 2), Int32Array.of(-1, 0, 1));
    await expect(session.keepPath!(Int32Array.from(nodes))).rejects.toMatchObject({ where: "keepPath", option, expected, actual });
    await session.keepPath!(Int32Array.of(0, 1));
    await expectNext(session, [0, 1]);
  });

  test.each([
    ["no tree was read", async () => {}],
    ["the path was kept", () => session.keepPath!(Int32Array.of(0))],
    ["more tokens were read", () => session.forward(Int32Array.of(1))],
    ["it was rewound", () => session.rewindTo(0)],
    ["another tree failed", () => session.forwardTree!(new Int32Array(CONTEXT_LENGTH + 1), parentsOf(CONTEXT_LENGTH + 1)).catch(() => {})],
  ])("refuses to keep a path after %s", async (what, call: () => Promise<unknown>) => {
    if (what !== "no tree was read") await session.forwardTree!(Int32Array.of(0, 1), Int32Array.of(-1, 0));
    await call();
    await expect(session.keepPath!(Int32Array.of(0))).rejects.toEqual(
      new InvalidOptionError({ where: "keepPath", option: "nodes", expected: "a path of a tree that was just read", actual: "no tree" }),
    );
  });

  test("a tree is unaffected when the caller changes its parents array", async () => {
    const parents = Int32Array.of(-1, 0);
    await session.forwardTree!(Int32Array.of(4, 5), parents);
    parents.fill(-1);
    await session.keepPath!(Int32Array.of(0, 1));
    await expectNext(session, [4, 5]);
  });

  test("calls run in the order in which they were made", async () => {
    const calls = [session.forward(Int32Array.of(1, 2, 3)), session.rewindTo(1), session.forward(Int32Array.of(4))] as const;
    const [, , last] = await Promise.all(calls);
    expect(last.row(0)).toEqual(countedRow(straight([1, 4])));
    expect(session.length).toBe(2);
  });

  test.each([
    ["forward", (signal: AbortSignal) => session.forward(Int32Array.of(5), { signal })],
    ["forwardTree", (signal: AbortSignal) => session.forwardTree!(Int32Array.of(5), Int32Array.of(-1), { signal })],
  ])("%s rejects with the signal's reason, whether aborted before or meanwhile, and leaves the session unchanged", async (_call, pass) => {
    await session.forward(Int32Array.of(3, 1));
    await expect(pass(AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
    const controller = new AbortController();
    const running = pass(controller.signal);
    controller.abort(new Error("meanwhile"));
    await expect(running).rejects.toThrow("meanwhile");
    expect(session.length).toBe(2);
    await expectNext(session, [3, 1]);
  });

  test("an aborted signal takes precedence over invalid tokens", async () => {
    const signal = AbortSignal.abort(new Error("before"));
    await expect(session.forward(Int32Array.of(99), { signal })).rejects.toThrow("before");
    await expect(session.forwardTree!(Int32Array.of(99), Int32Array.of(-1), { signal })).rejects.toThrow("before");
  });

  test("every call of a disposed session is an error, and disposing it again does nothing", async () => {
    const fork = await session.fork!();
    await session.forward(Int32Array.of(1));
    await session.dispose();
    await session.dispose();
    const message = "The session was disposed and can no longer be used. Create a new one.";
    await expect(session.forward(Int32Array.of(1))).rejects.toMatchObject({ name: "DisposedError", message });
    await expect(session.forwardTree!(Int32Array.of(1), Int32Array.of(-1))).rejects.toThrow(message);
    await expect(session.keepPath!(Int32Array.of(0))).rejects.toThrow(message);
    await expect(session.rewindTo(0)).rejects.toThrow(message);
    await expect(session.fork!()).rejects.toThrow(message);
    await expectNext(fork, []);
    await fork.dispose();
  });
});

test("sessions of a disposed model cannot be used or created", async () => {
  const model = await loadModel(countingModel({ canvas: true }), { execution: "native" });
  const session = await model.causal.createSession();
  const masked = await model.masked!.createSession();
  await masked.predict(Int32Array.of(1));
  await Promise.all([model.dispose(), model.dispose()]);
  await model.dispose();
  await expect(session.forward(Int32Array.of(1))).rejects.toThrow("The model of this session was disposed");
  await expect(masked.predict(Int32Array.of(1))).rejects.toThrow("The model of this session was disposed");
  await expect(model.causal.createSession()).rejects.toThrow("The model was disposed");
  await expect(model.masked!.createSession()).rejects.toThrow("The model was disposed");
  await expect(model.masked!.createSession(session)).rejects.toThrow("The model was disposed");
  await session.dispose();
  await masked.dispose();
});

test("a session of a model without a canvas graph reads no trees", async () => {
  const model = await loadModel(countingModel(), { execution: "native" });
  const session = await model.causal.createSession();
  expect("forwardTree" in session).toBe(false);
  expect("keepPath" in session).toBe(false);
  await session.forward(Int32Array.of(1, 2));
  await session.rewindTo(1);
  expect((await session.forward(Int32Array.of(3))).row(0)).toEqual(countedRow(straight([1, 3])));
  await model.dispose();
});

function parentsOf(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, node) => node - 1);
}
