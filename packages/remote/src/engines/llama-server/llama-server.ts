import { type OptionDefinitions, resolveOptions, type Tokenizer } from "@decodekit/core";
import { Connection } from "../../connection/connection.ts";
import { CONNECTION_OPTIONS, type ConnectionOptions } from "../../connection/connection-options.ts";
import type { RemoteModel } from "../../session/remote-model.ts";
import { connectEngine } from "../connect-engine.ts";
import { checkTokenizer, SIGNAL_OPTION, TOKENIZER_OPTION } from "../tokenizer-option.ts";
import { LlamaRequests } from "./llama-requests.ts";

export interface LlamaServerOptions extends ConnectionOptions {
  /** Name of the model, for a server that has several. @defaultValue its only one */
  readonly model?: string | undefined;
  /** The tokenizer of the sequences: the server must have the same. @defaultValue it is not compared */
  readonly tokenizer?: Tokenizer | undefined;
  /** Ends the connecting. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  model: { type: "string", help: "Name of the model" },
  tokenizer: TOKENIZER_OPTION,
  signal: SIGNAL_OPTION,
} as const satisfies OptionDefinitions<LlamaServerOptions>;

/**
 * Connects to a llama-server of llama.cpp and returns its model. `url` is what stands before its paths, such as "/completion".
 *
 * To verify a draft of n tokens it completes n + 1 prefixes, so the server should have n + 1 slots (`--parallel`); with fewer, prefixes
 * wait for each other. It gives whole rows, but as JSON of some megabytes each: greedy decoding and top-p need parts only. Rows of one
 * prefix differ between requests by about 1e-3 nats with the default cache of 16 bits, and 1e-5 with `-ctk f32 -ctv f32`.
 * @throws InvalidOptionError for an unknown or invalid option.
 * @throws RemoteError if the server cannot be reached, is not a llama-server, or its tokens are not those of `tokenizer`.
 */
export async function llamaServer(options: LlamaServerOptions): Promise<RemoteModel> {
  const { model, tokenizer, signal, ...settings } = resolveOptions<LlamaServerOptions, typeof OPTIONS>("llamaServer", options, OPTIONS);
  const connection = new Connection(settings);
  const server = await LlamaRequests.connect(connection, model, signal);
  if (tokenizer) await checkTokenizer(tokenizer, server, signal);
  return connectEngine("llama-server", connection, server, signal);
}
