import { testModel } from "@decodekit/conformance";
import { autoregressive, type CausalModel, type Decoder, greedySampler } from "@decodekit/core";
import { collectDecode, memoryMaskedModel } from "@decodekit/core/testing";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { promptLookup, speculative } from "@decodekit/speculative";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { type AtEnd, serveForTest, type TestAnswer, type TestRequest, type TestServer } from "../../http-server-for-tests.ts";
import { localModel, type RowsForTest, rowsForTest } from "../../model-for-tests.ts";
import { kserve } from "./kserve.ts";
import { kserveMasked } from "./kserve-masked.ts";

const PROMPT = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6);
const VOCAB_SIZE = 200;
const rows = rowsForTest(VOCAB_SIZE);
const { contextLength } = rows;

interface Served {
  /** Inputs beside `input_ids`. */
  readonly inputs: readonly string[];
  readonly datatype: "FP32" | "FP16";
  /** Whether it knows binary tensors. */
  readonly binary: boolean;
  /** Returns the rows for a sequence. */
  readonly rowsOf: (tokens: Int32Array) => readonly Float32Array[];
}

const causal =
  ({ rowAfter }: RowsForTest): Served["rowsOf"] =>
  (tokens) =>
    Array.from(tokens, (_, index) => rowAfter(tokens.slice(0, index + 1)));

const SERVED: Served = { inputs: ["rows"], datatype: "FP32", binary: true, rowsOf: causal(rows) };

interface InferHeader {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly parameters: { readonly binary_data_size: number };
  }[];
}

/** Serves a model by the Open Inference Protocol v2. */
function kserveForTest(
  atEnd: AtEnd,
  served: Partial<Served> = {},
  fault: (request: TestRequest) => TestAnswer | undefined = () => undefined,
): Promise<TestServer> {
  const model = { ...SERVED, ...served };
  return serveForTest(
    atEnd,
    (request) => fault(request) ?? (request.path.endsWith("/infer") ? infer(model, request) : metadata(model, request.path)),
  );
}

function metadata({ inputs, datatype }: Served, path: string): TestAnswer {
  if (path !== "/v2/models/stories") return { status: 404, json: { error: "Request for unknown model" } };
  const integers = ["input_ids", ...inputs].map((name) => ({ name, datatype: "INT64", shape: name === "rows" ? [1] : [1, -1] }));
  return {
    json: { name: "stories", platform: "onnx", inputs: integers, outputs: [{ name: "logits", datatype, shape: [1, -1, VOCAB_SIZE] }] },
  };
}

function infer({ datatype, binary, rowsOf }: Served, { headers, bytes }: TestRequest): TestAnswer {
  const length = Number(headers["inference-header-content-length"]);
  const header = JSON.parse(Buffer.from(bytes.subarray(0, length)).toString()) as InferHeader;
  let at = length;
  const values = new Map(
    header.inputs.map(({ name, parameters: { binary_data_size: size } }) => {
      const tensor = new BigInt64Array(bytes.slice(at, (at += size)).buffer);
      return [name, Int32Array.from(tensor, Number)] as const;
    }),
  );
  const tokens = values.get("input_ids")!;
  const all = rowsOf(tokens);
  const kept = all.slice(-(values.get("rows")?.[0] ?? all.length));
  const output = { name: "logits", datatype, shape: [1, kept.length, VOCAB_SIZE] };
  const floats = Float32Array.from(kept.flatMap((row) => [...row]));
  if (!binary) return { json: { model_name: "stories", outputs: [{ ...output, data: [...floats] }] } };
  const tensor = datatype === "FP32" ? new Uint8Array(floats.buffer) : new Uint8Array(halves(floats).buffer);
  const json = Buffer.from(JSON.stringify({ outputs: [{ ...output, parameters: { binary_data_size: tensor.length } }] }));
  return { bytes: Buffer.concat([json, tensor]), headers: { "inference-header-content-length": String(json.length) } };
}

/** The halves of values that are integers in [0, 2048), which have one. */
function halves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => {
    if (value === 0) return 0;
    const exponent = Math.floor(Math.log2(value));
    return ((exponent + 15) << 10) | ((value / 2 ** exponent - 1) * 1024);
  });
}

