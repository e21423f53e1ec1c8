import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { memoryModel } from "./memory-model.ts";

/** The only logit is the prefix, read as a decimal number. */
const model = (tree?: boolean) =>
  memoryModel({ vocabSize: 10, contextLength: 8, tree, logitsAfter: (prefix) => new Float32Array(10).fill(Number(prefix.join(""))) });

describe("trees of memoryModel", () => {
  test("are read path by path, and only the kept path is cached", async () => {
    const causal = model(true);
    const session = await causal.createSession();
    await session.forward(Int32Array.of(1, 2));
    const logits = await session.forwardTree!(Int32Array.of(3, 4, 5, 6), Int32Array.of(-1, 0, 0, 2));
    expect([0, 1, 2, 3].map((node) => logits.row(node)[0])).toEqual([123, 1234, 1235, 12356]);
    expect(session.length).toBe(2);
    await session.keepPath!(Int32Array.of(0, 2));
    expect(session.length).toBe(4);
    expect((await session.forward(Int32Array.of(7))).row(0)[0]).toBe(12357);
    expect(causal.passes().at(-2)).toMatchObject({ start: 2, positions: 4, rows: 4 });
  });

  test("must be trees, and paths must be of the last one", async () => {
    const session = await model(true).createSession();
    await expect(session.forwardTree!(Int32Array.of(1, 2), Int32Array.of(-1, 1))).rejects.toThrow("parents[1]");
    await expect(session.forwardTree!(Int32Array.of(1, 2), Int32Array.of(-1))).rejects.toThrow(InvalidOptionError);
    await session.forwardTree!(Int32Array.of(1, 2), Int32Array.of(-1, -1));
    await expect(session.keepPath!(Int32Array.of(0, 1))).rejects.toThrow("a path of the last tree");
    await session.forward(Int32Array.of(1));
    await expect(session.keepPath!(Int32Array.of(0))).rejects.toThrow("a path of the last tree");
  });

  test("are available only on request", async () => {
    expect(model().capabilities.tree).toBe(false);
    expect("forwardTree" in (await model().createSession())).toBe(false);
  });
});
