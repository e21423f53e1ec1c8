import type { DecodeEvent, Decoder, FinishReason } from "../contracts/decoder.ts";
import type { Sampler } from "../contracts/sampler.ts";
import { drawPredicted, readsOf } from "../sampling/predicted-row.ts";
import { type DecodeContext, defineDecoder } from "./define-decoder.ts";

/**
 * Creates a decoder that generates one token per pass: one pass over the prompt, then one for each new token, which `sampler` chooses.
 * Greedy and top-p decoding and all logits processors are this decoder with another sampler. The token at position n draws from
 * `random.fork(n)`, so a decoder that chooses several tokens per pass can produce exactly the same output.
 */
export function autoregressive({ name, sampler }: { readonly name: string; readonly sampler: Sampler }): Decoder<"causal"> {
  return defineDecoder({ name, requires: ["causal"], sampler, run: (context) => sampleTokens(context, sampler) });
}

async function* sampleTokens(context: DecodeContext<"causal">, sampler: Sampler): AsyncGenerator<DecodeEvent, FinishReason, void> {
  const { promptLength, random } = context;
  const target = await context.openSession("causal");
  const reads = readsOf(sampler);
  let logits = yield* target.forward(context.tokens, "prefill", 1, reads);
  for (let position = promptLength; ; position++) {
    const token = Int32Array.of(await drawPredicted(sampler, { logits, index: 0, sequence: context }, () => random.fork(position)));
    const finishReason = yield* context.commit(token);
    if (finishReason) return finishReason;
    logits = yield* target.forward(token, "decode", 1, reads);
  }
}
