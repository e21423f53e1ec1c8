import type { DecodeEvent } from "../decoder.ts";
import type { GenerateResult, Generation } from "../generate.ts";
import type { GenerateOptions } from "../generate-options.ts";
import type { WorkerError } from "../errors.ts";
import { checkOptions, type OptionCheck } from "../options.ts";
import { logWarning, type WarningHandler } from "../warnings.ts";
import { CALLBACK, checkCrossing, checkReference, named, SIGNAL, WORKER } from "./check-arguments.ts";
import type { Endpoint } from "./endpoint.ts";
import { idOf, type WorkerLanguageModel } from "./load-model.ts";
import { peerAt } from "./peer.ts";
import type { PluginReference } from "./plugin-reference.ts";
import { receivedGeneration } from "./received-generation.ts";
import type { Report } from "./reports.ts";
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

const REFERENCE = { worker: WORKER };
const OPTIONS = named({
  decoder: true,
  draft: true,
  maxNewTokens: true,
  onWarning: CALLBACK,
  random: true,
  seed: true,
  signal: SIGNAL,
  stopStrings: true,
  stopTokens: true,
} satisfies Record<keyof WorkerGenerateOptions, OptionCheck | true>);

/**
 * `generate` of `@decodekit/core` with the model and the decoder in a worker. Events come as they happen, a few
 * milliseconds together; all of them cross before `result` does. `random` must come from `seededRandom`.
 * @throws InvalidOptionError for a model that is not in the worker, a decoder that is no plugin reference, an unknown option, and one
 * that cannot be sent to the worker. Everything else rejects in whatever is read.
 */
export function generate(model: WorkerLanguageModel, prompt: string | Int32Array, options: WorkerGenerateOptions): WorkerGeneration {
  checkOptions("generate", options, OPTIONS);
  const { decoder, draft, random, signal, onWarning = logWarning, ...rest } = options;
  checkReference({ where: "generate", option: "decoder" }, decoder, REFERENCE);
  checkCrossing("generate", { prompt, ...rest });
  const id = idOf("model", model, model?.worker);
  const request: Request = {
    model: id,
    draft: draft && idOf("draft", draft, model.worker),
    prompt,
    options: rest,
    random: sendRandom(random),
  };
  return receivedGeneration(signal, (receive, leave) => run(model.worker, request, { decoder, receive, onWarning, leave }));
}

type Request = Omit<GenerationRequest, "number">;

interface Running {
  readonly decoder: WorkerGenerateOptions["decoder"];
  readonly receive: (part: GenerationPart) => void;
  readonly onWarning: WarningHandler;
  readonly leave: AbortSignal;
}

function run(endpoint: Endpoint, request: Request, { decoder, receive, onWarning, leave }: Running): Promise<GenerateResult> {
  const { worker, ...reference } = decoder;
  const { connection, reports } = peerAt(endpoint);
  const receiveReport = (report: Report): void => {
    if (report.type === "part") receive(report.part);
    if (report.type === "warning") onWarning(report.warning);
  };
  return reports.during(receiveReport, leave, async (number, signal) => {
    const link = worker && linkTo(worker, (problem) => connection.mention("decoderWorkerEnded", number, problem));
    try {
      const decoderRequest: DecoderRequest = { reference, ...(link && { port: link.port }) };
      return await connection.call<GenerateResult>("generate", [{ ...request, number }, decoderRequest], signal);
    } finally {
      link?.release();
    }
  });
}

/** A port to `worker` for the worker of the model; `ended` is told when `worker` has ended, which not every browser's port tells. */
function linkTo(worker: Endpoint, ended: (problem: string) => void): { readonly port: MessagePort; readonly release: () => void } {
  const { port1, port2 } = new MessageChannel();
  const { connection } = peerAt(worker);
  const tell = (): void => ended((connection.closed.reason as WorkerError).message);
  connection.closed.addEventListener("abort", tell, { once: true });
  connection.call("acceptPort", [{ port: port1 }]).catch((error: Error) => ended(error.message));
  return { port: port2, release: () => connection.closed.removeEventListener("abort", tell) };
}
