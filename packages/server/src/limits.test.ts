import { InvalidOptionError } from "@decodekit/core";
import { expect, test } from "vitest";
import { openaiServer } from "./openai-server.ts";
import { bytesModel, type Completion, CONTEXT, eventsOf, startServer } from "./server-for-tests.ts";

const codeOf = ({ error }: Pick<Completion, "error">): string | null | undefined => error?.code;

test.each([
  ["an unknown parameter", { frequency: 1 }, "frequency", "unknown_parameter"],
  ["an unknown member of one", { stream_options: { usage: true } }, "stream_options.usage", "unknown_parameter"],
  ["a missing one", { prompt: undefined }, "prompt", "missing_required_parameter"],
  ["a number as text", { temperature: "1" }, "temperature", "invalid_value"],
  ["one out of range", { top_p: 0 }, "top_p", "invalid_value"],
  ["a fraction", { max_tokens: 1.5 }, "max_tokens", "invalid_value"],
  ["more tokens than an answer may have", { max_tokens: 51 }, "max_tokens", "invalid_value"],
  ["too many texts", { n: 4 }, "n", "invalid_value"],
  ["too many texts of several prompts", { prompt: ["a", "b"], n: 2 }, "n", "invalid_value"],
  ["a best of fewer", { n: 3, best_of: 2 }, "best_of", "invalid_value"],
  ["a best of several as a stream", { best_of: 2, stream: true }, "best_of", "invalid_value"],
  ["too many stop strings", { stop: ["a", "b", "c"] }, "stop", "invalid_value"],
  ["an empty stop string", { stop: "" }, "stop", "invalid_value"],
  ["a bias of no token", { logit_bias: { x: 1 } }, "logit_bias", "invalid_value"],
  ["a bias of a token that there is not", { logit_bias: { 5000: 1 } }, "logit_bias", "invalid_value"],
  ["a suffix", { suffix: "end" }, "suffix", "invalid_value"],
  ["to store it", { store: true }, "store", "invalid_value"],
  ["tokens that there are not", { prompt: [1, 2 ** 32 + 97] }, "prompt[1]", "invalid_value"],
  ["a format", { response_format: { type: "json_object" } }, "response_format.type", "invalid_value"],
] as const)("%s is refused and named", async (_, parameters, param, code) => {
  const model = bytesModel();
  const { complete } = await startServer(model, { limits: { maxNewTokens: 50, maxChoices: 3, maxStopStrings: 2 } });
  const { status, error } = await complete({ prompt: "x", ...parameters });
  expect({ status, ...error }).toMatchObject({ status: 400, type: "invalid_request_error", param, code });
  expect(error!.message).toMatch(/must be|must have|Unknown|Missing/);
  expect(model.test.passes()).toEqual([]);
});

test("what clients send for other services has no effect", async () => {
  const { complete } = await startServer(bytesModel());
  const harmless = { user: "me", metadata: { a: "b" }, store: false, service_tier: "auto", prompt_cache_key: "k", suffix: null, n: null };
  const { status } = await complete({ prompt: "x", ...harmless, stream_options: null });
  expect(status).toBe(200);
});

test("a body that is too large is 413, one that is no JSON 400, another type 415", async () => {
  const { call } = await startServer(bytesModel(), { limits: { maxBodyBytes: 1000 } });
  const large = await call("/v1/completions", { model: "bytes", prompt: "x".repeat(1000) });
  expect([large.status, codeOf((await large.json()) as Completion)]).toEqual([413, "request_too_large"]);
  // Without a length, it is counted.
  const chunks = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(`{"a": "${"x".repeat(500)}`)),
  });
  const chunked = await call("/v1/completions", "", { body: chunks, duplex: "half" } as RequestInit).catch((error: unknown) => error);
  // Node answers and closes while the client still sends, which fetch may report first.
  if (chunked instanceof Response) expect(chunked.status).toBe(413);
  expect((await call("/v1/completions", "{")).status).toBe(400);
  expect((await call("/v1/completions", "[]")).status).toBe(400);
  expect((await call("/v1/completions", "{}", { headers: { "content-type": "text/plain" } })).status).toBe(415);
});

