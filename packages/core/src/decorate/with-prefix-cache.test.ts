import { describe, expect, test } from "vitest";
import type { CausalModel, MaskedModel, Session } from "../contracts/model.ts";
import { InvalidOptionError } from "../errors.ts";
import { failingModel } from "../testing/failing-model.ts";
import { interceptPasses } from "../testing/intercept-passes.ts";
import { memoryMaskedModel } from "../testing/memory-masked-model.ts";
import { memoryModel, type TestModel } from "../testing/memory-model.ts";
import { withPrefixCache, type WithPrefixCache } from "./with-prefix-cache.ts";
import { withProcessors } from "./with-processors.ts";

const VOCAB = 10;
const BYTES_PER_TOKEN = 4;
const ids = (digits: string): Int32Array => Int32Array.from(digits, Number);

/** The first logit is the prefix, read as a decimal number. */
const numbers = (contextLength = 12): TestModel =>
  memoryModel({
    vocabSize: VOCAB,
    contextLength,
    tree: true,
    logitsAfter: (prefix) => new Float32Array(VOCAB).fill(Number(prefix.join("")), 0, 1),
  });

type Lack = "fork" | "rewind";

/** Returns the model with sessions that lack a call. */
function without<Model extends CausalModel>(model: Model, lack: Lack): Model {
  const createSession = async (): Promise<Session> => {
    const session = await model.createSession();
    if (lack === "fork") return Object.assign(session, { fork: undefined });
    return Object.assign(session, {
      rewindTo: () => Promise.reject(new InvalidOptionError({ where: "rewindTo", option: "length", expected: "", actual: 0 })),
    });
  };
  return { ...model, capabilities: { ...model.capabilities, [lack]: false }, createSession };
}

/** Reads `digits` in a new session, checks the last row, and disposes the session. */
async function read(model: CausalModel, digits: string, rows = 1): Promise<void> {
  const session = await model.createSession();
  await readIn(session, digits, rows);
  await session.dispose();
}

async function readIn(session: Session, digits: string, rows = 1): Promise<void> {
  const logits = await session.forward(ids(digits), { rows });
  expect(logits.rows).toBe(rows);
  for (let row = 0; row < rows; row++)
    expect(String(logits.row(row)[0])).toMatch(new RegExp(`${digits.slice(0, digits.length - rows + row + 1)}$`));
}

/** Number of positions that each pass really read. */
const positions = (model: TestModel): readonly number[] => model.passes().map((pass) => pass.positions);

const kept = (model: WithPrefixCache<unknown>): readonly number[] => {
  const { sequences, bytes } = model.prefixCache.statistics();
  return [sequences, bytes / BYTES_PER_TOKEN];
};

