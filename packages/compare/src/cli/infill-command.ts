import { type DecodeEvent, generate, type LanguageModel, type TokenId } from "@decodekit/core";
import { infill, type LengthRange } from "@decodekit/refinement";
import type { CompareFlags } from "./compare-command.ts";
import { ExitCode } from "./exit-code.ts";
import { count } from "./format.ts";
import { type LoadModel, modelSources } from "./load-models.ts";
import { colorsFor, type CommandProcess } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

export interface InfillFlags extends Pick<CompareFlags, "model" | "execution"> {
  readonly prefix: string;
  readonly suffix: string;
  readonly length: number | LengthRange;
  readonly steps?: number;
  readonly json?: boolean;
}

/** Fills the gap between two texts, and shows the canvas after every pass that changed it. */
export async function infillCommand(flags: InfillFlags, host: CommandProcess, load: LoadModel): Promise<ExitCode> {
  const { stdout, stderr } = host;
  const { prefix, length, steps } = flags;
  if (flags.suffix === "") throw new UsageError("--suffix: must be a text of at least one character.");
  const sources = await modelSources({ model: flags.model }, { needsDraft: false, folder: host.cwd() });
  const model = await load(sources.model, { execution: flags.execution });
  try {
    if (!model.masked) throw new UsageError(`--model: ${model.name} predicts no masked tokens, which filling a gap needs.`);
    const suffix = suffixTokens(model, flags.suffix);
    const generation = generate(model, prefix, { decoder: infill({ suffix, length, steps }), maxNewTokens: model.masked.contextLength });
    const colors = colorsFor(stdout);
    for await (const event of generation.events) {
      const shown = canvasText(model, event, suffix.length);
      if (shown !== undefined && flags.json !== true) stderr.write(`${colors.dim(shown)}\n`);
    }
    const { text, tokens, statistics } = await generation.result;
    const passes = statistics.targetPasses;
    if (flags.json === true)
      stdout.write(`${JSON.stringify({ prefix, text, suffix: flags.suffix, tokens: [...tokens], passes }, null, 2)}\n`);
    else {
      stdout.write(`${colors.dim(prefix)}${text}${colors.dim(flags.suffix)}\n`);
      stderr.write(`${count(tokens.length, "token")} in ${passes} passes\n`);
    }
    return ExitCode.success;
  } finally {
    await model.dispose();
  }
}

/** The tokens of a text that goes on: without those that begin one. */
function suffixTokens({ tokenizer }: LanguageModel, text: string): Int32Array {
  return tokenizer.encode(text).subarray(tokenizer.encode("").length);
}

/** The gap as it stands in `event`, "_" for every unknown token; undefined where it does not show one. */
function canvasText({ tokenizer, masked }: LanguageModel, event: DecodeEvent, suffixLength: number): string | undefined {
  if (event.type !== "tokens-propose") return undefined;
  const gap = [...event.tokens.subarray(0, event.tokens.length - suffixLength)];
  const spelled = (token: TokenId): string => (token === masked!.maskTokenId ? " _" : tokenizer.decode(Int32Array.of(token)));
  return gap.map(spelled).join("");
}