const connect = (server: TestServer, options: object = {}) => kserve({ url: server.url, model: "stories", contextLength, ...options });

describe.each<[string, Partial<Served>]>([
  ["rows of 32 bits", {}],
  ["a graph that returns all rows and has a mask and positions", { inputs: ["attention_mask", "position_ids"] }],
  ["a server without binary tensors", { binary: false }],
])("the contract of causal models, %s", async (_, served) => {
  const server = await kserveForTest(afterAll, served);
  testModel(test, await connect(server), { tolerance: 0 });
});

describe("the contract of causal models, rows of 16 bits", async () => {
  const integers = { ...rows, rowAfter: (tokens: Int32Array) => rows.rowAfter(tokens).map((logit) => Math.floor(logit)) };
  const server = await kserveForTest(afterAll, { datatype: "FP16", rowsOf: causal(integers) });
  const model = await connect(server);
  testModel(test, model, { tolerance: 0 });

  test("are those that were sent", async () => {
    const session = await model.createSession();
    expect((await session.forward(PROMPT)).row(0)).toEqual(integers.rowAfter(PROMPT));
  });
});

const decoders: Readonly<Record<string, () => Decoder<"causal">>> = {
  greedy: () => autoregressive({ name: "greedy", sampler: greedySampler }),
  temperature: () => autoregressive({ name: "temperature", sampler: temperatureSampler(1.3) }),
  "prompt lookup under top-p": () => speculative({ drafter: promptLookup(), sampler: temperatureSampler(0.8, 0.9) }),
};

test.each(Object.keys(decoders))("%s writes what it writes on the local model, event by event", async (name) => {
  const server = await kserveForTest(onTestFinished);
  const model = await connect(server);
  const tokensOf = async (each: CausalModel, seed: number): Promise<Int32Array> =>
    (await collectDecode(decoders[name]!().decode({ causal: each }, PROMPT, { maxNewTokens: 40, seed }))).tokens;
  for (const seed of [0, 1, 2]) expect(await tokensOf(model, seed)).toEqual(await tokensOf(localModel(rows), seed));
});

test("requests of one session have one name, those of others another", async () => {
  const server = await kserveForTest(onTestFinished);
  const model = await connect(server, { sessionHeader: "serve_multiplexed_model_id", apiKey: "k" });
  const [first, second] = [await model.createSession(), await model.createSession()];
  for (const session of [first, second, first]) await session.forward(PROMPT);
  const names = server.requests.slice(-3).map(({ headers }) => headers["serve_multiplexed_model_id"]);
  expect(names[0]).toBe(names[2]);
  expect(names[0]).not.toBe(names[1]);
  expect(server.requests.at(-1)!.headers.authorization).toBe("Bearer k");
});

