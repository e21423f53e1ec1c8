// Stryker disable all: the tests are about the drafter
import { type Decoder, defineDecoder, draftFrom, type Drafter, softmax } from "@decodekit/core";
import { plainSampler } from "../lossless.ts";
import { right } from "../negative-controls.ts";

/** The simplest lossless speculation, with any drafter of probabilities; the target reads the whole sequence again in every round. */
export function speculating(drafter: Drafter, draftLength: number): Decoder {
  return defineDecoder({
    name: "speculating",
    requires: ["causal", ...drafter.requires],
    lossless: true,
    async *run(context) {
      const target = await context.openSession("causal");
      const session = await drafter.start({
        models: context.models,
        prompt: context.tokens,
        vocabSize: context.models.causal.vocabSize,
        stopTokens: context.stopTokens,
        sampler: plainSampler,
        usesProbabilities: true,
        signal: undefined,
        openSession: (role) => context.openSession(role),
        openMaskedSession: (role) => context.openMaskedSession(role, target.session),
      });
      for (;;) {
        const max = Math.min(draftLength, context.remaining - 1);
        const random = context.random.fork(context.tokens.length);
        const draft = max > 0 ? yield* draftFrom(session, { max, maxDepth: max, random: random.fork(0) }) : { tokens: new Int32Array(0) };
        const drafted = [...draft.tokens];
        await target.session.rewindTo(0);
        const logits = yield* target.forward(Int32Array.of(...context.tokens, ...drafted), "verify", drafted.length + 1);
        const p = Array.from({ length: logits.rows }, (_, row) => softmax(logits.row(row)));
        const { accepted, next } = right({ drafted, p, q: draft.probabilities ?? [], random: random.fork(1) });
        const tokens = Int32Array.of(...drafted.slice(0, accepted), next);
        const finishReason = yield* context.commit(tokens);
        if (finishReason) return finishReason;
        session.observe({ tokens, drafted: drafted.length, accepted });
      }
    },
  });
}
