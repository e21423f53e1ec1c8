import { describe, expect, test } from "vitest";
import type { Session } from "../../contracts/model.ts";
import { withPrefixCache } from "../with-prefix-cache.ts";
import { BYTES_PER_TOKEN, kept, numbers, positions, read, readIn } from "./digits-for-tests.ts";

describe("limits of what is kept", () => {
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