describe("a new session reads only what no kept sequence has", () => {
  test("after a sequence that goes on, one that parts from it, and one that repeats it", async () => {
    const model = numbers();
    const cached = withPrefixCache(model);
    await read(cached, "12345");
    await read(cached, "1234567");
    await read(cached, "12399");
    await read(cached, "12399");
    await read(cached, "7");
    expect(positions(model)).toEqual([5, 2, 2, 1, 1]);
    expect(cached.prefixCache.statistics()).toEqual({
      sessions: 5,
      hits: 3,
      positionsReused: 12,
      positionsRead: 11,
      sequences: 3,
      bytes: (7 + 5 + 1) * BYTES_PER_TOKEN,
    });
  });

  test("and a sequence replaces one of which it has all but the last sixteenth", async () => {
    const model = numbers(40);
    const cached = withPrefixCache(model);
    const after = async (digits: string): Promise<void> => {
      const session = await cached.createSession();
      await session.forward(ids("1".repeat(31) + digits));
      await session.dispose();
    };
    await after("2");
    await after("3");
    expect(kept(cached)).toEqual([1, 32]);
    await after("345");
    await after("667");
    expect(kept(cached)).toEqual([2, 68]);
    expect(positions(model)).toEqual([32, 1, 2, 3]);
  });

  test("but always the tokens whose rows are asked for", async () => {
    const model = numbers();
    const cached = withPrefixCache(model);
    await read(cached, "12345");
    await read(cached, "12345", 3);
    await read(cached, "12345", 5);
    expect(positions(model)).toEqual([5, 3, 5]);
    const session = await cached.createSession();
    expect((await session.forward(ids("12345"), { rows: "all" })).rows).toBe(5);
    expect(positions(model).at(-1)).toBe(5);
  });

  test("with what rewinds, forks, trees and later passes left in it", async () => {
    const model = numbers();
    const cached = withPrefixCache(model);
    const session = await cached.createSession();
    await readIn(session, "1234");
    await session.rewindTo(2);
    const fork = await session.fork!();
    await readIn(session, "5");
    await session.forwardTree!(ids("678"), Int32Array.of(-1, 0, 0));
    await session.keepPath!(Int32Array.of(0, 2));
    await session.forwardTree!(ids("9"), Int32Array.of(-1));
    await readIn(fork, "3");
    await Promise.all([session.dispose(), fork.dispose()]);
    expect(kept(cached)).toEqual([2, 5 + 3]);
    await read(cached, "125680");
    await read(cached, "1230");
    expect(positions(model).slice(-2)).toEqual([1, 1]);
  });

  test("of several models of a language model, each of its own", async () => {
    const [causal, draft] = [numbers(), numbers()];
    const cached = withPrefixCache({ causal, draft, name: "two" });
    expect(cached.name).toBe("two");
    await read(cached.causal, "12345");
    await read(cached.draft, "12345");
    await read(cached.causal, "123456");
    expect([positions(causal), positions(draft)]).toEqual([[5, 1], [5]]);
    const statistics = (["causal", "draft", undefined] as const).map((role) => cached.prefixCache.statistics(role));
    expect(statistics.map(({ positionsRead }) => positionsRead)).toEqual([6, 5, 11]);
    expect(statistics.map(({ sequences }) => sequences)).toEqual([1, 1, 2]);
  });
});

describe("a failed first pass leaves the session empty and the kept sequence as it was", () => {
  test.each(["", "fork"] as const)("%s", async (lack) => {
    const model = numbers();
    const failing = failingModel(model, { pass: 1, error: new Error("lost") });
    const cached = withPrefixCache(lack ? without(failing, lack) : failing);
    await read(cached, "12345");
    const session = await cached.createSession();
    await expect(session.forward(ids("123456"))).rejects.toThrow("lost");
    expect([session.length, ...kept(cached)]).toEqual([0, 1, 5]);
    await expect(session.forward(ids("123456"), { signal: AbortSignal.abort() })).rejects.toThrow("abort");
    await expect(session.forward(Int32Array.of(1, 2, 99))).rejects.toThrow("tokens[2]");
    await expect(session.forward(ids("1234567890123"))).rejects.toMatchObject({ code: "CONTEXT_LENGTH" });
    await expect(session.forward(ids("123456"), { rows: 7 })).rejects.toThrow("rows");
    await readIn(session, "123467");
    expect(positions(model).at(-1)).toBe(2);
    await session.dispose();
    await cached.prefixCache.clear();
    expect(model.openSessions()).toBe(0);
  });

  test("also if the signal ends it while it runs", async () => {
    const model = numbers();
    const controller = new AbortController();
    const cached = withPrefixCache(
      interceptPasses(model, ({ index, run }) => {
        if (index === 1) controller.abort(new Error("enough"));
        return run();
      }),
    );
    await read(cached, "12345");
    const session = await cached.createSession();
    await expect(session.forward(ids("123456"), { signal: controller.signal })).rejects.toThrow("enough");
    expect(session.length).toBe(0);
    await session.dispose();
    expect(kept(cached)).toEqual([1, 5]);
    await read(cached, "123456");
    expect(positions(model)).toEqual([5, 1]);
  });
});

