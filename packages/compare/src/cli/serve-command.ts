import { openaiServer, type ServerLimits, type ServerOptions } from "@decodekit/server";
import { type Listening, listen } from "@decodekit/server/node";
import { isInvalidOption } from "../compared-decoder.ts";
import type { ComparedModel } from "../model-report.ts";
import type { CompareFlags } from "./compare-command.ts";
import { ExitCode } from "./exit-code.ts";
import { formatFile } from "./format.ts";
import { catchInterruption } from "./interruption.ts";
import { type GraphFlags, graphOptions, type LoadModel, loadModels, modelSources } from "../load-models.ts";
import { loadPlugins } from "../load-plugins.ts";
import { progressDisplay } from "./progress.ts";
import { servedDecoders } from "./served-decoders.ts";
import { colorsFor, type CommandProcess } from "./terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface ServeFlags
  extends
    GraphFlags,
    Pick<CompareFlags, "model" | "draft" | "draftHead" | "plugin">,
    Pick<ServerLimits, "maxBodyBytes" | "maxPromptTokens" | "maxNewTokens" | "maxConcurrent" | "maxQueued" | "maxSeconds"> {
  /** Decoders that requests may name; the first is the default one. */
  readonly decoder?: readonly string[];
  /** The model's id in requests. */
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
  readonly cors?: readonly string[];
  readonly log?: boolean;
}

/** How long requests may go on after Ctrl-C. */
const GRACE_SECONDS = 5;
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Runs `decodekit serve` until Ctrl-C or SIGTERM, and then ends the requests that are running, or cuts them after a few seconds.
 * @throws UsageError for an invalid flag, and the errors of loading and of listening.
 */
export async function serveCommand(flags: ServeFlags, host: CommandProcess, load: LoadModel): Promise<ExitCode> {
  const plugins = await loadPlugins(flags.plugin, host.cwd());
  const sources = await modelSources(flags, { needsDraft: false, folder: host.cwd() });
  const progress = progressDisplay(host.stderr, sources.name);
  const interruption = catchInterruption(host, ["SIGINT", "SIGTERM"]);
  let model: Awaited<ReturnType<LoadModel>> | undefined;
  try {
    const onProgress = (loaded: Parameters<typeof progress.loading>[0]): void => progress.loading(loaded);
    model = await loadModels(load, sources, { ...graphOptions(flags), onProgress, signal: interruption.signal });
    progress.loaded();
    progress.end();
    const { causal } = model;
    if (!causal) throw new UsageError(`--model: ${model.name} does not predict the next token, which a server needs.`);
    const decoders = servedDecoders(flags.decoder, plugins, model);
    const id = flags.name ?? model.name;
    const listening = await listenFor(
      openaiServer({ ...serverOptions(flags, host), models: { [id]: { ...model, causal } }, decoders }),
      flags,
    );
    host.stderr.write(greeting({ ...flags, id, model, decoders: Object.keys(decoders), url: listening.url }, host));
    await aborted(interruption.signal);
    host.stderr.write("\nClosing; Ctrl-C ends it at once.\n");
    await listening.close({ graceSeconds: GRACE_SECONDS });
    return ExitCode.success;
  } catch (error) {
    progress.end();
    if (interruption.signal.aborted && error === interruption.signal.reason) return ExitCode.interrupted;
    throw error;
  } finally {
    interruption.release();
    await model?.dispose();
  }
}

async function listenFor(server: Parameters<typeof listen>[0], { port, host }: ServeFlags): Promise<Listening> {
  try {
    return await listen(server, { port, host });
  } catch (error) {
    if (isInvalidOption(error)) throw new UsageError(`--${error.option}: must be ${error.expected}.`, { cause: error });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`--host, --port: cannot listen at ${host}, port ${port} (${code}). Choose others.`, { cause: error });
  }
}

function serverOptions(flags: ServeFlags, host: CommandProcess): Omit<ServerOptions, "models"> {
  const { maxBodyBytes, maxPromptTokens, maxNewTokens, maxConcurrent, maxQueued, maxSeconds, cors } = flags;
  const apiKey = keyOf(flags);
  const limits = { maxBodyBytes, maxPromptTokens, maxNewTokens, maxConcurrent, maxQueued, maxSeconds };
  return {
    limits,
    ...(apiKey !== undefined && { apiKey }),
    ...(cors && { corsOrigins: cors.includes("*") ? "*" : cors }),
    ...(isLoopback(flags.host) && { hosts: LOOPBACK }),
    ...(flags.log && {
      onRequest: ({ method, path, status, milliseconds }) =>
        host.stderr.write(`${method} ${path} ${status} ${Math.round(milliseconds)} ms\n`),
    }),
  };
}

function keyOf({ apiKey = process.env["DECODEKIT_API_KEY"] }: Pick<ServeFlags, "apiKey">): string | undefined {
  return apiKey === "" ? undefined : apiKey;
}

function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host) || host === "::1";
}

interface Started extends Omit<ServeFlags, "model"> {
  readonly id: string;
  readonly model: ComparedModel;
  readonly decoders: readonly string[];
  readonly url: string;
}

function greeting(started: Started, { stderr }: CommandProcess): string {
  const { id, model, decoders, url } = started;
  const { dim, bold } = colorsFor(stderr);
  const hasKey = keyOf(started) !== undefined;
  const [path, prompt] = model.chat
    ? ["chat/completions", { messages: [{ role: "user", content: "Hello!" }] }]
    : ["completions", { prompt: "Once upon a time", max_tokens: 64 }];
  const key = hasKey ? ' -H "authorization: Bearer $DECODEKIT_API_KEY"' : "";
  const lines = [
    ...(model.file ? [dim(`${model.name}: ${formatFile(model.file)}`)] : []),
    `${bold(`${url}/v1`)} serves ${id} to clients of the OpenAI API; decoders: ${decoders.join(", ")}`,
    dim(`curl ${url}/v1/${path}${key} -H "content-type: application/json" \\\n  -d '${JSON.stringify({ model: id, ...prompt })}'`),
  ];
  if (!hasKey && !isLoopback(started.host)) lines.push(`Whoever reaches ${url} can use the model: --api-key asks for a key.`);
  return `${lines.join("\n")}\n`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
