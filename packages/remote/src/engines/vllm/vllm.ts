import { type OptionDefinitions, resolveOptions, type Tokenizer } from "@decodekit/core";
import { Connection } from "../../connection/connection.ts";
import { CONNECTION_OPTIONS, type ConnectionOptions } from "../../connection/connection-options.ts";
import type { RemoteModel } from "../../session/remote-model.ts";
import { connectEngine } from "../connect-engine.ts";
import { checkTokenizer, SIGNAL_OPTION, TOKENIZER_OPTION } from "../tokenizer-option.ts";
import { VllmRequests } from "./vllm-requests.ts";

export interface VllmOptions extends ConnectionOptions {
  /** Number of logits of a row: `vocab_size` of the model's config.json, which the server does not tell. */
  readonly vocabSize: number;
  /** Name of the model, or of an adapter. @defaultValue the server's first */
  readonly model?: string | undefined;
  /** Most logits of a row to ask for: the server's `--max-logprobs`. @defaultValue all if it gives them, else 20, its default */
  readonly mostLogits?: number | undefined;
  /** The tokenizer of the sequences: the server must have the same. @defaultValue it is not compared */
  readonly tokenizer?: Tokenizer | undefined;
  /** Ends the connecting. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  vocabSize: { type: "integer", help: "Number of logits of a row", minimum: 1, required: true },
  model: { type: "string", help: "Name of the model" },
  mostLogits: { type: "integer", help: "Most logits of a row to ask for", minimum: 1 },
  tokenizer: TOKENIZER_OPTION,
  signal: SIGNAL_OPTION,
} as const satisfies OptionDefinitions<VllmOptions>;

/**
 * Connects to vLLM's server of the OpenAI API and returns its model. `url` is what stands before "/v1".
 *
 * To verify a draft of n tokens it completes n + 1 prefixes in one request, which share the blocks of its prefix cache. By default it gives
 * 20 logits of a row: greedy decoding and most of top-p need no more; other samplers, and a nucleus of more tokens, need
 * `--max-logprobs -1`. Rows must be log-probabilities before processors, its default (`--logprobs-mode raw_logprobs`). Rows of one prefix
 * differ between requests by up to about 0.06 nats in bfloat16, unless it is started with VLLM_BATCH_INVARIANT=1.
 * @throws InvalidOptionError for an unknown or invalid option.
 * @throws RemoteError if the server cannot be reached, is not vLLM, or its tokens are not those of `tokenizer`.
 */
export async function vllm(options: VllmOptions): Promise<RemoteModel> {
  const { vocabSize, model, mostLogits, tokenizer, signal, ...settings } = resolveOptions<VllmOptions, typeof OPTIONS>(
    "vllm",
    options,
    OPTIONS,
  );
  const connection = new Connection(settings);
  const server = await VllmRequests.connect(connection, { vocabSize, model, mostLogits }, signal);
  if (tokenizer) await checkTokenizer(tokenizer, server, signal);
  return connectEngine("vllm", connection, server, signal);
}
