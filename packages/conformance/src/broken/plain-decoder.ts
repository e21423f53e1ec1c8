// Stryker disable all: the kit detects these defects; nothing tests them here
import { autoregressive, type DecodeEvent, type DecodeOptions, type Decoder, type Sampler } from "@decodekit/core";
import { plainSampler } from "../lossless.ts";

type Decode = Decoder<"causal">["decode"];
type Create = () => Decoder;

export const asDecoder =
  (decode: Decode): Create =>
  () => ({ name: "broken", requires: ["causal"], decode });

/** Draws from the model's own distribution, with `changes` to the sampler. */
export function sampling(changes: Partial<Sampler>): Decode {
  const decoder = autoregressive({ name: "plain", sampler: { ...plainSampler, ...changes } });
  return (models, prompt, options) => decoder.decode(models, prompt, options);
}

export const good: Decode = sampling({});

/** The plain decoder without a defect. */
export const goodDecoder: Create = asDecoder(good);

export const withSampler = (changes: Partial<Sampler>): Create => asDecoder(sampling(changes));

export const withOptions = (change: (options: DecodeOptions) => DecodeOptions): Create =>
  asDecoder((models, prompt, options) => good(models, prompt, change(options)));

/** Yields the events of `good`, with those of one type replaced by the result of `change`. */
export const withEvents = <Type extends DecodeEvent["type"]>(
  type: Type,
  change: (event: Extract<DecodeEvent, { type: Type }>) => readonly DecodeEvent[],
): Create =>
  asDecoder(async function* (models, prompt, options) {
    for await (const event of good(models, prompt, options)) {
      yield* event.type === type ? change(event as Extract<DecodeEvent, { type: Type }>) : [event];
    }
  });