describe("a masked model", () => {
  const MASK = 0;
  const logitsAt = (prefix: Int32Array, canvas: Int32Array, index: number): Float32Array =>
    Float32Array.from(
      { length: VOCAB_SIZE },
      (_, token) => ((token * 7 + index * 3 + prefix.length + canvas.reduce((sum, each) => sum + each, 0)) % 11) / 2,
    );
  const local = memoryMaskedModel({ vocabSize: VOCAB_SIZE, contextLength, maskTokenId: MASK, logitsAt });

  test("predicts each position of the canvas after its prefix, commits, rewinds and refuses what does not fit", async () => {
    // The prefix of this model is what stands before its masks.
    const rowsOf = (tokens: Int32Array): Float32Array[] => {
      const first = tokens.indexOf(MASK);
      const [prefix, canvas] = [tokens.slice(0, first), tokens.slice(first)];
      return Array.from(canvas, (_, index) => logitsAt(prefix, canvas, index));
    };
    const server = await kserveForTest(onTestFinished, { rowsOf });
    const model = await kserveMasked({ url: server.url, model: "stories", contextLength, maskTokenId: MASK });
    const [session, expected] = [await model.createSession(), await local.createSession()];
    const canvas = Int32Array.of(MASK, 9, MASK);
    for (const act of [
      async (each: typeof session) => each.commit(PROMPT),
      async (each: typeof session) => each.commit(Int32Array.of(7)),
      async (each: typeof session) => each.rewindTo(4),
    ]) {
      await Promise.all([act(session), act(expected)]);
      expect(session.length).toBe(expected.length);
      const [rowsHere, rowsThere] = [await session.predict(canvas), await expected.predict(canvas)];
      expect(rowsHere.rows).toBe(3);
      for (const index of [0, 1, 2]) expect(rowsHere.row(index)).toEqual(rowsThere.row(index));
    }
    await expect(session.predict(new Int32Array(contextLength).fill(MASK))).rejects.toMatchObject({ code: "CONTEXT_LENGTH" });
    await expect(session.predict(new Int32Array(0))).rejects.toMatchObject({ code: "INVALID_OPTION", option: "canvas" });
    await expect(session.rewindTo(5)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await session.dispose();
    await expect(session.predict(canvas)).rejects.toMatchObject({ code: "DISPOSED" });
  });
});

test("another masked model after a restart is noticed, in the middle of its use", async () => {
  let [calls, isOther] = [0, false];
  const server = await kserveForTest(onTestFinished, {}, ({ path }) => {
    if (!path.endsWith("/infer")) {
      const logits = { name: "logits", datatype: "FP32", shape: [1, -1, 7] };
      return isOther ? { json: { inputs: [{ name: "input_ids", datatype: "INT64", shape: [1, -1] }], outputs: [logits] } } : undefined;
    }
    if (++calls !== 2) return undefined;
    isOther = true;
    return { fault: "reset" };
  });
  const model = await kserveMasked({ url: server.url, model: "stories", contextLength, maskTokenId: 0 });
  const session = await model.createSession();
  await session.predict(PROMPT);
  await expect(session.predict(PROMPT)).rejects.toMatchObject({ code: "REMOTE", reason: "wrong-model" });
});

describe("a wrong answer is an error", () => {
  const answer = (json: object, tensor = new Uint8Array(0), length?: number): TestAnswer => {
    const header = Buffer.from(JSON.stringify(json));
    return { bytes: Buffer.concat([header, tensor]), headers: { "inference-header-content-length": String(length ?? header.length) } };
  };
  const logits = (shape: readonly number[], size: number, datatype = "FP32"): object => ({
    outputs: [{ name: "logits", datatype, shape, parameters: { binary_data_size: size } }],
  });
  test.each<[string, TestAnswer]>([
    ["fewer bytes than the shape says", answer(logits([1, 1, VOCAB_SIZE], 400), new Uint8Array(400))],
    ["bytes that were cut", answer(logits([1, 1, VOCAB_SIZE], 800), new Uint8Array(403))],
    ["another vocabulary", answer(logits([1, 1, 4], 16), new Uint8Array(16))],
    ["fewer rows", answer(logits([1, 0, VOCAB_SIZE], 0))],
    ["another type", answer(logits([1, 1, VOCAB_SIZE], 1600, "FP64"), new Uint8Array(1600))],
    [
      "another output",
      answer({ outputs: [{ name: "hidden", datatype: "FP32", shape: [1], parameters: { binary_data_size: 4 } }] }, new Uint8Array(4)),
    ],
    ["no outputs", answer({})],
    ["a JSON longer than the body", answer({}, new Uint8Array(0), 999)],
  ])("%s", async (_, wrong) => {
    let isWrong = false;
    const server = await kserveForTest(onTestFinished, {}, ({ path }) => (isWrong && path.endsWith("/infer") ? wrong : undefined));
    const model = await connect(server, { retries: 0 });
    const session = await model.createSession();
    isWrong = true;
    await expect(session.forward(PROMPT)).rejects.toMatchObject({ code: "REMOTE", reason: "invalid-answer" });
    isWrong = false;
    expect((await session.forward(PROMPT)).row(0)).toEqual(rows.rowAfter(PROMPT));
  });

  test("of a model with inputs that nobody knows how to fill", async () => {
    const server = await kserveForTest(onTestFinished, { inputs: ["past_key_values.0.key"] });
    await expect(connect(server)).rejects.toThrow("got input_ids, past_key_values.0.key");
  });

  test("of a server that does not have the model", async () => {
    const server = await kserveForTest(onTestFinished);
    await expect(connect(server, { model: "other" })).rejects.toMatchObject({ reason: "not-found", status: 404 });
  });
});
