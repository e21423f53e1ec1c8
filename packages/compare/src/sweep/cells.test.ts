import { expect, test } from "vitest";
import { cellCount, type CellContent, cellKey, cellsOf, type ResolvedPlan } from "./cells.ts";
import { smallPlan } from "./sweep-for-tests.ts";

const content: CellContent = {
  model: "m",
  draft: null,
  decoder: "top-p",
  options: { p: 0.9, temperature: 1 },
  plugin: null,
  prompt: "Once",
  seed: 3,
  maxNewTokens: 8,
  execution: "native",
  versions: "a@1",
};

test("a key depends on every part of the content, and not on the order of its members", () => {
  const key = cellKey(content);
  expect(key).toMatch(/^c[0-9a-f]{64}$/);
  const reversed = Object.fromEntries(Object.entries({ ...content, options: { temperature: 1, p: 0.9 } }).toReversed());
  expect(cellKey(reversed as unknown as CellContent)).toBe(key);
  const others: readonly Partial<CellContent>[] = [
    { model: "n" },
    { draft: "d" },
    { decoder: "greedy" },
    { options: { p: 0.91, temperature: 1 } },
    { plugin: "x" },
    { prompt: "once" },
    { seed: 4 },
    { maxNewTokens: 9 },
    { execution: "wasm" },
    { versions: "a@2" },
  ];
  expect(others.flatMap(Object.keys).toSorted()).toEqual(Object.keys(content).toSorted());
  expect(new Set([key, ...others.map((change) => cellKey({ ...content, ...change }))]).size).toBe(others.length + 1);
});

// By sha256sum over the canonical JSON, written by hand.
test("the key is the SHA-256 of the canonical JSON", () => {
  expect(cellKey(content)).toBe("ce96507e7ea439fa3723041203f9ee8fc779f92968d2259d6697aafb64890ede9");
});

const decoder = (specification: string, usesDraft: boolean) => ({
  specification,
  name: specification,
  options: {},
  plugin: null,
  usesDraft,
});
const resolved = (plan = smallPlan({ decoders: ["greedy", "draft"] })): ResolvedPlan => ({
  plan,
  model: "m",
  draft: "d",
  versions: "v",
  decoders: [decoder("greedy", false), decoder("draft", true)],
});

test("cells are every decoder on every prompt with every seed, each once", () => {
  const cells = [...cellsOf(resolved())];
  expect(cells).toHaveLength(cellCount(resolved().plan));
  expect(cells).toHaveLength(12);
  expect(cells.slice(0, 5).map(({ specification, promptId, content: { seed } }) => [specification, promptId, seed])).toEqual([
    ["greedy", "p0", 0],
    ["draft", "p0", 0],
    ["greedy", "p0", 1],
    ["draft", "p0", 1],
    ["greedy", "p1", 0],
  ]);
  expect(new Set(cells.map(({ key }) => key)).size).toBe(12);
});

test("another draft model changes only the cells that use it, and neither do name, id or further prompts change a key", () => {
  const keys = (plan: ResolvedPlan) => [...cellsOf(plan)].map(({ key }) => key);
  const before = keys(resolved());
  const after = keys({ ...resolved(), draft: "e" });
  expect(before.map((key, cell) => key === after[cell])).toEqual(before.map((_, cell) => cell % 2 === 0));
  const larger = smallPlan({
    name: "other",
    decoders: ["greedy", "draft"],
    prompts: [{ id: "first", text: "a" }, "bc", "def", "g"],
    seeds: 2,
  });
  expect(keys(resolved(larger)).slice(0, 12)).toEqual(before);
});

test("a plan of ten million cells takes no memory to walk", () => {
  const prompts = Array.from({ length: 1000 }, (_, index) => `prompt ${index}`);
  const plan = smallPlan({ decoders: ["greedy", "draft"], prompts, seeds: 5000 });
  expect(cellCount(plan)).toBe(10_000_000);
  const walk = cellsOf(resolved(plan));
  for (let cell = 0; cell < 1000; cell++) expect(walk.next().done).toBe(false);
});
