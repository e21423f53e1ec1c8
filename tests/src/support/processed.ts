import type { Decoder, LogitsProcessor, ModelRole, ModelSet, Sampler, Sequence } from "@decodekit/core";
import { withProcessors } from "@decodekit/core/toolkit";

const STOP = 3;

/** Makes every token less likely the more often the prefix contains it, and a stop token among the first two of the output. */
const penalty: LogitsProcessor = (row, { tokens, promptLength }) => {
  for (const token of tokens) row[token]! -= 0.7;
  if (tokens.length < promptLength + 2) row[STOP]! -= 2;
};

/** Forbids the token at a place that depends on the position and the prompt's length, unless it is the only one. */
const forbid: LogitsProcessor = (row, { tokens, promptLength }) => {
  const token = (tokens.length * 3 + promptLength) % row.length;
  if (row.some((logit, other) => other !== token && logit > -Infinity)) row[token] = -Infinity;
};

/** Processors that depend on the whole prefix and on the prompt's length, for the models of the conformance kit. */
export const processors: readonly LogitsProcessor[] = [penalty, forbid];

/** Returns the processed row after `sequence`, by definition. */
export function processedRow(row: Float32Array, { tokens, promptLength }: Sequence): Float32Array {
  const processed = row.slice();
  for (const processor of processors) processor(processed, { tokens, promptLength });
  return processed;
}

/** Returns the sampler that processes rows itself: the definition of a decode on a decorated model. */
export function processing(sampler: Sampler): Sampler {
  return { ...sampler, distribution: (row, sequence) => sampler.distribution(processedRow(row, sequence), sequence) };
}

/** Returns the decoder that decodes with the causal model decorated, as `generate({ processors })` does. */
export function onProcessed<Role extends ModelRole>(decoder: Decoder<Role>): Decoder<Role> {
  return {
    ...decoder,
    decode(models, prompt, options) {
      const { causal } = models as unknown as Pick<ModelSet, "causal">;
      return decoder.decode({ ...models, causal: withProcessors(causal, processors, { promptLength: prompt.length }) }, prompt, options);
    },
  };
}
