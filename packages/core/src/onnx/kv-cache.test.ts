import * as ort from "onnxruntime-common";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { compactPositions, copyPositions, rangesOf } from "./cache-positions.ts";
import { emptyCache } from "./empty-cache.ts";
import type { CacheLayout } from "./cache-layout.ts";
import type { KvCache } from "./kv-cache.ts";

const HEADS = 2;
const SIZE = 3;
const layout: CacheLayout = {
  ort,
  tensors: [
    { input: "past.0", output: "present.0", type: "float32", dims: [1, HEADS, 0, SIZE], axis: 2 },
    { input: "past.1", output: "present.1", type: "float32", dims: [1, HEADS, 0, SIZE], axis: 2 },
  ],
};

/** Returns a distinct number for every layer, head, token and index within the head. */
const element = (layer: number, head: number, token: number, index: number): number => layer * 10_000 + head * 1000 + token * 10 + index;

function tensorOf(layer: number, tokens: readonly number[]): ort.Tensor {
  const values = [];
  for (let head = 0; head < HEADS; head++)
    for (const token of tokens) for (let index = 0; index < SIZE; index++) values.push(element(layer, head, token, index));
  return new ort.Tensor("float32", Float32Array.from(values), [1, HEADS, tokens.length, SIZE]);
}

const read = (count: number): Int32Array => new Int32Array(count);

/** Returns the outputs of a pass after which the cache holds `tokens`. */
const outputsOf = (tokens: readonly number[]): Record<string, ort.Tensor> => ({
  "present.0": tensorOf(0, tokens),
  "present.1": tensorOf(1, tokens),
});

async function expectTokens(cache: KvCache, tokens: readonly number[]): Promise<void> {
  await cache.compact();
  expect(cache.length).toBe(tokens.length);
  for (const layer of [0, 1]) {
    const fed = cache.feeds()[`past.${layer}`]!;
    expect(fed.dims).toEqual([1, HEADS, tokens.length, SIZE]);
    expect(fed.data).toEqual(tensorOf(layer, tokens).data);
  }
}

/** Counts how often each tensor is disposed. */
function countDisposals(outputs: Record<string, ort.Tensor>): () => number[] {
  const counts = Object.values(outputs).map((tensor) => {
    const count = { disposals: 0 };
    const dispose = tensor.dispose.bind(tensor);
    tensor.dispose = () => {
      count.disposals++;
      dispose();
    };
    return count;
  });
  return () => counts.map(({ disposals }) => disposals);
}

describe("a cache", () => {
  test.each([
    ["float32", Float32Array],
    ["float16", Uint16Array],
  ] as const)("is empty at first, in %s", (type, TypedArray) => {
    const cache = emptyCache({ ...layout, tensors: layout.tensors.map((tensor) => ({ ...tensor, type })) });
    expect(cache.length).toBe(0);
    expect(Object.keys(cache.feeds())).toEqual(["past.0", "past.1"]);
    const { dims, data, type: actual } = cache.feeds()["past.1"]!;
    expect([dims, actual]).toEqual([[1, HEADS, 0, SIZE], type]);
    // A newer JavaScript engine represents float16 as a Float16Array.
    expect(data).toMatchObject({ length: 0, BYTES_PER_ELEMENT: TypedArray.BYTES_PER_ELEMENT });
    expect(cache.compact()).toBeUndefined();
  });

  test("takes over the tensors of a pass and releases the old ones", async () => {
    const cache = emptyCache(layout);
    const first = outputsOf([1]);
    const disposals = countDisposals(first);
    cache.replace(first, read(1));
    expect(cache.feeds()["past.0"]).toBe(first["present.0"]);
    expect(cache.compact()).toBeUndefined();
    cache.replace(outputsOf([1, 2, 3]), read(2));
    expect(disposals()).toEqual([1, 1]);
    await expectTokens(cache, [1, 2, 3]);
  });

  test("drops rewound positions within its own memory, and disposes the longer tensors", async () => {
    const cache = emptyCache(layout);
    const outputs = outputsOf([1, 2, 3, 4]);
    const memory = outputs["present.0"]!.data as Float32Array;
    const disposals = countDisposals(outputs);
    cache.replace(outputs, read(4));
    cache.length = 2;
    await expectTokens(cache, [1, 2]);
    expect((cache.feeds()["past.0"]!.data as Float32Array).buffer).toBe(memory.buffer);
    expect(disposals()).toEqual([1, 1]);
  });

  test("copies the remaining positions while a fork holds the tensors, which the last owner disposes", async () => {
    const cache = emptyCache(layout);
    const outputs = outputsOf([1, 2, 3, 4]);
    const disposals = countDisposals(outputs);
    cache.replace(outputs, read(4));
    const fork = cache.fork();
    cache.length = 2;
    await expectTokens(cache, [1, 2]);
    expect(disposals()).toEqual([0, 0]);
    await expectTokens(fork, [1, 2, 3, 4]);
    fork.length = 3;
    await expectTokens(fork, [1, 2, 3]);
    expect(disposals()).toEqual([1, 1]);
    await expectTokens(cache, [1, 2]);
  });

  test("a fork has the length of the original, not of its tensors, and shared tensors are disposed once", async () => {
    const cache = emptyCache(layout);
    const outputs = outputsOf([1, 2, 3]);
    const disposals = countDisposals(outputs);
    cache.replace(outputs, read(3));
    cache.length = 1;
    const fork = cache.fork();
    expect(fork.length).toBe(1);
    cache.dispose();
    cache.dispose();
    expect(disposals()).toEqual([0, 0]);
    await expectTokens(fork, [1]);
    expect(disposals()).toEqual([1, 1]);
    fork.dispose();
    expect(disposals()).toEqual([1, 1]);
  });

  test("takes over a part of the tensors of a pass", async () => {
    const cache = emptyCache(layout);
    const kept = outputsOf([1, 2]);
    const disposals = countDisposals(kept);
    cache.replace(kept, read(2));
    await cache.replaceByPart(outputsOf([1, 2, 3, 4, 5, 6]), rangesOf(2, [3, 5]), 4);
    await expectTokens(cache, [1, 2, 4, 6]);
    expect(disposals()).toEqual([1, 1]);
  });
});

