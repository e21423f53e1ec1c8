import type { DecodeEvent, DecodeOptions, Decoder } from "../contracts/decoder.ts";
import type { CausalModel, ModelSet } from "../contracts/model.ts";
import { RecordedRows } from "../decorate/record-rows.ts";
import { withProcessors } from "../decorate/with-processors.ts";
import { GrowingSequence } from "../tokens/growing-sequence.ts";
import type { GenerateOptions } from "./generate-options.ts";
import { gatherLogProbabilities, withLogProbabilities } from "./log-probabilities.ts";
import type { DecodeEvents } from "./shared-decode.ts";

/** A decode, and what is done with the rows of its causal model. */
interface DecodeToDecorate extends Pick<GenerateOptions, "processors" | "logProbabilities"> {
  readonly decoder: Decoder;
  readonly models: ModelSet;
  /** Shape (n,). */
  readonly prompt: Int32Array;
  readonly options: DecodeOptions;
}

/** Decodes with a decorated causal model. Its rows are processed first, and then recorded. */
export function decoratedDecode({ logProbabilities: count, ...decode }: DecodeToDecorate): DecodeEvents {
  const { prompt, processors = [] } = decode;
  const processed = (model: CausalModel): CausalModel => withProcessors(model, processors, { promptLength: prompt.length });
  if (count === undefined) return decodeWith(decode, processed);
  const rows = new RecordedRows(prompt);
  const events = decodeWith(decode, (model) => rows.record(processed(model)));
  const details: DecodeEvents["details"] = (all) => gatherLogProbabilities(all, count);
  return Object.assign(reported(events, rows, { count, sequence: new GrowingSequence(prompt) }), { details });
}

/** Decodes with `decorate` of the causal model. A decoder of a masked model may have none. */
function decodeWith(
  { decoder, models, prompt, options }: Omit<DecodeToDecorate, "logProbabilities">,
  decorate: (model: CausalModel) => CausalModel,
): DecodeEvents {
  const { causal } = models as Partial<ModelSet>;
  return decoder.decode({ ...models, ...(causal && { causal: decorate(causal) }) }, prompt, options);
}

async function* reported(
  events: DecodeEvents,
  rows: RecordedRows,
  details: { readonly count: number; readonly sequence: GrowingSequence },
): AsyncGenerator<DecodeEvent, void, void> {
  for await (const event of events) yield event.type === "tokens-commit" ? withLogProbabilities(event, rows, details) : event;
}
