import * as ort from "onnxruntime-common";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { emptyCache } from "./empty-cache.ts";
import type { KvCache } from "./kv-cache.ts";

const layout: CacheLayout = {
  ort,
  tensors: [
    { input: "past.0.key", output: "present.0.key", type: "float32", dims: [1, 1, 0, 1], axis: 2 },
    { input: "past_conv.1", output: "present_conv.1", type: "float32", dims: [1, 2], axis: undefined },
  ],
};
const withoutKeys: CacheLayout = { ort, tensors: layout.tensors.slice(1) };
const withoutState: CacheLayout = { ort, tensors: [] };

/** Every tensor that a pass of these tests has made, to count those that are not disposed. */
const made = new Set<ort.Tensor>();

function tensorOf(values: readonly number[], dims: readonly number[]): ort.Tensor {
  const tensor = new ort.Tensor("float32", Float32Array.from(values), dims);
  const dispose = tensor.dispose.bind(tensor);
  tensor.dispose = () => {
    expect(made.delete(tensor), "disposed once").toBe(true);
    dispose();
  };
  made.add(tensor);
  return tensor;
}

/** Reads `tokens` as a graph would whose state is (number of tokens, weighted sum of tokens), and whose keys are the tokens. */
async function read(cache: KvCache, tokens: readonly number[]): Promise<void> {
  await cache.compact();
  const all = [...(cache.unread() ?? []), ...tokens];
  const feeds = cache.feeds();
  const outputs: Record<string, ort.Tensor> = {};
  const state = feeds["past_conv.1"]?.data as Float32Array | undefined;
  if (state) {
    let [count, sum] = [state[0]!, state[1]!];
    expect(count, "the state is that of the first cache.past tokens").toBe(cache.past);
    for (const token of all) sum = (sum * 3 + token + count++) % 8191;
    outputs["present_conv.1"] = tensorOf([count, sum], [1, 2]);
  }
  const keys = feeds["past.0.key"]?.data as Float32Array | undefined;
  if (keys) {
    const grown = [...keys, ...all];
    outputs["present.0.key"] = tensorOf(grown, [1, 1, grown.length, 1]);
  }
  cache.replace(outputs, Int32Array.from(all));
}

/** Returns what a pass that follows would be fed, once it has read what it has to read again. */
async function held(cache: KvCache): Promise<object> {
  await cache.compact();
  const { length } = cache;
  const values = Object.fromEntries(Object.entries(cache.feeds()).map(([name, { data }]) => [name, [...(data as Float32Array)]]));
  return { length, past: cache.past, unread: [...(cache.unread() ?? [])], values };
}

describe.each([
  ["fixed states and keys", layout],
  ["fixed states only", withoutKeys],
  ["no state", withoutState],
])("a cache of %s", (_what, tensors) => {
  test("holds after any reads, rewinds and forks what a fresh one holds after the same tokens", async () => {
    const random = seededRandom(5);
    const below = (limit: number): number => Math.floor(random.uniform() * limit);
    for (let run = 0; run < 20; run++) {
      let [cache, tokens] = [emptyCache(tensors), [] as number[]];
      for (let step = 0; step < 25; step++) {
        const kind = below(4);
        if (kind === 0) {
          const length = below(tokens.length + 1);
          cache.length = length;
          tokens = tokens.slice(0, length);
        } else if (kind === 1) {
          const fork = cache.fork();
          if (below(2) === 0) await read(cache, [below(50)]);
          cache.dispose();
          cache = fork;
        } else {
          const more = Array.from({ length: 1 + below(4) }, () => below(50));
          await read(cache, more);
          tokens = [...tokens, ...more];
        }
        expect(cache.length).toBe(tokens.length);
        // A fork may read on: the cache itself must not change.
        const fork = cache.fork();
        await read(fork, [1]);
        const fresh = emptyCache(tensors);
        await read(fresh, [...tokens, 1]);
        expect(await held(fork)).toEqual(await held(fresh));
        fork.dispose();
        fresh.dispose();
      }
      cache.dispose();
      expect(made.size, "tensors that are left").toBe(0);
    }
  });
});

test("rewinding goes back by no more than the last two passes where it can, and reads the rest again", async () => {
  const cache = emptyCache(layout);
  await read(cache, [1, 2, 3]);
  await read(cache, [4, 5]);
  await read(cache, [6, 7, 8]);
  cache.length = 6;
  await cache.compact();
  expect([cache.past, [...cache.unread()!]]).toEqual([5, [6]]);
  // The state after the first pass is no longer there.
  cache.length = 4;
  await cache.compact();
  expect([cache.past, [...cache.unread()!]]).toEqual([0, [1, 2, 3, 4]]);
  cache.dispose();
});
