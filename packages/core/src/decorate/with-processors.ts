import type { CausalModel, HiddenStates, Logits, RowPart, RowReads } from "../contracts/model.ts";
import type { LogitsProcessor } from "../contracts/sampler.ts";
import { InvalidOptionError } from "../errors.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";
import { argmax } from "../sampling/argmax.ts";
import { wholeRow } from "../sampling/predicted-row.ts";
import { PROCESSORS_OPTION } from "../sampling/sampler-options.ts";
import { decoratedModel, type RowDecoration } from "./decorated-session.ts";
import type { RowPrefixes } from "./row-prefixes.ts";

export interface WithProcessorsOptions {
  /**
   * Number of tokens at the start of every sequence that are the prompt, an integer >= 0, for processors that treat prompt and output
   * differently. A session cannot know it: a prompt may be read in several passes. `generate({ processors })` sets it.
   * @defaultValue 0
   */
  readonly promptLength?: number | undefined;
}

const OPTIONS = {
  promptLength: { type: "integer", help: "Number of tokens that are the prompt", default: 0, minimum: 0 },
} as const satisfies Readonly<Record<keyof WithProcessorsOptions, OptionDefinition>>;

/**
 * Returns the model with `processors` applied, in order, to every row that its sessions return. A decoder does not notice: for it, the
 * processed distribution is the model's own, so that whatever it guarantees holds for that distribution. Without processors it is `model`.
 *
 * Each row is processed with its own prefix, the tokens before the position that it predicts: the cached tokens and those of the pass up
 * to the row, or the path to a node of a tree. `promptLength` is at most the length of that prefix. A row is copied and processed when it
 * is first read, once; the copy is valid as long as the row. An error of a processor is thrown by `Logits.row`; the session is then as
 * after any pass. Where the caller reads only the most likely token and no processor changes which that is (`argmaxInvariant`), none is
 * applied.
 * @throws InvalidOptionError if `processors` is not an array of functions, or for an unknown or invalid option.
 */
export function withProcessors(
  model: CausalModel,
  processors: readonly LogitsProcessor[],
  options: WithProcessorsOptions = {},
): CausalModel {
  const where = "withProcessors";
  const { promptLength } = resolveOptions(where, options, OPTIONS);
  if (!PROCESSORS_OPTION.accepts(processors))
    throw new InvalidOptionError({ where, option: "processors", expected: PROCESSORS_OPTION.expected, actual: processors });
  if (processors.length === 0) return model;
  const processing = { processors: [...processors], promptLength };
  const isInvariant = processors.every(({ argmaxInvariant }) => argmaxInvariant);
  const mostLikely = (reads: RowReads | undefined): RowReads | undefined =>
    isInvariant && reads?.top === 1 && reads.tokensOnly ? reads : undefined;
  const decoration: RowDecoration = {
    reads: mostLikely,
    decorate: (logits, prefixes, reads) => new ProcessedLogits(logits, prefixes, processing, mostLikely(reads)),
  };
  return decoratedModel(model, () => decoration);
}

interface Processing {
  readonly processors: readonly LogitsProcessor[];
  readonly promptLength: number;
}

/** The rows of one pass, processed when they are first read; if only their most likely tokens are read, those of the rows below. */
class ProcessedLogits implements Logits {
  readonly rows: number;
  readonly vocabSize: number;
  declare readonly hiddenStates?: HiddenStates | undefined;
  declare readonly layerStates?: HiddenStates | undefined;
  declare readonly part?: (index: number) => RowPart;
  declare readonly readRow?: (index: number) => Promise<Float32Array>;
  readonly #logits: Logits;
  readonly #prefixes: RowPrefixes;
  readonly #processing: Processing;
  readonly #processed: Float32Array[] = [];

  constructor(logits: Logits, prefixes: RowPrefixes, processing: Processing, reads: RowReads | undefined) {
    this.rows = logits.rows;
    this.vocabSize = logits.vocabSize;
    if (logits.hiddenStates) this.hiddenStates = logits.hiddenStates;
    if (logits.layerStates) this.layerStates = logits.layerStates;
    this.#logits = logits;
    this.#prefixes = prefixes;
    this.#processing = processing;
    if (!reads) return;
    this.part = (index) => logits.part?.(index) ?? mostLikelyPart(logits.row(index));
    this.readRow = async (index) => this.#process(index, await wholeRow(logits, index));
  }

  row(index: number): Float32Array {
    return (this.#processed[index] ??= this.#process(index, this.#logits.row(index)));
  }

  #process(index: number, whole: Float32Array): Float32Array {
    const row = whole.slice();
    const tokens = this.#prefixes.tokensOf(index);
    const promptLength = Math.min(this.#processing.promptLength, tokens.length);
    for (const processor of this.#processing.processors) processor(row, { tokens, promptLength });
    return row;
  }
}

/** Returns the part of a whole row that has its most likely token. @throws LogitsError if the row has no distribution. */
function mostLikelyPart(row: Float32Array): RowPart {
  const token = argmax(row);
  return { tokens: Int32Array.of(token), logits: row.subarray(token, token + 1), tailMass: 0, tailError: Infinity };
}
