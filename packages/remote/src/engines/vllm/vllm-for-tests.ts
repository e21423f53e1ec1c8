import { type AtEnd, serveForTest, type TestAnswer, type TestRequest, type TestServer } from "../../http-server-for-tests.ts";
import { largestLogits, type RowsForTest } from "../../model-for-tests.ts";

export interface VllmForTest extends TestServer {
  model: RowsForTest & { readonly name?: string };
  /** The server's `--max-logprobs`; -1 for all. */
  maxLogprobs: number;
  /** The server's `--logprobs-mode`. */
  mode: "raw_logprobs" | "raw_logits";
}

interface CompletionBody {
  readonly prompt: readonly (readonly number[])[];
  readonly logprobs: number;
  readonly temperature: number;
}

/** Serves a model in memory as vLLM 0.32 does: its paths, members and limits. */
export async function vllmForTest(atEnd: AtEnd, model: VllmForTest["model"], maxLogprobs = 20): Promise<VllmForTest> {
  const http = await serveForTest(atEnd, (request) => answer(request));
  const served: VllmForTest = Object.assign(http, { model, maxLogprobs, mode: "raw_logprobs" as const });
  const answer = ({ path, bytes }: TestRequest): TestAnswer => {
    const { vocabSize, contextLength, name = "org/model" } = served.model;
    const body = (): unknown => JSON.parse(Buffer.from(bytes).toString());
    switch (path) {
      case "/v1/models":
        return { json: { object: "list", data: [{ id: name, max_model_len: contextLength + 1 }] } };
      case "/tokenize":
        return { json: { tokens: [...Buffer.from((body() as { prompt: string }).prompt)].map((byte) => byte % vocabSize) } };
      case "/v1/completions":
        return complete(served, body() as CompletionBody);
      default:
        return { status: 404, json: { detail: "Not Found" } };
    }
  };
  return served;
}

function complete({ model, maxLogprobs, mode }: VllmForTest, { prompt, logprobs }: CompletionBody): TestAnswer {
  if (maxLogprobs >= 0 && logprobs > maxLogprobs) {
    const message = `Requested sample logprobs of ${logprobs}, which is greater than max allowed: ${maxLogprobs}`;
    return { status: 400, json: { error: { message, type: "BadRequestError", param: "logprobs", code: 400 } } };
  }
  const choices = prompt.map((tokens, index) => {
    const row = model.rowAfter(Int32Array.from(tokens));
    const largest = largestLogits(row, logprobs);
    const logits = largest.map(
      ([token, value]) => [`token_id:${token}`, Math.max(mode === "raw_logits" ? row[token]! : value, -9999)] as const,
    );
    const [first] = logits;
    const result = { tokens: [first![0]], token_logprobs: [first![1]], top_logprobs: [Object.fromEntries(logits)], text_offset: [0] };
    return { index, text: "?", logprobs: result, finish_reason: "length" };
  });
  return {
    json: { id: "cmpl-1", object: "text_completion", model: "org/model", choices, usage: { prompt_tokens: 1, completion_tokens: 1 } },
  };
}
