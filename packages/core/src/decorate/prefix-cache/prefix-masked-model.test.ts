import { describe, expect, test } from "vitest";
import type { MaskedModel } from "../../contracts/model.ts";
import { memoryMaskedModel } from "../../testing/memory-masked-model.ts";
import { withPrefixCache } from "../with-prefix-cache.ts";
import { withProcessors } from "../with-processors.ts";
import { ids, numbers, positions, read, readIn, VOCAB } from "./digits-for-tests.ts";

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