test("a prompt that is longer than the context, or leaves no room for the answer, is context_length_exceeded", async () => {
  const { complete } = await startServer(bytesModel());
  const long = await complete({ prompt: "x".repeat(CONTEXT) });
  expect([long.status, codeOf(long)]).toEqual([400, "context_length_exceeded"]);
  expect(long.error!.message).toContain(`${CONTEXT + 1} tokens`);
  expect(codeOf(await complete({ prompt: "x".repeat(50), max_tokens: 46 }))).toBe("context_length_exceeded");
  expect((await complete({ prompt: "x".repeat(50), max_tokens: 45 })).status).toBe(200);
  const short = await startServer(bytesModel(), { limits: { maxPromptTokens: 5 } });
  expect(codeOf(await short.complete({ prompt: "12345" }))).toBe("context_length_exceeded");
  expect((await short.complete({ prompt: "1234" })).status).toBe(200);
});

test("what does not fit into the queue is 429 with Retry-After; what waits is answered in turn", async () => {
  const model = bytesModel();
  const { complete, call } = await startServer(model, { limits: { maxConcurrent: 1, maxQueued: 2, retryAfterSeconds: 7 } });
  const release = model.hold();
  const health = async (): Promise<unknown> => (await call("/health")).json();
  const taken = [0, 1, 2].map((seed) => complete({ prompt: "x", seed, max_tokens: 5 }));
  await expect.poll(health).toEqual({ status: "ok", running: 1, waiting: 2 });
  const refused = await call("/v1/completions", { model: "bytes", prompt: "x" });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "7"]);
  expect(codeOf((await refused.json()) as Completion)).toBe("queue_full");
  release();
  expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await health()).toEqual({ status: "ok", running: 0, waiting: 0 });
});

test("a client that leaves, before or during its turn, ends its decode and frees the session", async () => {
  const PACE = 10;
  const model = bytesModel(PACE);
  const { call } = await startServer(model, { prefixCache: false, limits: { maxConcurrent: 1 } });
  const health = async (): Promise<unknown> => (await call("/health")).json();
  for (const stream of [false, true]) {
    const release = model.hold();
    const clients = [new AbortController(), new AbortController()];
    const body = { model: "bytes", prompt: "x", max_tokens: 60, stream };
    const sent = clients.map(({ signal }) => call("/v1/completions", body, { signal }).then((response) => response.text()));
    const outcomes = Promise.allSettled(sent);
    await expect.poll(health).toEqual({ status: "ok", running: 1, waiting: 1 });
    clients[1]!.abort();
    await expect.poll(health).toEqual({ status: "ok", running: 1, waiting: 0 });
    expect(model.test.openSessions()).toBe(1);
    clients[0]!.abort();
    release();
    await expect.poll(health).toEqual({ status: "ok", running: 0, waiting: 0 });
    expect(model.test.openSessions()).toBe(0);
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  }
  // Two whole texts would take 120.
  expect(model.test.passes().length).toBeLessThan(60);
});

test("the limit of time cuts a text, and refuses what has waited as long", async () => {
  const model = bytesModel();
  const { complete } = await startServer(model, { limits: { maxSeconds: 0.2, maxConcurrent: 1 } });
  const release = model.hold();
  const [cut, waited] = [complete({ prompt: "x", max_tokens: 50 }), complete({ prompt: "y" })];
  expect(await waited).toMatchObject({ status: 503, error: { code: "timeout" } });
  release();
  const { status, choices, usage } = await cut;
  expect([status, choices[0]!.finish_reason]).toEqual([200, "length"]);
  expect(usage.completion_tokens).toBeLessThan(50);
});

test("closing refuses further requests, lets running ones end, and frees what is kept", async () => {
  const model = bytesModel();
  const { complete, close } = await startServer(model);
  await complete({ prompt: "kept" });
  expect(model.test.openSessions()).toBe(1);
  const release = model.hold();
  const running = complete({ prompt: "x", max_tokens: 5 });
  await expect.poll(() => model.test.openSessions()).toBeGreaterThan(1);
  const closed = close({ graceSeconds: 60 });
  expect(await complete({ prompt: "y" })).toMatchObject({ status: 503, error: { code: "shutting_down" } });
  release();
  expect((await running).status).toBe(200);
  await closed;
  expect(model.test.openSessions()).toBe(0);
});

