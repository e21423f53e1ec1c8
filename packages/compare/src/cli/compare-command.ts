import { writeFile } from "node:fs/promises";
import type { DecoderPlugin } from "@decodekit/core";
import { compare, type CompareProgress } from "../compare.ts";
import { type ComparedDecoder, isInvalidOption, presetDecoders } from "../compared-decoder.ts";
import type { ComparedModel } from "../model-report.ts";
import { parseDecoder } from "../parse-decoder.ts";
import type { CompareReport } from "../report.ts";
import { ExitCode } from "./exit-code.ts";
import { catchInterruption } from "./interruption.ts";
import { type GraphFlags, graphOptions, type LoadModel, loadModels, modelSources } from "../load-models.ts";
import { formatDecoder } from "./format.ts";
import { loadPlugins } from "../load-plugins.ts";
import { outputPath } from "./output-path.ts";
import { progressDisplay } from "./progress.ts";
import { readPrompts } from "./prompts.ts";
import { renderReport } from "./render-report.ts";
import { colorsFor, type CommandProcess, widthOf } from "./terminal.ts";
import { UsageError } from "../usage-error.ts";
import { whyNot } from "../why-not.ts";

export interface CompareFlags extends GraphFlags {
  readonly model?: string;
  readonly draft?: string;
  readonly draftHead?: string;
  readonly prompt?: readonly string[];
  readonly prompts?: string;
  readonly decoder?: readonly string[];
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly runs: number;
  readonly plugin?: readonly string[];
  readonly json?: string;
}

/**
 * Runs `decodekit compare`. Checks all flags before it loads a model.
 * @throws UsageError for an invalid flag, and the errors of loading and decoding.
 */
export async function compareCommand(flags: CompareFlags, host: CommandProcess, load: LoadModel): Promise<ExitCode> {
  const { stdout, stderr } = host;
  const folder = host.cwd();
  const plugins = await loadPlugins(flags.plugin, folder);
  const chosenFor = (model?: ComparedModel): ComparedDecoder[] =>
    (flags.decoder ?? []).map((specification) => decoderOf(specification, plugins, model));
  const chosen = chosenFor();
  const prompts = await readPrompts(flags.prompt, flags.prompts === undefined ? undefined : { name: flags.prompts, folder });
  const sources = await modelSources(flags, { needsDraft: needsDraft(chosen), folder });
  const file = outputPath("--json", flags.json, folder);

  const interruption = catchInterruption(host);
  const { signal } = interruption;
  const progress = progressDisplay(stderr, sources.name);
  try {
    const model = await loadModels(load, sources, {
      ...graphOptions(flags),
      ...(chosen.some(({ decoder }) => decoder.capabilities?.includes("hiddenStates")) && { hiddenStates: true }),
      onProgress: (loaded) => progress.loading(loaded),
      signal,
    });
    progress.loaded();
    try {
      const decoders = chosen.length > 0 ? chosenFor(model) : presetsFor(model, plugins, stderr);
      const { maxNewTokens, seed, runs } = flags;
      const onProgress = (compared: CompareProgress): void => progress.comparing(compared);
      const report = await compare({ model, decoders, prompts, maxNewTokens, seed, runs, signal, onProgress });
      progress.end();
      await show(report, file, stdout);
    } finally {
      await model.dispose();
    }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    progress.end();
    interruption.release();
  }
  if (!signal.aborted) return ExitCode.success;
  stderr.write("Interrupted. The results cover the runs up to the interruption.\n");
  return ExitCode.interrupted;
}

function decoderOf(specification: string, plugins: readonly DecoderPlugin[], model?: ComparedModel): ComparedDecoder {
  try {
    return parseDecoder(specification, plugins, model);
  } catch (error) {
    if (!isInvalidOption(error)) throw error;
    throw new UsageError(`--decoder ${specification}: ${error.option} must be ${error.expected}.`, { cause: error });
  }
}

function needsDraft(decoders: readonly ComparedDecoder[]): boolean {
  return decoders.some(({ decoder }) => decoder.requires.includes("draft"));
}

/** Returns every decoder that the model can run, with its presets, and says which ones it cannot run. */
function presetsFor(model: ComparedModel, plugins: readonly DecoderPlugin[], stderr: NodeJS.WriteStream): ComparedDecoder[] {
  const decoders = presetDecoders(plugins, model);
  const reasons = new Map<string, string[]>();
  const runnable = decoders.filter((compared) => {
    const reason = whyNot(model, compared.decoder);
    if (reason !== undefined)
      reasons.set(reason, [...(reasons.get(reason) ?? []), formatDecoder(compared.decoder.name, compared.options ?? {})]);
    return reason === undefined;
  });
  for (const [reason, names] of reasons) stderr.write(`Left out, because ${model.name} ${reason}: ${[...new Set(names)].join("; ")}\n`);
  return runnable;
}

/** Writes the report. If `file` is "-", standard output receives only the JSON. */
async function show(report: CompareReport, file: string | undefined, stdout: NodeJS.WriteStream): Promise<void> {
  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (file === "-") return void stdout.write(json);
  if (file !== undefined) await writeFile(file, json);
  stdout.write(renderReport(report, { colors: colorsFor(stdout), width: widthOf(stdout) }));
}
