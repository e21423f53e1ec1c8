import { expect, test } from "vitest";
import { uncloneableIn } from "./uncloneable.ts";

const nothing = (): void => undefined;
const symbol = Symbol("s");
const cyclic: { self?: unknown; fine: number } = { fine: 1 };
cyclic.self = cyclic;
const cyclicWithFunction: Record<string, unknown> = { fine: 1, nothing };
cyclicWithFunction.self = cyclicWithFunction;

test.each([5, "a", null, undefined, [1, { a: new Int32Array(2) }], new Date(0), new Map([[1, 2]]), new Error("e"), cyclic])(
  "%o can be sent",
  (value) => {
    expect(uncloneableIn(value, "x")).toBeUndefined();
  },
);

const outer: Record<string, unknown> = {};
outer.inner = { outer, nothing };

test.each([
  [outer, "x.inner.nothing", nothing],
  [nothing, "x", nothing],
  [symbol, "x", symbol],
  [[1, symbol], "x[1]", symbol],
  [{ a: 1, b: { c: [0, { d: nothing }] } }, "x.b.c[1].d", nothing],
  [cyclicWithFunction, "x.nothing", nothing],
])("the part that cannot be sent is found: %o", (value, path, part) => {
  expect(uncloneableIn(value, "x")).toEqual({ path, value: part });
});

test("the part is an object itself if it cannot be sent although all of its members can", () => {
  const weak = new WeakMap();
  expect(uncloneableIn({ weak }, "x")).toEqual({ path: "x.weak", value: weak });
  const pending = Promise.resolve();
  expect(uncloneableIn({ a: { pending } }, "x")).toEqual({ path: "x.a.pending", value: pending });
});