describe("a cache of a graph that returns new positions only", () => {
  const appending: CacheLayout = { ...layout, tensors: layout.tensors.map((tensor) => ({ ...tensor, returnsNew: true })) };
  const bufferOf = (cache: KvCache): ArrayBufferLike => (cache.feeds()["past.0"]!.data as Float32Array).buffer;

  /** Runs a pass that returns the keys and values of `tokens`. */
  async function pass(cache: KvCache, tokens: readonly number[]): Promise<() => number[]> {
    await cache.compact();
    const outputs = outputsOf(tokens);
    const disposals = countDisposals(outputs);
    cache.replace(outputs, read(tokens.length));
    return disposals;
  }

  test("appends them in place while there is room, and disposes what the pass returned", async () => {
    const cache = emptyCache(appending);
    await pass(cache, [1, 2]);
    await expectTokens(cache, [1, 2]);
    const buffer = bufferOf(cache);
    const disposals = await pass(cache, [3]);
    // Only the next pass needs them in place.
    expect(disposals()).toEqual([0, 0]);
    expect(cache.bytes).toBe(2 * (buffer.byteLength + HEADS * SIZE * 4));
    await expectTokens(cache, [1, 2, 3]);
    expect(disposals()).toEqual([1, 1]);
    expect(bufferOf(cache)).toBe(buffer);
    expect(cache.bytes).toBe(2 * buffer.byteLength);
    cache.length = 1;
    await expectTokens(cache, [1]);
    expect(bufferOf(cache)).toBe(buffer);
    for (let token = 10; token < 80; token++) await pass(cache, [token]);
    await expectTokens(cache, [1, ...Array.from({ length: 70 }, (_, index) => 10 + index)]);
    expect(bufferOf(cache)).not.toBe(buffer);
  });

  test("appends only those that are kept", async () => {
    const cache = emptyCache(appending);
    await pass(cache, [1, 2]);
    const disposals = await pass(cache, [3, 4, 5, 6]);
    cache.length = 4;
    await expectTokens(cache, [1, 2, 3, 4]);
    expect(disposals()).toEqual([1, 1]);
    const dropped = await pass(cache, [7, 8]);
    cache.length = 3;
    await expectTokens(cache, [1, 2, 3]);
    expect(dropped()).toEqual([1, 1]);
    const unused = await pass(cache, [9]);
    cache.dispose();
    expect(unused()).toEqual([1, 1]);
  });

  test("appends them to a copy while a fork holds the tensors", async () => {
    const cache = emptyCache(appending);
    await pass(cache, [1, 2]);
    const fork = cache.fork();
    const buffer = bufferOf(fork);
    await pass(cache, [3]);
    await expectTokens(cache, [1, 2, 3]);
    await expectTokens(fork, [1, 2]);
    // The fork is the only owner now.
    await pass(fork, [4]);
    await expectTokens(fork, [1, 2, 4]);
    expect(bufferOf(fork)).toBe(buffer);
    await expectTokens(cache, [1, 2, 3]);
  });

  test.each([1, 2, 3, 4])("holds what one of a graph that returns all positions holds, after any calls (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    const below = (end: number): number => Math.floor(random.uniform() * end);
    interface Twins {
      readonly all: KvCache;
      readonly added: KvCache;
      tokens: number[];
    }
    const twins: Twins[] = [{ all: emptyCache(layout), added: emptyCache(appending), tokens: [] }];
    let next = 0;
    for (let call = 0; call < 120; call++) {
      const one = twins[below(twins.length)]!;
      const { all, added, tokens } = one;
      const fresh = Array.from({ length: 1 + below(6) }, () => next++ % 90);
      const action = below(5);
      if (action === 0) {
        one.tokens = tokens.slice(0, below(tokens.length + 1));
        for (const cache of [all, added]) cache.length = one.tokens.length;
      } else if (action === 1) {
        if (twins.length < 4) twins.push({ all: all.fork(), added: added.fork(), tokens: [...tokens] });
        else for (const cache of Object.values(twins.pop()!).slice(0, 2)) (cache as KvCache).dispose();
      } else {
        for (const cache of [all, added]) await cache.compact();
        if (action === 2) {
          const nodes = fresh.map((_, node) => node).filter(() => random.uniform() < 0.6);
          one.tokens = [...tokens, ...nodes.map((node) => fresh[node]!)];
          const ranges = rangesOf(
            tokens.length,
            nodes.map((node) => tokens.length + node),
          );
          await all.replaceByPart(outputsOf([...tokens, ...fresh]), ranges, one.tokens.length);
          await added.replaceByPart(outputsOf(fresh), ranges, one.tokens.length);
        } else {
          one.tokens = [...tokens, ...fresh];
          all.replace(outputsOf(one.tokens), read(fresh.length));
          added.replace(outputsOf(fresh), read(fresh.length));
        }
      }
      for (const twin of twins) for (const cache of [twin.all, twin.added]) expect(cache.length).toBe(twin.tokens.length);
      const checked = twins[below(twins.length)]!;
      await expectTokens(checked.all, checked.tokens);
      await expectTokens(checked.added, checked.tokens);
    }
  });

  test("keeps the bits of a float16 cache", async () => {
    const tensors = appending.tensors.map((tensor) => ({ ...tensor, type: "float16" as const }));
    const cache = emptyCache({ ...appending, tensors });
    // Also those of numbers that are not one.
    const half = (first: number): ort.Tensor =>
      new ort.Tensor(
        "float16",
        Uint16Array.from({ length: HEADS * SIZE }, (_, index) => first + index),
        [1, HEADS, 1, SIZE],
      );
    for (const first of [0x7c01, 0x3c00]) {
      cache.replace({ "present.0": half(first), "present.1": half(first) }, read(1));
      await cache.compact();
    }
    const { data } = cache.feeds()["past.1"]!;
    const { buffer, byteOffset, length } = data as Uint16Array;
    const bits = [0x7c01, 0x3c00, 0x7c04, 0x3c03].flatMap((first) => [first, first + 1, first + 2]);
    expect(Array.from(new Uint16Array(buffer, byteOffset, length))).toEqual(bits);
  });
});

