import type { DecodeEvent } from "../decoder.ts";
import type { GenerateResult, Generation } from "../generate.ts";
import type { GenerateOptions } from "../generate-options.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { idOf, type WorkerLanguageModel } from "./load-model.ts";
import { peerAt } from "./peer.ts";
import type { PluginReference } from "./plugin-reference.ts";
import { receivedGeneration } from "./received-generation.ts";
import type { DecoderRequest, GenerationPart, GenerationRequest } from "./served-generations.ts";
import { sendRandom } from "./transfer-random.ts";

export interface WorkerGenerateOptions extends Omit<GenerateOptions, "decoder" | "draft"> {
  /**
   * The decoder by its plugin, imported in the model's worker; or in another `worker`, for code that is to be kept apart:
   * then every pass crosses from there to the model and back.
   */
  readonly decoder: PluginReference & { readonly worker?: Endpoint | undefined };
  /** The cheaper model for decoders that require "draft", in the same worker. */
  readonly draft?: WorkerLanguageModel | undefined;
}

export interface TimedEvent {
  readonly event: DecodeEvent;
  /** When it came, in milliseconds spent inside the decoder since the decode began, by the worker's clock. */
  readonly milliseconds: number;
}

/** A `Generation`, and when each of its events came. */
export interface WorkerGeneration extends Generation {
  readonly timedEvents: AsyncIterable<TimedEvent>;
}

const parts = new Map<number, (part: GenerationPart) => void>();
let generations = 0;

/**
 * `generate` of `@decodekit/core` with the model and the decoder in a worker. Events come as they happen, a few
 * milliseconds together; all of them cross before `result` does. `random` must come from `seededRandom`.
 * @throws InvalidOptionError for a model that is not in the worker. Everything else rejects in whatever is read.
 */
export function generate(model: WorkerLanguageModel, prompt: string | Int32Array, options: WorkerGenerateOptions): WorkerGeneration {
  const { decoder, draft, random, signal, ...rest } = options;
  const { connection } = peerAt(model.worker);
  const request = {
    generation: ++generations,
    model: idOf(model, model.worker),
    draft: draft && idOf(draft, model.worker),
    prompt,
    options: rest,
    random: sendRandom(random),
  };
  connection.offer({ generationPart: (id: number, part: GenerationPart) => parts.get(id)?.(part) });
  return receivedGeneration(signal, (receive, leave) => run(connection, request, { decoder, receive, leave }));
}

interface Running {
  readonly decoder: WorkerGenerateOptions["decoder"];
  readonly receive: (part: GenerationPart) => void;
  readonly leave: AbortSignal;
}

async function run(
  connection: Connection,
  request: Omit<GenerationRequest, "signal">,
  { decoder, receive, leave }: Running,
): Promise<GenerateResult> {
  const { worker, ...reference } = decoder;
  parts.set(request.generation, receive);
  try {
    return await connection.signals.during(leave, (signal) =>
      connection.call<GenerateResult>("generate", { ...request, signal }, decoderRequest(reference, worker)),
    );
  } finally {
    parts.delete(request.generation);
  }
}

function decoderRequest(reference: PluginReference, worker: Endpoint | undefined): DecoderRequest {
  if (!worker) return { reference };
  const { port1, port2 } = new MessageChannel();
  void peerAt(worker).connection.call("acceptPort", { port: port1 });
  return { reference, port: port2 };
}
