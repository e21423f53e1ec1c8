import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { PROVIDER } from "../provider-options.ts";
import { resultOf } from "../result-of.ts";
import { readableStream } from "../stream-parts.ts";
import { type AnswerMessage, type CallEndpoint, received, type SentError } from "./messages.ts";

export interface RemoteModelOptions {
  /** `LanguageModelV4.modelId`. @defaultValue "worker" */
  readonly modelId?: string | undefined;
}

const OPTIONS = {
  modelId: { type: "string", help: "The model's id for the AI SDK", default: "worker" },
} as const satisfies OptionDefinitions<RemoteModelOptions>;

/**
 * Returns the model of the AI SDK that `serveModel` serves in `worker`: the page stays free while the worker decodes. Parts arrive as they
 * come about, aborts and cancellations take effect within a pass. Errors have the name, message and plain members of those in the worker. A
 * worker that fails or ends rejects its calls.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function remoteModel(worker: CallEndpoint, options: RemoteModelOptions = {}): LanguageModelV4 {
  const { modelId } = resolveOptions<RemoteModelOptions, typeof OPTIONS>("remoteModel", options, OPTIONS);
  const end = watchEnd(worker);
  const call = (given: LanguageModelV4CallOptions): Promise<Parts> => start(worker, given, end);
  return {
    specificationVersion: "v4",
    provider: PROVIDER,
    modelId,
    supportedUrls: {},
    doGenerate: async (given) => resultOf(await call({ ...given, includeRawChunks: false })),
    doStream: async (given) => ({ stream: readableStream(await call(given)) }),
  };
}

type Parts = AsyncGenerator<LanguageModelV4StreamPart, void, void>;

/** The end of a worker, which its calls wait for. */
interface WorkerEnd {
  problem: string | undefined;
  readonly listeners: Set<() => void>;
}

function watchEnd(worker: CallEndpoint): WorkerEnd {
  const end: WorkerEnd = { problem: undefined, listeners: new Set() };
  const fail = (problem: string) => (): void => {
    end.problem ??= problem;
    for (const listener of end.listeners) listener();
  };
  if (worker.on) worker.on("exit", fail("ended"));
  else worker.addEventListener?.("error", fail("failed"));
  return end;
}

/** Sends a call; resolves with its parts when the first has arrived. */
async function start(worker: CallEndpoint, { abortSignal, ...options }: LanguageModelV4CallOptions, end: WorkerEnd): Promise<Parts> {
  abortSignal?.throwIfAborted();
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ decodekit: "ai-sdk-call", options, port: port2 }, [port2] as unknown as never[]);
  const parts = receivedParts(port1, abortSignal, end);
  const first = await parts.next();
  return (async function* () {
    try {
      if (!first.done) yield first.value;
      yield* parts;
    } finally {
      await parts.return();
    }
  })();
}

/** Yields the parts that a port receives. Tells the other side where they are no longer read. */
async function* receivedParts(port: MessagePort, signal: AbortSignal | undefined, end: WorkerEnd): Parts {
  const messages: AnswerMessage[] = [];
  let wake = (): void => undefined;
  const onChange = (): void => wake();
  port.addEventListener("message", ({ data }: { readonly data: AnswerMessage }) => {
    messages.push(data);
    wake();
  });
  port.start();
  signal?.addEventListener("abort", onChange);
  end.listeners.add(onChange);
  let isOver = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const message = messages.shift();
      if (!message) {
        if (end.problem !== undefined) throw new Error(`The worker of the model ${end.problem}.`);
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      isOver = message.type !== "part";
      if (message.type === "failure") throw received(message.error);
      if (message.type === "end") return;
      yield withError(message.part);
    }
  } finally {
    signal?.removeEventListener("abort", onChange);
    end.listeners.delete(onChange);
    if (!isOver) port.postMessage("cancel");
    port.close();
  }
}

function withError(part: LanguageModelV4StreamPart): LanguageModelV4StreamPart {
  return part.type === "error" ? { type: "error", error: received(part.error as SentError) } : part;
}