describe.each([
  ["copied", copyPositions],
  ["compacted", compactPositions],
])("positions %s", (_how, take) => {
  test.each([
    [[[0, 5]], [1, 2, 3, 4, 5]],
    [[[0, 2]], [1, 2]],
    [[[3, 5]], [4, 5]],
    [
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      [1, 3, 5],
    ],
    [[[0, 0]], []],
    [
      [
        [0, 1],
        [9, 10],
      ],
      [1, 10],
    ],
  ] as const)("hold the ranges %j", async (ranges, tokens) => {
    const [taken] = await take(layout, [tensorOf(1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])], ranges);
    expect(taken!.dims).toEqual([1, HEADS, tokens.length, SIZE]);
    expect(taken!.data).toEqual(tensorOf(1, tokens).data);
  });

  test("keep the type of a float16 cache", async () => {
    const values = Uint16Array.from({ length: HEADS * 3 * SIZE }, (_, index) => index);
    const [taken] = await take(layout, [new ort.Tensor("float16", values, [1, HEADS, 3, SIZE])], [[1, 3]]);
    expect(taken!.type).toBe("float16");
    const data = taken!.data as Uint16Array;
    expect(Array.from(new Uint16Array(data.buffer, data.byteOffset, data.length))).toEqual([3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17]);
  });
});

test("copying leaves the original unchanged", async () => {
  const original = tensorOf(0, [1, 2, 3]);
  const [copy] = await copyPositions(layout, [original], [[0, 2]]);
  (copy!.data as Float32Array).fill(-1);
  expect(original.data).toEqual(tensorOf(0, [1, 2, 3]).data);
});

test("ranges join neighbours", () => {
  expect(rangesOf(3, [])).toEqual([[0, 3]]);
  expect(rangesOf(3, [3, 4, 6, 8, 9])).toEqual([
    [0, 5],
    [6, 7],
    [8, 10],
  ]);
  expect(rangesOf(0, [1, 2])).toEqual([
    [0, 0],
    [1, 3],
  ]);
});
