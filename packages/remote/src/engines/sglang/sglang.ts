import { type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { Connection } from "../../connection/connection.ts";
import { CONNECTION_OPTIONS, type ConnectionOptions } from "../../connection/connection-options.ts";
import type { RemoteModel } from "../../session/remote-model.ts";
import { connectEngine } from "../connect-engine.ts";
import { SIGNAL_OPTION } from "../tokenizer-option.ts";
import { SglangRequests } from "./sglang-requests.ts";

export interface SglangOptions extends ConnectionOptions {
  /** Number of logits of a row: `vocab_size` of the model's config.json, which the server does not tell. */
  readonly vocabSize: number;
  /** Ends the connecting. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  vocabSize: { type: "integer", help: "Number of logits of a row", minimum: 1, required: true },
  signal: SIGNAL_OPTION,
} as const satisfies OptionDefinitions<SglangOptions>;

/**
 * Connects to an SGLang server and returns its model. `url` is what stands before "/generate".
 *
 * Experimental: it was written from the server's documentation and source, and tested with answers in that form only. SGLang reads a draft
 * in one sequence and gives all its rows, with the tokens before it from its cache.
 * @throws InvalidOptionError for an unknown or invalid option.
 * @throws RemoteError if the server cannot be reached, or is not SGLang.
 * @experimental
 */
export async function sglang(options: SglangOptions): Promise<RemoteModel> {
  const { vocabSize, signal, ...settings } = resolveOptions<SglangOptions, typeof OPTIONS>("sglang", options, OPTIONS);
  const connection = new Connection(settings);
  const server = await SglangRequests.connect(connection, vocabSize, signal);
  return connectEngine("sglang", connection, server, signal);
}
