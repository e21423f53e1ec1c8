import type { DecodeEvent, Decoder, FinishReason } from "./decoder.ts";
import { sampleToken } from "./greedy-sampler.ts";
import { type DecodeRun, runDecode } from "./run-decode.ts";
import type { Sampler } from "./sampler.ts";

/**
 * The classic loop: one pass over the prompt, then one pass for every new token, each chosen by `sampler`.
 * Greedy, top-p and every chain of processors are this decoder with another sampler. The token at position n draws from
 * `random.fork(n)`, so that a decoder which chooses several tokens per pass can give the very same output.
 */
export function autoregressive({ name, sampler }: { readonly name: string; readonly sampler: Sampler }): Decoder<"causal"> {
  const decoder: Decoder<"causal"> = {
    name,
    requires: ["causal"],
    decode: (models, prompt, options) => runDecode(decoder, models, prompt, options, (run) => sampleTokens(run, sampler)),
  };
  return decoder;
}

async function* sampleTokens(run: DecodeRun<"causal">, sampler: Sampler): AsyncGenerator<DecodeEvent, FinishReason, void> {
  const { promptLength, random } = run;
  const target = await run.openSession("causal");
  let logits = yield* target.forward(run.tokens, "prefill");
  for (let position = promptLength; ; position++) {
    const token = Int32Array.of(sampleToken(sampler, logits.row(0), run, () => random.fork(position)));
    const finishReason = yield* run.commit(token);
    if (finishReason) return finishReason;
    logits = yield* target.forward(token, "decode");
  }
}
