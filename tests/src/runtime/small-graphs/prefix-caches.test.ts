import { type CausalModel, generate, type LanguageModel } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { maskedDraft, speculative } from "@decodekit/speculative";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HAND_MADE_CASES } from "../../models/hand-made-cases.ts";
import { countedRow, countingModel, straight } from "../../support/counting-graph.ts";
import { walkSessions } from "../../support/session-walk.ts";
import { stateModel } from "../../support/state-graph.ts";
import { staticModel, staticRow } from "../../support/static-graph.ts";
import { type WatchedGraphs, watchGraphs } from "../../support/watch-graphs.ts";

// Graphs with known rows of every cache layout, below a prefix cache.

const native = { execution: "native" } as const;
const states = HAND_MADE_CASES.filter(({ message, states: all }) => message === undefined && all.some(({ kind }) => kind === "fixed"));

let watched: WatchedGraphs;
beforeEach(async () => {
  watched = await watchGraphs();
});
afterEach(() => vi.restoreAllMocks());

/** Walks through sessions, each walk beginning with what the ones before have left. */
async function walk(model: CausalModel, rowAfter: (tokens: readonly number[]) => Float32Array | Promise<Float32Array>): Promise<void> {
  for (let seed = 0; seed < 6; seed++) {
    const expectRow = async (row: Float32Array, tokens: readonly number[], what: string): Promise<void> =>
      expect([...row], what).toEqual([...(await rowAfter(tokens))]);
    await walkSessions({ model, seed, steps: 60, beginAlike: true, expectRow });
  }
}

/** Checks that the cache was of use, and that nothing is held after the model's end. */
async function expectFreed(model: ReturnType<typeof withPrefixCache<OnnxLanguageModel>>): Promise<void> {
  const { hits, positionsReused, sequences, bytes } = model.prefixCache.statistics();
  expect([hits > 0, positionsReused > 0, sequences > 0, bytes > 0]).toEqual([true, true, true, true]);
  expect(watched.heldTensors().length).toBeGreaterThan(0);
  await model.dispose();
  expect(watched.heldTensors()).toEqual([]);
}

describe("sessions have the rows of their own tokens", () => {
  test.each(["float32", "float16"] as const)("with growing caches in %s, also after trees", async (cacheType) => {
    const model = withPrefixCache(await loadModel(countingModel({ cacheType, canvas: true }), native), { maxSequences: 5 });
    await walk(model.causal, (tokens) => countedRow(straight(tokens)));
    await expectFreed(model);
  });

  test("with buffers of fixed size", async () => {
    const model = withPrefixCache(await loadModel(staticModel(), native), { maxBytes: 1000 });
    await walk(model.causal, staticRow);
    expect(model.prefixCache.statistics().bytes).toBe(5 * 12 * 4 * 4);
    await expectFreed(model);
  });

  test.each(states)("with fixed states: $name", async ({ states: tensors, inputs, config }) => {
    const loaded = await loadModel(stateModel(tensors, inputs, config), native);
    const model = withPrefixCache(loaded, { maxSequences: 5 });
    await walk({ ...model.causal, contextLength: 24 }, async (tokens) => {
      const fresh = await loaded.causal.createSession();
      const row = (await fresh.forward(Int32Array.from(tokens))).row(0).slice();
      await fresh.dispose();
      return row;
    });
    await expectFreed(model);
  });
});

test("the size of a session is that of its tensors", async () => {
  const model = await loadModel(countingModel(), native);
  const session = await model.causal.createSession();
  expect(session.cacheBytes).toBe(0);
  await session.forward(Int32Array.of(1, 2, 3));
  // Two layers with keys and values of two heads of three numbers.
  const position = 2 * 2 * 2 * 3 * 4;
  expect(session.cacheBytes).toBe(3 * position);
  const fork = await session.fork!();
  // They were appended, with room for 32 more.
  expect(session.cacheBytes).toBe((3 + 32) * position);
  expect(fork.cacheBytes).toBe(session.cacheBytes);
  await Promise.all([session.dispose(), fork.dispose()]);
  await model.dispose();
});

test("a tree of which no path was kept is freed at the end of its session", async () => {
  const model = withPrefixCache(await loadModel(countingModel({ canvas: true }), native));
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(1, 2, 3));
  const cache = watched.heldTensors().length;
  await session.forwardTree!(Int32Array.of(4, 5), Int32Array.of(-1, 0));
  expect(watched.heldTensors().length).toBe(2 * cache);
  await session.dispose();
  expect(watched.heldTensors().length).toBe(cache);
  await model.dispose();
});

test("a turn reads its new tokens only, also for the masked model over the same cache", async () => {
  const model = withPrefixCache(await loadModel(countingModel({ canvas: true }), native));
  const decode = async (prompt: string): Promise<string> => {
    const decoder = speculative({ drafter: maskedDraft(), draftLength: 2 });
    return (await generate(model as LanguageModel, prompt, { decoder, maxNewTokens: 4, stopTokens: [] }).result).text;
  };
  const first = await decode("abcdeabc");
  watched.forgetPasses();
  await decode(`abcdeabc${first}b`);
  // All but the last token of the answer were read.
  expect(watched.positions[0]).toBe(2);
  await model.dispose();
  expect(watched.heldTensors()).toEqual([]);
});

test("turns, aborted decodes and forks leave what the cache holds within its limits, and nothing after the end", async () => {
  const model = withPrefixCache(await loadModel(countingModel(), native), { maxSequences: 2 });
  const decode = async (prompt: string, signal?: AbortSignal): Promise<string> =>
    (await generate(model, prompt, { decoder: greedy(), maxNewTokens: 3, stopTokens: [], signal }).result).text;
  const tensors = 4;
  // Each sequence also holds what its last pass added.
  const most = 2 * 2 * tensors;
  for (let prompt = "ab"; prompt.length < 20; prompt += `c${await decode(prompt)}`) {
    expect(watched.heldTensors().length).toBeLessThanOrEqual(most);
  }
  for (let index = 0; index < 50; index++) {
    const controller = new AbortController();
    watched.atRun = () => controller.abort(new Error("enough"));
    await decode("abcabcabdd".slice(0, 2 + (index % 9)), controller.signal);
    // The next call waits for the pass that still ran.
    await (await model.causal.createSession()).dispose();
    expect(watched.heldTensors().length).toBeLessThanOrEqual(most);
  }
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(0, 1, 2, 0, 1, 2));
  const forks = await Promise.all(Array.from({ length: 50 }, () => session.fork!()));
  await Promise.all(forks.map((fork, index) => fork.forward(Int32Array.of(index % 7))));
  await Promise.all([session, ...forks].map((each) => each.dispose()));
  expect(watched.heldTensors().length).toBeLessThanOrEqual(most);
  await model.dispose();
  expect(watched.heldTensors()).toEqual([]);
});
