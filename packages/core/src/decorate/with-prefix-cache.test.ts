import { describe, expect, test } from "vitest";
import type { Session } from "../contracts/model.ts";
import { InvalidOptionError } from "../errors.ts";
import { failingModel } from "../testing/failing-model.ts";
import { interceptPasses } from "../testing/intercept-passes.ts";
import { withPrefixCache } from "./with-prefix-cache.ts";
import { BYTES_PER_TOKEN, ids, kept, numbers, positions, read, readIn, without } from "./prefix-cache/digits-for-tests.ts";

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

  test("and it says how much that was not", async () => {
    const cached = withPrefixCache(numbers());
    const reused: unknown[] = [];
    for (const digits of ["12345", "1239", "7"]) {
      const session = await cached.createSession();
      await session.forward(ids(digits));
      await session.forward(ids("1"));
      reused.push(session.positionsReused);
      await session.dispose();
    }
    expect(reused).toEqual([0, 3, 0]);
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
