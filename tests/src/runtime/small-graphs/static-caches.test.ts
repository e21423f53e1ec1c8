import { ContextLengthError } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { afterEach, describe, expect, test, vi } from "vitest";
import { walkSessions } from "../../support/session-walk.ts";
import { STATIC_POSITIONS, staticModel, staticRow } from "../../support/static-graph.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

afterEach(() => vi.restoreAllMocks());

describe.each(["native", "wasm"] as const)("a cache of fixed size on %s", (execution) => {
  test("holds the tokens of a session after any calls", async () => {
    const model = await loadModel(staticModel(), { execution });
    await walkSessions({
      model: model.causal,
      seed: 3,
      steps: 100,
      expectRow: (row, tokens, what) => expect([...row], what).toEqual([...staticRow(tokens)]),
    });
    await model.dispose();
  });
});

test("its size limits the context, and a full one can be rewound", async () => {
  const model = await loadModel(staticModel(), { execution: "native" });
  const { causal } = model;
  expect(causal.contextLength).toBe(STATIC_POSITIONS);
  const session = await causal.createSession();
  await session.forward(new Int32Array(STATIC_POSITIONS));
  await expect(session.forward(Int32Array.of(1))).rejects.toThrow(ContextLengthError);
  await session.rewindTo(STATIC_POSITIONS - 1);
  const row = (await session.forward(Int32Array.of(1))).row(0);
  expect([...row]).toEqual([...staticRow([...Array.from({ length: STATIC_POSITIONS - 1 }, () => 0), 1])]);
  await model.dispose();
  const short = await loadModel(staticModel([], { max_position_embeddings: 7 }), { execution: "native" });
  expect(short.causal.contextLength).toBe(7);
  await short.dispose();
});

test("buffers are freed once no session holds them, and a rewind makes none", async () => {
  const { freedTensors } = await watchGraphs();
  const model = await loadModel(staticModel(), { execution: "native" });
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(1, 2, 3));
  const fork = await session.fork!();
  await session.rewindTo(1);
  freedTensors();
  await session.forward(Int32Array.of(4));
  expect(freedTensors()).toBe(0);
  await fork.forward(Int32Array.of(4));
  expect(freedTensors()).toBe(1);
  await Promise.all([session.dispose(), fork.dispose()]);
  expect(freedTensors()).toBe(2);
  await model.dispose();
});

test("a growing state beside it is refused", async () => {
  const past = { name: "past_key_values.0.key", type: "float32", shape: ["batch", 1, "past", 4] } as const;
  await expect(loadModel(staticModel([past]), { execution: "native" })).rejects.toThrow("present.0.key");
});
