import type { GenerateResult } from "../generate/generation.ts";
import type { Prompt } from "../generate/prompt-tokens.ts";
import type { GenerateOptions } from "../generate/generate-options.ts";
import type { WorkerError } from "../errors.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";
import { logWarning, type WarningHandler } from "../warnings.ts";
import { CALLBACK, checkTransferable, checkReference, named, SIGNAL, WORKER } from "./check-arguments.ts";
import type { Endpoint } from "./endpoint.ts";
import { peerAt } from "./peer.ts";
import type { PluginReference } from "./plugin-reference.ts";
import { receivedGeneration } from "./received-generation.ts";
import type { Report } from "./reports.ts";
import type { GenerationPart } from "./generation-part.ts";
import type { DecoderRequest, GenerationRequest } from "./served-generations.ts";
import { sendRandom } from "./transfer-random.ts";
import type { WorkerGeneration } from "./worker-generation.ts";
import { idOf, type WorkerLanguageModel, type WorkerModel } from "./worker-model.ts";

export interface WorkerGenerateOptions extends Omit<GenerateOptions, "decoder" | "draft" | "processors"> {
  /**
   * The decoder, as a reference to its plugin, which is imported in the model's worker, or in another `worker` to isolate its code. In that
   * case every pass is a round trip from there to the model.
   */
  readonly decoder: PluginReference & { readonly worker?: Endpoint | undefined };
  /** The draft model for decoders that require one, in the same worker. */
  readonly draft?: WorkerLanguageModel | undefined;
}

const REFERENCE = { worker: WORKER };
const OPTIONS = named({
  chat: true,
  decoder: true,
  draft: true,
  logProbabilities: true,
  maxNewTokens: true,
  onWarning: CALLBACK,
  random: true,
  seed: true,
  signal: SIGNAL,
  stopStrings: true,
  stopTokens: true,
} satisfies Record<keyof WorkerGenerateOptions, OptionDefinition | true>);

/**
 * Runs `generate` of `@decodekit/core` with the model and the decoder in a worker. Events arrive as they occur, in groups of a few
 * milliseconds, and all of them before `result`. `random` must come from `seededRandom`.
 * @throws InvalidOptionError for a model that is not in the worker, a decoder that is not a plugin reference, an unknown option, and an
 * option that cannot be sent to the worker. All other errors reject the streams and the result.
 */
export function generate(model: WorkerModel, prompt: Prompt, options: WorkerGenerateOptions): WorkerGeneration {
  resolveOptions("generate", options, OPTIONS);
  const { decoder, draft, random, signal, onWarning = logWarning, ...rest } = options;
  checkReference({ where: "generate", option: "decoder" }, decoder, REFERENCE);
  checkTransferable("generate", { prompt, ...rest });
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
  return reports.withReports(receiveReport, leave, async (number, signal) => {
    const link = worker && linkTo(worker, (problem) => connection.notifyIfPossible("decoderWorkerEnded", number, problem));
    try {
      const decoderRequest: DecoderRequest = { reference, ...(link && { port: link.port }) };
      return await connection.call<GenerateResult>("generate", [{ ...request, number }, decoderRequest], signal);
    } finally {
      link?.release();
    }
  });
}

/** Creates a port to `worker` for the model's worker. Calls `ended` when `worker` has ended, which not every browser reports on a port. */
function linkTo(worker: Endpoint, ended: (problem: string) => void): { readonly port: MessagePort; readonly release: () => void } {
  const { port1, port2 } = new MessageChannel();
  const { connection } = peerAt(worker);
  const onClosed = (): void => ended((connection.closed.reason as WorkerError).message);
  connection.closed.addEventListener("abort", onClosed, { once: true });
  connection.call("acceptPort", [{ port: port1 }]).catch((error: Error) => ended(error.message));
  return { port: port2, release: () => connection.closed.removeEventListener("abort", onClosed) };
}
