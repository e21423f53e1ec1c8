import { continuationText, type DecodeEvent, generate, type LanguageModel } from "@decodekit/core";
import { infill, type LengthRange } from "@decodekit/refinement";
import type { CompareFlags } from "./compare-command.ts";
import { ExitCode } from "./exit-code.ts";
import { count } from "./format.ts";
import { type GraphFlags, graphOptions, type LoadModel, modelSources } from "../load-models.ts";
import { colorsFor, type CommandProcess } from "./terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface InfillFlags extends GraphFlags, Pick<CompareFlags, "model"> {
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
  if (flags.suffix === "") throw new UsageError("--suffix: must be a text of at least one character, got an empty text.");
  const sources = await modelSources({ model: flags.model }, { needsDraft: false, folder: host.cwd() });
  const model = await load(sources.model, graphOptions(flags));
  try {
    if (!model.masked) throw new UsageError(`--model: ${model.name} is not a masked model, which infilling requires.`);
    const suffix = model.tokenizer.encode(flags.suffix, { addSpecialTokens: false });
    const gap: Gap = { prefix: model.tokenizer.encode(prefix), suffixLength: suffix.length };
    const generation = generate(model, gap.prefix, { decoder: infill({ suffix, length, steps }) });
    const colors = colorsFor(stdout);
    for await (const event of generation.events) {
      const shown = canvasText(model, event, gap);
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

interface Gap {
  /** Tokens before the gap. */
  readonly prefix: Int32Array;
  /** Number of tokens after the gap. */
  readonly suffixLength: number;
}

/** Returns the gap in `event`, with "_" for every masked token; undefined for events other than proposals. */
function canvasText({ tokenizer, masked }: LanguageModel, event: DecodeEvent, { prefix, suffixLength }: Gap): string | undefined {
  if (event.type !== "tokens-propose") return undefined;
  const gap = event.tokens.subarray(0, event.tokens.length - suffixLength);
  let text = "";
  // Masked tokens do not show whether a space precedes the next token, so the last known tokens are used instead.
  let before = prefix;
  for (const token of gap) {
    const known = Int32Array.of(token);
    text += token === masked!.maskTokenId ? " _" : continuationText(tokenizer, before, known);
    if (token !== masked!.maskTokenId) before = known;
  }
  return text;
}
