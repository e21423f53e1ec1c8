import { type AtEnd, serveForTest, type TestAnswer, type TestRequest, type TestServer } from "../../http-server-for-tests.ts";
import { largestLogits, type RowsForTest } from "../../model-for-tests.ts";

const LOWEST_FLOAT32 = -3.4028234663852886e38;

/** What is served: rows, at once or later, and the server's own tokens. */
export interface ServedForTest extends Pick<RowsForTest, "vocabSize" | "contextLength"> {
  readonly rowAfter: (tokens: Int32Array) => Float32Array | Promise<Float32Array>;
  readonly name?: string;
  /** @defaultValue the bytes of a text */
  readonly tokensOf?: (text: string) => readonly number[];
}

export interface LlamaServerForTest extends TestServer {
  /** What is served; may be replaced. */
  model: ServedForTest;
  /** Answers in place of the server's, if it returns one. */
  fault: (request: TestRequest) => TestAnswer | undefined;
  /** The prefixes of each call for completions. */
  readonly calls: Int32Array[][];
}

interface CompletionBody {
  readonly prompt: readonly (readonly number[])[];
  readonly n_probs: number;
}

/** Serves a model in memory as llama-server b11434 does: its paths, members and rounding to float32. */
export async function llamaServerForTest(atEnd: AtEnd, model: ServedForTest): Promise<LlamaServerForTest> {
  const calls: Int32Array[][] = [];
  const http = await serveForTest(atEnd, (request) => served.fault(request) ?? answer(request));
  const served: LlamaServerForTest = Object.assign(http, { model, fault: () => undefined, calls });
  const answer = async ({ path, bytes }: TestRequest): Promise<TestAnswer> => {
    const {
      vocabSize,
      contextLength,
      name = "model.gguf",
      tokensOf = (text) => [...Buffer.from(text)].map((byte) => byte % vocabSize),
    } = served.model;
    switch (path.replace(/\?.*/u, "")) {
      case "/props":
        return { json: { default_generation_settings: { n_ctx: contextLength + 1 }, total_slots: 4 } };
      case "/v1/models":
        return { json: { data: [{ id: name, meta: { n_vocab: vocabSize, n_ctx_train: 4096, n_params: 1000 } }] } };
      case "/tokenize":
        return { json: { tokens: tokensOf((JSON.parse(Buffer.from(bytes).toString()) as { readonly content: string }).content) } };
      case "/completion": {
        const body = JSON.parse(Buffer.from(bytes).toString()) as CompletionBody;
        const prefixes = body.prompt.map((tokens) => Int32Array.from(tokens));
        calls.push(prefixes);
        const completions: unknown[] = [];
        for (const [index, tokens] of prefixes.entries())
          completions.push(completion(await served.model.rowAfter(tokens), { index, top: body.n_probs, name }));
        return { json: completions.length === 1 ? completions[0] : completions.toReversed() };
      }
      default:
        return { status: 404, json: { error: { code: 404, message: "File Not Found", type: "not_found_error" } } };
    }
  };
  return served;
}

function completion(
  row: Float32Array,
  { index, top, name }: { readonly index: number; readonly top: number; readonly name: string },
): unknown {
  const entries = largestLogits(row, top).map(([id, logProbability]) => ({
    id,
    token: `t${id}`,
    bytes: [116],
    logprob: logProbability === -Infinity ? LOWEST_FLOAT32 : logProbability,
  }));
  return {
    index,
    model: name,
    "timings/cache_n": 0,
    completion_probabilities: [{ id: 0, token: "a", bytes: [97], logprob: -1, top_logprobs: entries }],
  };
}
