// Stryker disable all: what the tests are about is the drafter
import { type Decoder, draftFrom, type Drafter, runDecode, softmax } from "@decodekit/core";
import { plainSampler } from "../lossless.ts";
import { right } from "../negative-controls.ts";

/** Lossless speculation at its simplest, with any drafter that gives probabilities; the target reads everything anew in every round. */
export function speculating(drafter: Drafter, draftLength: number): Decoder {
  const decoder: Decoder = {
    name: "speculating",
    requires: ["causal", ...drafter.requires],
    lossless: true,
    decode: (models, prompt, options) =>
      runDecode(decoder, models, prompt, options, async function* (run) {
        const target = await run.openSession("causal");
        const session = await drafter.start({
          models: run.models,
          prompt,
          vocabSize: models.causal.vocabSize,
          stopTokens: run.stopTokens,
          sampler: plainSampler,
          usesProbabilities: true,
          signal: undefined,
          openSession: (role) => run.openSession(role),
          openMaskedSession: (role) => run.openMaskedSession(role, target.session),
        });
        for (;;) {
          const max = Math.min(draftLength, run.remaining - 1);
          const random = run.random.fork(run.tokens.length);
          const draft = max > 0 ? yield* draftFrom(session, { max, maxDepth: max, random: random.fork(0) }) : { tokens: new Int32Array(0) };
          const drafted = [...draft.tokens];
          await target.session.rewindTo(0);
          const logits = yield* target.forward(Int32Array.of(...run.tokens, ...drafted), "verify", drafted.length + 1);
          const p = Array.from({ length: logits.rows }, (_, row) => softmax(logits.row(row)));
          const { accepted, next } = right({ drafted, p, q: draft.probabilities ?? [], random: random.fork(1) });
          const tokens = Int32Array.of(...drafted.slice(0, accepted), next);
          const finishReason = yield* run.commit(tokens);
          if (finishReason) return finishReason;
          session.observe({ tokens, drafted: drafted.length, accepted });
        }
      }),
  };
  return decoder;
}
