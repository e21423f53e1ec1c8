import { greedy } from "@decodekit/greedy";
import { collectDecode } from "@decodekit/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import type { TestAnswer } from "../../http-server-for-tests.ts";
import { localModel, rowsForTest } from "../../model-for-tests.ts";
import { llamaServer, type LlamaServerOptions } from "./llama-server.ts";
import { type LlamaServerForTest, llamaServerForTest } from "./llama-server-for-tests.ts";

const PROMPT = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6);
const rows = rowsForTest(50);

async function connect(options: Partial<LlamaServerOptions> = {}) {
  const server = await llamaServerForTest(onTestFinished, rows);
  return { server, model: await llamaServer({ url: server.url, ...options }) };
}

type Model = Awaited<ReturnType<typeof llamaServer>>;

const decode = async (model: Model | ReturnType<typeof localModel>): Promise<Int32Array> =>
  (await collectDecode(greedy().decode({ causal: model }, PROMPT, { maxNewTokens: 12 }))).tokens;

/** Answers the n-th, n + 1-th … call for completions, counted from 1, with `answers`. */
function answerCalls(server: LlamaServerForTest, first: number, answers: readonly TestAnswer[]): void {
  let calls = 0;
  server.fault = ({ path }) => (path === "/completion" ? answers[++calls - first] : undefined);
}

describe("a fault that passes changes nothing but the number of requests", () => {
  test.each<[string, readonly TestAnswer[]]>([
    ["a connection that is reset", [{ fault: "reset" }]],
    ["an answer that breaks off", [{ halfOf: { index: 0, completion_probabilities: [] } }]],
    ["500", [{ status: 500, json: { error: { message: "no memory" } } }]],
    [
      "503 twice",
      [
        { status: 503, json: {} },
        { status: 503, json: {} },
      ],
    ],
    ["429 with the time to wait", [{ status: 429, json: {}, headers: { "retry-after": "0" } }]],
    ["half of a JSON text in a whole answer", [{ bytes: Buffer.from('{"index": 0, "mod') }]],
  ])("%s", async (_, answers) => {
    const { server, model } = await connect();
    const expected = await decode(localModel(rows));
    const { requests, failures } = model.usage();
    answerCalls(server, 5, answers);
    expect(await decode(model)).toEqual(expected);
    const after = model.usage();
    expect(after.failures - failures).toBe(answers.length);
    expect(after.requests - requests).toBeGreaterThanOrEqual(12 + answers.length);
  });

  test("a server that was away for a while, and has lost its cache", async () => {
    const { server, model } = await connect();
    const expected = await decode(localModel(rows));
    const session = await model.createSession();
    await session.forward(PROMPT);
    await server.close();
    const pass = session.forward(expected.slice(0, 1));
    setTimeout(() => void server.reopen(), 400);
    const row = rows.rowAfter(Int32Array.of(...PROMPT, expected[0]!));
    expect((await pass).row(0).indexOf(Math.max(...(await pass).row(0)))).toBe(row.indexOf(Math.max(...row)));
  });
});

const MESSAGE_LIMIT = 400;

describe("a fault that does not pass is an error that says where and what to do, and the next call works", () => {
  test.each<[string, TestAnswer, Partial<LlamaServerOptions>, object]>([
    [
      "401",
      { status: 401, json: { error: { message: "Invalid API Key k-123" } } },
      { apiKey: "k-123" },
      { reason: "unauthorized", status: 401 },
    ],
    ["404", { status: 404, json: { error: { message: "File Not Found" } } }, {}, { reason: "not-found" }],
    ["400", { status: 400, json: { error: { message: "prompt exceeds the context" } } }, {}, { reason: "refused" }],
    ["a redirect", { status: 302, json: {}, headers: { location: "http://127.0.0.1:1/" } }, { apiKey: "k-123" }, { reason: "refused" }],
    ["500, too often", { status: 500, json: {} }, { retries: 0 }, { reason: "server", temporary: true }],
    ["silence", { fault: "silence" }, { retries: 0, timeoutMilliseconds: 80 }, { reason: "timeout", temporary: true }],
    [
      "429 for longer than anyone waits",
      { status: 429, json: {}, headers: { "retry-after": "7200" } },
      {},
      { reason: "rate-limited", retryAfter: 7_200_000 },
    ],
    ["an answer that is too large", { json: "x".repeat(5000) }, { maxAnswerBytes: 4000 }, { reason: "answer-too-large" }],
    ["another kind of answer", { json: { choices: [] } }, {}, { reason: "invalid-answer" }],
    ["fewer completions than prefixes", { json: [] }, {}, { reason: "invalid-answer" }],
    ["fewer logits than were asked for", { json: completionWith([{ id: 1, logprob: -1 }]) }, {}, { reason: "invalid-answer" }],
    [
      "a token outside the vocabulary",
      { json: completionWith(logits(50).map(({ logprob }, id) => ({ id: id + 1, logprob }))) },
      {},
      { reason: "invalid-answer" },
    ],
    [
      "a token that comes twice",
      { json: completionWith(logits(50).map(({ logprob }) => ({ id: 7, logprob }))) },
      {},
      { reason: "invalid-answer" },
    ],
    [
      "a log-probability that is none",
      { json: completionWith(logits(50).map(({ id }) => ({ id, logprob: 2 }))) },
      {},
      { reason: "invalid-answer" },
    ],
    [
      "NaN, which JSON writes as a text",
      { json: completionWith(logits(50).map(({ id }) => ({ id, logprob: "NaN" }))) },
      {},
      { reason: "invalid-answer" },
    ],
  ])("%s", async (_, answer, options, error) => {
    const { server, model } = await connect(options);
    const session = await model.createSession();
    await session.forward(PROMPT);
    server.fault = ({ path }) => (path === "/completion" ? answer : undefined);
    const failure = await session.forward(Int32Array.of(8)).catch((caught: unknown) => caught as Error);
    expect(failure).toMatchObject({ name: "RemoteError", code: "REMOTE", source: `${server.url}/completion`, ...error });
    expect((failure as Error).message).not.toContain("k-123");
    expect((failure as Error).message.length).toBeLessThan(MESSAGE_LIMIT);
    expect(session.length).toBe(PROMPT.length);
    server.fault = () => undefined;
    expect((await session.forward(Int32Array.of(8))).row(0).length).toBe(50);
  });
});