test("closing at once aborts a stream, which ends with an error", async () => {
  const model = bytesModel(10);
  const { call, close } = await startServer(model);
  const response = await call("/v1/completions", { model: "bytes", prompt: "x", max_tokens: 60, stream: true });
  const release = model.hold();
  const ended = Promise.all([close({ graceSeconds: 0 }), eventsOf(response)]);
  release();
  const [, { events, isDone }] = await ended;
  expect([events.at(-1)!.error?.code, isDone]).toEqual(["shutting_down", false]);
  expect(model.test.openSessions()).toBe(0);
});

test("a key is needed for everything but the health", async () => {
  const { call } = await startServer(bytesModel(), { apiKey: ["first", "second"] });
  const withKey = (key: string): Promise<Response> => call("/v1/models", undefined, { headers: { authorization: `Bearer ${key}` } });
  expect((await call("/health")).status).toBe(200);
  const without = await call("/v1/models");
  expect(without.status).toBe(401);
  expect((await without.json()) as Completion).toMatchObject({ error: { type: "authentication_error", code: "invalid_api_key" } });
  expect((await withKey("firs")).status).toBe(401);
  expect((await Promise.all([withKey("first"), withKey("second")])).map(({ status }) => status)).toEqual([200, 200]);
});

test("pages may call the server only if it says so, and only by its name if it has one", async () => {
  const origin = { headers: { origin: "https://page.example" } };
  const closed = await startServer(bytesModel());
  expect((await closed.call("/v1/models", undefined, origin)).headers.get("access-control-allow-origin")).toBeNull();
  const open = await startServer(bytesModel(), { corsOrigins: ["https://page.example"], apiKey: "key" });
  const preflight = await open.call("/v1/completions", undefined, {
    method: "OPTIONS",
    headers: { origin: "https://page.example", "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
  });
  expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "https://page.example"]);
  const named = openaiServer({ models: { bytes: bytesModel() }, hosts: ["localhost"] });
  const statuses = ["http://localhost:8080/health", "http://elsewhere.example/health"].map(
    async (url) => (await named.fetch(new Request(url))).status,
  );
  expect(await Promise.all(statuses)).toEqual([200, 403]);
});

test("nothing of a request is told of it, nor of an error that is not the client's", async () => {
  const model = bytesModel();
  const records: unknown[] = [];
  const errors: unknown[] = [];
  const failure = new TypeError("secret");
  const createSession = (): Promise<never> => Promise.reject(failure);
  const broken = { ...model, causal: { ...model.causal, createSession } };
  const options = { onRequest: (record: unknown) => void records.push(record), onError: (error: unknown) => void errors.push(error) };
  const { complete } = await startServer(broken, options);
  const { status, error } = await complete({ prompt: "secret" });
  expect({ status, ...error }).toMatchObject({ status: 500, type: "server_error", code: "internal_error" });
  expect(error!.message).not.toContain("secret");
  expect(errors).toEqual([failure]);
  expect(records).toEqual([{ method: "POST", path: "/v1/completions", status: 500, milliseconds: expect.any(Number) }]);
});

test("models are listed and described; others are 404", async () => {
  const { call, complete } = await startServer(bytesModel(), { models: { "org/a": bytesModel(), b: bytesModel() } });
  const list = (await (await call("/v1/models")).json()) as { data: readonly { id: string }[] };
  expect(list.data.map(({ id }) => id)).toEqual(["org/a", "b"]);
  expect(await (await call("/v1/models/org/a")).json()).toMatchObject({ id: "org/a", object: "model", max_model_len: CONTEXT });
  expect((await call("/v1/models/c")).status).toBe(404);
  expect(await complete({ prompt: "x" })).toMatchObject({ status: 404, error: { param: "model", code: "model_not_found" } });
  expect((await call("/v1/embeddings", {})).status).toBe(404);
});

test.each([
  ["models", {}],
  ["option", { model: 1 }],
  ["decoder", { decoder: "x" }],
  ["limits", { limits: { maxConcurrent: 0 } }],
  ["apiKey", { apiKey: "" }],
  ["apiKey", { apiKey: ["a key"] }],
  ["defaults", { defaults: { temp: 1 } }],
])("the option %s is checked when the server is made", (name, options) => {
  const given = { ...(name !== "models" && { models: { bytes: bytesModel() } }), ...options } as unknown as Parameters<
    typeof openaiServer
  >[0];
  expect(() => openaiServer(given)).toThrow(InvalidOptionError);
});