test("several sessions begin with one kept sequence at the same time", async () => {
  const model = numbers();
  const cached = withPrefixCache(model);
  await read(cached, "123");
  const sessions = await Promise.all([1, 2, 3].map(() => cached.createSession()));
  await Promise.all(sessions.map((session, index) => readIn(session, `123${index + 4}`)));
  await Promise.all(sessions.map((session, index) => readIn(session, `${index + 7}`)));
  expect(positions(model)).toEqual([3, 1, 1, 1, 1, 1, 1]);
  await Promise.all(sessions.map((session) => session.dispose()));
  expect(kept(cached)).toEqual([3, 15]);
});

test("a sequence may be freed while another session begins with it", async () => {
  const model = numbers();
  const createSession = async (): Promise<Session> => {
    const session = await model.createSession();
    const fork = session.fork!.bind(session);
    const freeWhileForking = async (): Promise<Session> => {
      const forked = fork();
      await cached.prefixCache.clear();
      return forked;
    };
    return Object.assign(session, { fork: freeWhileForking });
  };
  const cached = withPrefixCache({ ...model, createSession });
  await read(cached, "12345");
  await read(cached, "123456");
  expect([positions(model), ...kept(cached)]).toEqual([[5, 1], 1, 6]);
  await cached.prefixCache.clear();
  expect(model.openSessions()).toBe(0);
});

describe("without some calls", () => {
  test("a model that cannot fork gives its kept sequence to one session, which keeps it again", async () => {
    const model = numbers();
    const cached = withPrefixCache(without(model, "fork"));
    await read(cached, "12345");
    const [first, second] = [await cached.createSession(), await cached.createSession()];
    await readIn(first, "1239");
    await readIn(second, "12345");
    expect(positions(model)).toEqual([5, 1, 5]);
    await Promise.all([first.dispose(), second.dispose()]);
    expect(kept(cached)).toEqual([2, 9]);
  });

  test("a model that cannot rewind goes on only where a kept sequence ends, so each is kept", async () => {
    const model = numbers();
    const cached = withPrefixCache(without(model, "rewind"));
    await read(cached, "123");
    await read(cached, "12345");
    await read(cached, "12349");
    await read(cached, "123");
    expect(positions(model)).toEqual([3, 2, 2, 3]);
    expect(kept(cached)).toEqual([3, 13]);
  });

  test("a kept session that no longer works is freed, and its tokens are read", async () => {
    const model = numbers();
    let broken = false;
    const createSession = async (): Promise<Session> => {
      const session = await model.createSession();
      const fork = session.fork!.bind(session);
      return Object.assign(session, { fork: () => (broken ? Promise.reject(new Error("broken")) : fork()) });
    };
    const cached = withPrefixCache({ ...model, createSession });
    await read(cached, "12345");
    broken = true;
    const session = await cached.createSession();
    await readIn(session, "123456");
    expect([positions(model), model.openSessions(), ...kept(cached)]).toEqual([[5, 6], 1, 0, 0]);
  });
});

