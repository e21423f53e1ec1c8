import { DecodekitError, generate } from "@decodekit/core";
import { loadMaskedModel, loadModel, type OnnxLanguageModel, PassError } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { binary, CONTEXT_LENGTH, countedRow, countingModel, straight } from "../../support/counting-graph.ts";
import { bracketTokenizer, neighbourGraph, neighbourModel, neighbourRow, VOCAB_SIZE } from "../../support/neighbour-graph.ts";
import { onnxFile } from "../../support/onnx-writer.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

// Graphs that load and then fail: a table of positions that is shorter than the context length of config.json.

const tokens = (count: number): Int32Array => new Int32Array(count).fill(1);
const caught = (promise: Promise<unknown>): Promise<PassError> =>
  promise.then(
    () => expect.unreachable("the pass did not fail"),
    (error: unknown) => error as PassError,
  );

afterEach(() => vi.restoreAllMocks());

describe.each(["native", "wasm"] as const)("a pass that the runtime cannot run on %s", (execution) => {
  let model: OnnxLanguageModel;
  beforeEach(async () => {
    model = await loadModel(countingModel({ canvas: true }, { max_position_embeddings: 99 }), { execution });
  });
  afterEach(() => model.dispose());

  test("is an error that names the graph, the execution, what the runtime said and what to do", async () => {
    const session = await model.causal.createSession();
    const error = await caught(session.forward(tokens(CONTEXT_LENGTH + 1)));
    expect(error).toBeInstanceOf(PassError);
    expect(DecodekitError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "PASS", execution, source: "counting/onnx/model.onnx" });
    expect(error.reason).toMatch(/^[^\n]*Gather node.*out of data bounds.*idx=24.*$/);
    expect(error.reason).toContain((error.cause as Error).message);
    const advice = "Choose another file of the model (dtype or modelFile) or another execution.";
    expect(error.message).toBe(`${error.source}: a pass failed on ${execution} (${error.reason}). ${advice}`);
    await session.dispose();
  });

  test("leaves the session as it was, so that the next pass works or fails alike", async () => {
    const session = await model.causal.createSession();
    await session.forward(tokens(2));
    const errors = [await caught(session.forward(tokens(CONTEXT_LENGTH))), await caught(session.forward(tokens(CONTEXT_LENGTH)))];
    expect(errors[1]).toEqual(errors[0]);
    expect(session.length).toBe(2);
    const logits = await session.forward(Int32Array.of(3));
    expect(logits.row(0)).toEqual(countedRow(straight([1, 1, 3])));
    await session.dispose();
  });

  test("through the canvas graph names that graph", async () => {
    const session = await model.causal.createSession();
    await session.forward(tokens(CONTEXT_LENGTH - 1));
    const masked = await model.masked!.createSession(session);
    for (const failed of [
      caught(masked.predict(tokens(2))),
      caught(session.forwardTree!(tokens(2), Int32Array.of(-1, 0))),
      caught(session.forward(tokens(2))),
    ])
      expect((await failed).message).toContain("counting/onnx/canvas.onnx: a pass failed");
    expect((await masked.predict(tokens(1))).rows).toBe(1);
    await session.dispose();
  });

  test("ends a decode with that error, after its tokens were read, and the next decode works", async () => {
    const options = { decoder: greedy(), stopTokens: [] };
    const { events, result } = generate(model, tokens(CONTEXT_LENGTH - 3), { ...options, maxNewTokens: 20 });
    const failed = caught(result);
    const committed: number[] = [];
    const error = await caught(
      (async () => {
        for await (const event of events) if (event.type === "tokens-commit") committed.push(...event.tokens);
      })(),
    );
    expect(error).toBeInstanceOf(PassError);
    expect(await failed).toBe(error);
    expect(committed).toHaveLength(4);
    const { tokens: next } = await generate(model, tokens(CONTEXT_LENGTH - 3), { ...options, maxNewTokens: 4 }).result;
    expect([...next]).toEqual(committed);
  });
});

test("a failed pass leaks no tensor", async () => {
  const watched = await watchGraphs();
  const model = await loadModel(countingModel({}, { max_position_embeddings: 99 }), { execution: "native" });
  const session = await model.causal.createSession();
  await session.forward(tokens(2));
  // What a pass added to the cache is appended before the next one, also if that fails.
  await caught(session.forward(tokens(CONTEXT_LENGTH)));
  watched.freedTensors();
  for (let time = 0; time < 3; time++) expect(await caught(session.forward(tokens(CONTEXT_LENGTH)))).toBeInstanceOf(PassError);
  expect(watched.freedTensors()).toBe(0);
  await session.dispose();
  // The cache: keys and values of two layers.
  expect(watched.freedTensors()).toBe(4);
  await model.dispose();
  expect(watched.count).toEqual({ made: 1, released: 1 });
});

test("a pass of a graph without a cache fails likewise", async () => {
  const { weights, ...graph } = neighbourGraph({ statesVocabSize: false });
  const rows = 4;
  const short = weights.map((each) => {
    return each.name === "one-hot" ? { ...each, dims: [rows, VOCAB_SIZE], values: each.values.slice(0, rows * VOCAB_SIZE) } : each;
  });
  const { name, files } = neighbourModel({}, { tokenizer: bracketTokenizer(undefined, false) });
  const source = { name, files: { ...files, "onnx/model.onnx": binary(onnxFile({ ...graph, weights: short })) } };
  const model = await loadMaskedModel(source, { execution: "native" });
  const session = await model.masked.createSession();
  const error = await caught(session.predict(Int32Array.of(rows)));
  expect(error).toBeInstanceOf(PassError);
  expect(error.message).toMatch(/^neighbours\/onnx\/model\.onnx: a pass failed on native \(.*data bounds.*\)\. Choose another/);
  expect((await session.predict(Int32Array.of(rows - 1))).row(0)).toEqual(neighbourRow([rows - 1], 0));
  await model.dispose();
});
