import { type LoadModelOptions, loadTokenizer, type ModelSource } from "@decodekit/core/onnx";
import { kserve, llamaServer, type RemoteModel, sglang, vllm } from "@decodekit/remote";
import type { ComparedModel } from "./model-report.ts";
import { UsageError } from "./usage-error.ts";

/** Where a model is served, and by which engine. */
export interface ServerAddress {
  readonly engine: keyof typeof ENGINES;
  readonly url: string;
  /** Name of the model at the server; undefined is its only one, or its first. */
  readonly name: string | undefined;
}

/** What is known of a model without its server. */
type Text = Awaited<ReturnType<typeof loadTokenizer>>;
type Connect = (
  address: ServerAddress,
  text: Text,
  options: { readonly apiKey: string | undefined; readonly signal?: AbortSignal | undefined },
) => Promise<RemoteModel>;

const ENGINES = {
  "llama-server": ({ url, name: model }, { tokenizer }, options) => llamaServer({ url, model, tokenizer, ...options }),
  vllm: ({ url, name: model }, { tokenizer, vocabSize }, options) => vllm({ url, model, tokenizer, vocabSize, ...options }),
  sglang: ({ url }, { vocabSize }, options) => sglang({ url, vocabSize, ...options }),
  kserve: ({ url, name: model }, { contextLength }, options) => {
    if (model === undefined) throw new UsageError("--server kserve=… needs --served-model, the name of the model at the server.");
    if (contextLength === undefined)
      throw new UsageError("--server kserve=… needs a model whose config.json states how many tokens it can hold.");
    return kserve({ url, model, contextLength, ...options });
  },
} as const satisfies Readonly<Record<string, Connect>>;

/** Reads "llama-server=http://127.0.0.1:8080". @throws UsageError for another text. */
export function readServer(text: string, name: string | undefined): ServerAddress {
  const at = text.indexOf("=");
  const [engine, url] = [text.slice(0, at), text.slice(at + 1)];
  if (Object.hasOwn(ENGINES, engine) && URL.canParse(url)) return { engine: engine as ServerAddress["engine"], url, name };
  throw new UsageError(
    `--server must be an engine and its URL, such as llama-server=http://127.0.0.1:8080, with one of ${Object.keys(ENGINES).join(", ")}; got ${text}.`,
  );
}

/**
 * Connects to a served model. `source` has its tokenizer; no weights are loaded. The key of the server is that of the variable
 * DECODEKIT_SERVER_KEY.
 */
export async function loadServedModel(
  address: ServerAddress,
  source: ModelSource,
  { signal }: Pick<LoadModelOptions, "signal">,
): Promise<ComparedModel & { dispose(): Promise<void> }> {
  const { vocabSize, contextLength, ...text } = await loadTokenizer(source, { signal });
  const connect: Connect = ENGINES[address.engine];
  const causal = await connect(address, { ...text, vocabSize, contextLength }, { apiKey: process.env["DECODEKIT_SERVER_KEY"], signal });
  return { ...text, name: causal.facts.model, causal, execution: address.engine, dispose: async () => undefined };
}
