import { type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { Connection } from "../../connection/connection.ts";
import { CONNECTION_OPTIONS, type ConnectionOptions } from "../../connection/connection-options.ts";
import type { RemoteModel } from "../../session/remote-model.ts";
import { connectEngine } from "../connect-engine.ts";
import { SIGNAL_OPTION } from "../tokenizer-option.ts";
import { KserveRequests } from "./kserve-requests.ts";

export interface KserveOptions extends ConnectionOptions {
  /** Name of the model. */
  readonly model: string;
  /** Its version. @defaultValue the server's choice */
  readonly version?: string | undefined;
  /** Most tokens of a sequence, which the server does not tell. */
  readonly contextLength: number;
  /**
   * Header that names the session in its requests, for a router that sends those of a session to one replica: "serve_multiplexed_model_id"
   * for Ray Serve. @defaultValue none
   */
  readonly sessionHeader?: string | undefined;
  /** Ends the connecting. */
  readonly signal?: AbortSignal | undefined;
}

export const KSERVE_OPTIONS = {
  ...CONNECTION_OPTIONS,
  model: { type: "string", help: "Name of the model", required: true },
  version: { type: "string", help: "Version of the model" },
  contextLength: { type: "integer", help: "Most tokens of a sequence", minimum: 1, required: true },
  sessionHeader: { type: "string", help: "Header that names the session" },
  signal: SIGNAL_OPTION,
} as const satisfies OptionDefinitions<KserveOptions>;

/**
 * Connects to a causal model behind the Open Inference Protocol v2 (KServe, Triton, Ray Serve …) and returns it. `url` is what stands before
 * "/v2". Requests and answers carry binary tensors, if the server knows that extension.
 *
 * The model has the input `input_ids`, integers (1, n), and may have `attention_mask` and `position_ids` of that shape, and `rows` or
 * `num_logits_to_keep`, integers (1,), the number of last rows to return; its output `logits`, FP32 or FP16 (1, rows, vocabSize), has all
 * rows without them. Every request has the whole sequence: what a server keeps of earlier ones makes it faster, never different.
 * @throws InvalidOptionError for an unknown or invalid option.
 * @throws RemoteError if the server cannot be reached, or the model is another kind.
 */
export async function kserve(options: KserveOptions): Promise<RemoteModel> {
  const { model, version, contextLength, sessionHeader, signal, ...settings } = resolveOptions<KserveOptions, typeof KSERVE_OPTIONS>(
    "kserve",
    options,
    KSERVE_OPTIONS,
  );
  const connection = new Connection(settings);
  const server = await KserveRequests.connect(connection, { model, version, contextLength, sessionHeader }, signal);
  return connectEngine("kserve", connection, server, signal);
}