describe("limits", () => {
  test("those used least recently are freed first", async () => {
    const model = numbers();
    const cached = withPrefixCache(model, { maxBytes: 12 * BYTES_PER_TOKEN });
    await read(cached, "1111");
    await read(cached, "2222");
    await read(cached, "3333");
    expect(kept(cached)).toEqual([3, 12]);
    await read(cached, "1111");
    await read(cached, "4444");
    expect(kept(cached)).toEqual([3, 12]);
    await read(cached, "11115");
    await read(cached, "22225");
    expect(positions(model)).toEqual([4, 4, 4, 1, 4, 1, 5]);
    expect([kept(cached)[1]! <= 12, model.openSessions()]).toEqual([true, kept(cached)[0]]);
  });

  test("a sequence is used by a session that goes on from it, and by one that reads all of it again", async () => {
    for (const use of ["go on", "read again"] as const) {
      const cached = withPrefixCache(numbers(), { maxSequences: 2 });
      await read(cached, "1111");
      await read(cached, "2222");
      const session = await cached.createSession();
      if (use === "go on") await readIn(session, "11115");
      else await read(cached, "1111", 4);
      await read(cached, "3333");
      await read(cached, "11117");
      await read(cached, "22227");
      // Of the first sequence, not of the second.
      expect(cached.prefixCache.statistics().positionsReused, use).toBe(use === "go on" ? 8 : 4);
    }
  });

  test("one that is too long by itself leaves the others", async () => {
    const cached = withPrefixCache(numbers(), { maxBytes: 4 * BYTES_PER_TOKEN });
    await read(cached, "1111");
    await read(cached, "22222");
    expect(kept(cached)).toEqual([1, 4]);
  });

  test("one that is too long by itself is not kept, nor are too many, nor any at 0", async () => {
    const model = numbers();
    for (const options of [{ maxBytes: 4 * BYTES_PER_TOKEN }, { maxSequences: 0 }, { maxBytes: 0 }]) {
      const cached = withPrefixCache(model, options);
      await read(cached, "12345");
      expect(kept(cached)).toEqual([0, 0]);
    }
    const cached = withPrefixCache(model, { maxSequences: 2 });
    for (const digits of ["1", "2", "3"]) await read(cached, digits);
    expect([model.openSessions(), ...kept(cached)]).toEqual([2, 2, 2]);
  });

  test("sessions that do not know their size are limited by number", async () => {
    const model = numbers();
    const createSession = async (): Promise<Session> =>
      Object.defineProperty(await model.createSession(), "cacheBytes", { value: undefined });
    const cached = withPrefixCache({ ...model, createSession }, { maxBytes: 1, maxSequences: 2 });
    for (const digits of ["123", "2", "3"]) await read(cached, digits);
    expect(kept(cached)).toEqual([2, 0]);
  });
});

describe("memory is freed", () => {
  test("with the model, also that of a session which is disposed later", async () => {
    const causal = numbers();
    const order: string[] = [];
    const cached = withPrefixCache({ causal, dispose: async () => void order.push(`model, ${causal.openSessions()} open`) });
    await read(cached.causal, "123");
    await read(cached.causal, "45");
    const session = await cached.causal.createSession();
    await readIn(session, "6");
    await cached.dispose();
    expect(order).toEqual(["model, 1 open"]);
    await session.dispose();
    expect([causal.openSessions(), ...kept(cached)]).toEqual([0, 0, 0]);
  });

  test("of a session that read nothing, or that something else changed", async () => {
    const model = numbers();
    const cached = withPrefixCache(model);
    await (await cached.createSession()).dispose();
    const session = await cached.createSession();
    await readIn(session, "123");
    await session.decorates!.forward(ids("4"));
    await expect(session.forward(ids("5"))).rejects.toThrow(InvalidOptionError);
    await session.dispose();
    expect([model.openSessions(), ...kept(cached)]).toEqual([0, 0, 0]);
  });
});

test("a disposed session stays disposed, whatever becomes of its sequence", async () => {
  const cached = withPrefixCache(numbers());
  const session = await cached.createSession();
  await readIn(session, "123");
  await Promise.all([session.dispose(), session.dispose()]);
  for (const call of [
    () => session.forward(ids("4")),
    () => session.rewindTo(0),
    () => session.fork!(),
    () => session.forwardTree!(ids("4"), Int32Array.of(-1)),
    () => session.keepPath!(ids("0")),
  ])
    await expect(call()).rejects.toMatchObject({ code: "DISPOSED" });
  await read(cached, "1234");
  expect(cached.prefixCache.statistics().positionsReused).toBe(3);
});