function logits(count: number): { readonly id: number; readonly logprob: number }[] {
  return Array.from({ length: count }, (_, id) => ({ id, logprob: -Math.log(count) }));
}

function completionWith(top: readonly object[]): object {
  const completion = { index: 0, model: "model.gguf", "timings/prompt_n": 1, completion_probabilities: [{ top_logprobs: top }] };
  return completion;
}

describe("another model behind the same URL is noticed", () => {
  test("by its name or vocabulary when a session begins", async () => {
    const { server, model } = await connect();
    server.model = { ...rowsForTest(60), name: "other.gguf" };
    const failure = model.createSession();
    await expect(failure).rejects.toMatchObject({ reason: "wrong-model" });
    await expect(failure).rejects.toThrow("its name was model.gguf and is other.gguf, its vocabulary was 50 and is 60");
  });

  test("by its predictions after a restart, in the middle of a decode", async () => {
    const { server, model } = await connect();
    let calls = 0;
    server.fault = ({ path }) => {
      if (path !== "/completion" || ++calls !== 5) return undefined;
      server.model = rowsForTest(50, 99);
      return { fault: "reset" };
    };
    await expect(decode(model)).rejects.toMatchObject({ reason: "wrong-model" });
  });
});

describe("an abort", () => {
  test("reaches the server, leaves the session as it was, and the next pass works", async () => {
    const { server, model } = await connect();
    const session = await model.createSession();
    await session.forward(PROMPT);
    server.fault = ({ path }) => (path === "/completion" ? { fault: "silence" } : undefined);
    const abort = new AbortController();
    const pass = session.forward(Int32Array.of(8), { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await expect(pass).rejects.toThrow("enough");
    await expect.poll(() => server.abandoned()).toBe(1);
    expect(session.length).toBe(PROMPT.length);
    server.fault = () => undefined;
    await session.forward(Int32Array.of(8));
    expect(session.length).toBe(PROMPT.length + 1);
  });

  test("ends the wait for a repetition", async () => {
    const { server, model } = await connect();
    const session = await model.createSession();
    server.fault = () => ({ status: 503, json: {}, headers: { "retry-after": "30" } });
    const signal = AbortSignal.timeout(50);
    await expect(session.forward(PROMPT, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

test("a late answer, after the time ran out, is not read: the repetition's is", async () => {
  const { server, model } = await connect({ timeoutMilliseconds: 200 });
  const session = await model.createSession();
  const first = await session.forward(PROMPT);
  const expected = first.row(0).slice();
  await session.rewindTo(0);
  let calls = 0;
  server.fault = ({ path }) => (path === "/completion" && ++calls === 1 ? { fault: "silence" } : undefined);
  expect((await session.forward(PROMPT)).row(0)).toEqual(expected);
});

test.each([
  ["no URL", {}, "url"],
  ["another scheme", { url: "ftp://127.0.0.1/" }, "url"],
  ["a query", { url: "http://127.0.0.1/?key=1" }, "url"],
  ["headers that are no texts", { url: "http://127.0.0.1", headers: { a: 1 } }, "headers"],
  ["a negative number of retries", { url: "http://127.0.0.1", retries: -1 }, "retries"],
  ["an unknown option", { url: "http://127.0.0.1", retry: 1 }, 'option "retry"'],
])("%s is refused", async (_, options, option) => {
  await expect(llamaServer(options as never)).rejects.toMatchObject({ code: "INVALID_OPTION", option });
});

test("a server that is not there is unreachable", async () => {
  const failure = llamaServer({ url: "http://user:pass-word@127.0.0.1:9", retries: 0 });
  await expect(failure).rejects.toMatchObject({ reason: "unreachable", temporary: true, source: "http://127.0.0.1:9/props" });
  await expect(failure).rejects.not.toThrow("pass-word");
});

test("a page in place of an answer is no llama-server", async () => {
  const { server } = await connect();
  server.fault = () => ({ bytes: Buffer.from("<!doctype html><title>Welcome</title>") });
  await expect(llamaServer({ url: server.url, retries: 0 })).rejects.toMatchObject({ reason: "invalid-answer" });
});
