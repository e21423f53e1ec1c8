import type { DecodeEvent, DecodeOptions, Decoder } from "../contracts/decoder.ts";
import type { CausalModel, ModelSet } from "../contracts/model.ts";
import { RecordedRows } from "../decorate/record-rows.ts";
import { withProcessors } from "../decorate/with-processors.ts";
import { GrowingSequence } from "../tokens/growing-sequence.ts";
import type { GenerateOptions } from "./generate-options.ts";
import type { GenerateResult } from "./generation.ts";
import { gatherLogProbabilities, withLogProbabilities } from "./log-probabilities.ts";

/** What is done with the rows of the causal model. */
type Decorations = Pick<GenerateOptions, "processors" | "logProbabilities">;

/** A decode with a decorated causal model. */
export interface DecoratedDecode extends Decorations {
  readonly decoder: Decoder;
  readonly models: ModelSet;
  /** Shape (n,). */
  readonly prompt: Int32Array;
  readonly options: DecodeOptions;
}

/** Decodes with a decorated causal model. Its rows are processed first, and then recorded. */
export async function* decorated({
  decoder,
  models,
  prompt,
  options,
  processors = [],
  logProbabilities,
}: DecoratedDecode): AsyncGenerator<DecodeEvent, void, void> {
  const rows = new RecordedRows(prompt);
  const decorate = (model: CausalModel): CausalModel => {
    const processed = withProcessors(model, processors, { promptLength: prompt.length });
    return logProbabilities === undefined ? processed : rows.record(processed);
  };
  // A decoder of a masked model may have no causal model.
  const { causal } = models as Partial<ModelSet>;
  const decode = decoder.decode({ ...models, ...(causal && { causal: decorate(causal) }) }, prompt, options);
  if (logProbabilities === undefined) return yield* decode;
  const sequence = new GrowingSequence(prompt);
  for await (const event of decode) {
    yield event.type === "tokens-commit" ? withLogProbabilities(event, rows, { count: logProbabilities, sequence }) : event;
  }
}

/** Returns what the decorations add to the result of a decode with these events. */
export function gatherDetails(
  events: readonly DecodeEvent[],
  { logProbabilities: count }: Decorations,
): Pick<GenerateResult, "logProbabilities" | "alternatives"> {
  if (count === undefined) return {};
  return gatherLogProbabilities(
    events.filter((event) => event.type === "tokens-commit"),
    count,
  );
}
