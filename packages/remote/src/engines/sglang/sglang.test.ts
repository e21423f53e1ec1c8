import { testModel } from "@decodekit/conformance";
import { autoregressive, greedySampler } from "@decodekit/core";
import { collectDecode } from "@decodekit/core/testing";
import { promptLookup, speculative } from "@decodekit/speculative";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { type AtEnd, serveForTest, type TestAnswer, type TestServer } from "../../http-server-for-tests.ts";
import { largestLogits, localModel, type RowsForTest, rowsForTest } from "../../model-for-tests.ts";
import { sglang } from "./sglang.ts";

const PROMPT = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6);
const VOCAB_SIZE = 200;
const rows = rowsForTest(VOCAB_SIZE);

interface GenerateBody {
  readonly input_ids: readonly number[];
  readonly logprob_start_len: number;
  readonly top_logprobs_num: number;
}

/** Answers as SGLang documents it: triples of log-probability, token and text, none for the first position that was asked for. */
function generate(model: RowsForTest, { input_ids: ids, logprob_start_len: start, top_logprobs_num: top }: GenerateBody): TestAnswer {
  const after = (length: number): unknown =>
    largestLogits(model.rowAfter(Int32Array.from(ids.slice(0, length))), top).map(([token, value]) => [value, token, null]);
  const input = Array.from({ length: ids.length - start }, (_, index) => (index === 0 ? null : after(start + index)));
  const meta = { prompt_tokens: ids.length, cached_tokens: start, input_top_logprobs: input, output_top_logprobs: [after(ids.length)] };
  return { json: { text: "?", meta_info: meta } };
}

function sglangForTest(atEnd: AtEnd): Promise<TestServer> {
  return serveForTest(atEnd, ({ path, bytes }) => {
    if (path === "/get_model_info") return { json: { model_path: "org/model", is_generation: true } };
    if (path === "/v1/models") return { json: { data: [{ id: "org/model", max_model_len: rows.contextLength + 1 }] } };
    if (path === "/generate") return generate(rows, JSON.parse(Buffer.from(bytes).toString()) as GenerateBody);
    return { status: 404, json: { detail: "Not Found" } };
  });
}

describe("the contract of causal models", async () => {
  const server = await sglangForTest(afterAll);
  testModel(test, await sglang({ url: server.url, vocabSize: VOCAB_SIZE }), { tolerance: 0 });
});

test("speculation writes greedy's text, with one sequence per round", async () => {
  const server = await sglangForTest(onTestFinished);
  const model = await sglang({ url: server.url, vocabSize: VOCAB_SIZE });
  const options = { maxNewTokens: 40 };
  const expected = await collectDecode(
    autoregressive({ name: "greedy", sampler: greedySampler }).decode({ causal: localModel(rows) }, PROMPT, options),
  );
  const { requests } = model.usage();
  const decoded = await collectDecode(speculative({ drafter: promptLookup() }).decode({ causal: model }, PROMPT, options));
  expect(decoded.tokens).toEqual(expected.tokens);
  const passes = decoded.events.filter(({ type }) => type === "forward-end").length;
  const perSession = 2; // what it serves
  expect(model.usage().requests - requests).toBe(passes + perSession);
  expect(model.usage().tokensReused).toBeGreaterThan(0);
});