describe("masked sessions over the cache of a causal session", () => {
  const maskedModel = () =>
    memoryMaskedModel({
      vocabSize: VOCAB,
      contextLength: 12,
      maskTokenId: 0,
      logitsAt: (prefix, canvas, index) => new Float32Array(VOCAB).fill(Number([...prefix, canvas[index]].join(""))),
    });

  test("of a language model find it, also if they were opened before the first pass, and through decorations", async () => {
    const [causal, masked] = [numbers(), maskedModel()];
    const cached = withPrefixCache({ causal, masked });
    await read(cached.causal, "12345");
    const session = await withProcessors(cached.causal, [() => undefined]).createSession();
    const over = await cached.masked.createSession(session);
    expect([over.length, over.causalSession]).toEqual([0, session]);
    await readIn(session, "12349");
    expect((await over.predict(ids("7"))).row(0)[0]).toBe(123497);
    expect([over.length, positions(causal)]).toEqual([5, [5, 1]]);
    expect((await over.predictLeaveOneOut!(ids("7"))).row(1)[0]).toBe(123490);
    await session.rewindTo(2);
    expect((await over.predict(ids("7"))).row(0)[0]).toBe(127);
    await Promise.all([over.dispose(), session.dispose()]);
    await cached.prefixCache.clear();
    expect([causal.openSessions(), masked.openSessions()]).toEqual([0, 0]);
  });

  test("follow it in the order of calls, also if none waits for the one before", async () => {
    const cached = withPrefixCache({ causal: numbers(), masked: maskedModel() });
    await read(cached.causal, "12345");
    const session = await cached.causal.createSession();
    const over = await cached.masked.createSession(session);
    const calls = [
      over.predict(ids("7")),
      session.forward(ids("12349")),
      over.predict(ids("7")),
      session.rewindTo(2),
      over.predict(ids("7")),
    ] as const;
    const rows = [];
    // The rows of a prediction are valid until the next.
    for (const index of [0, 2, 4] as const) rows.push(calls[index].then((logits) => logits.row(0)[0]));
    expect(await Promise.all(rows)).toEqual([7, 123497, 127]);
    await Promise.all(calls);
  });

  test("of another model keep their own prefix, if that is what they do", async () => {
    const masked: MaskedModel = { ...maskedModel(), createSession: () => maskedModel().createSession() };
    const cached = withPrefixCache({ causal: numbers(), masked });
    const session = await cached.causal.createSession();
    await readIn(session, "123");
    const own = await cached.masked.createSession(session);
    expect([own.length, own.causalSession]).toEqual([0, undefined]);
    await own.commit(ids("45"));
    expect([own.length, session.length]).toEqual([2, 3]);
    const alone = await cached.masked.createSession();
    expect((await alone.predict(ids("7"))).row(0)[0]).toBe(7);
  });

  test("of a model without the cache make the causal session read everything itself, and are right", async () => {
    const [causal, masked] = [numbers(), maskedModel()];
    const cached = withPrefixCache(causal);
    await read(cached, "12345");
    const session = await cached.createSession();
    const over = await masked.createSession(session);
    await readIn(session, "12349");
    expect((await over.predict(ids("7"))).row(0)[0]).toBe(123497);
    expect(positions(causal)).toEqual([5, 5]);
  });

  test("if one is opened while the first pass runs, the session reads everything itself too", async () => {
    const [causal, masked] = [numbers(), maskedModel()];
    const cached = withPrefixCache(causal);
    await read(cached, "12345");
    const session = await cached.createSession();
    const pass = session.forward(ids("12349"));
    await Promise.resolve();
    const over = await masked.createSession(session);
    await pass;
    expect((await over.predict(ids("7"))).row(0)[0]).toBe(123497);
    await Promise.all([over.dispose(), session.dispose()]);
    await cached.prefixCache.clear();
    expect(causal.openSessions()).toBe(0);
  });
});

test.each([
  [{}, {}, "model must be a causal model, or a model with one"],
  [numbers(), { maxBytes: -1 }, "maxBytes must be an integer >= 0"],
  [numbers(), { maxSequences: 0.5 }, "maxSequences must be an integer >= 0"],
  [numbers(), { bytes: 1 }, 'option "bytes" must be one of its options (maxBytes, maxSequences)'],
])("rejects %o, %o", (model, options, message) => {
  const create = (): unknown => withPrefixCache(model, options as never);
  expect(create).toThrow(InvalidOptionError);
  expect(create).toThrow(message);
});
