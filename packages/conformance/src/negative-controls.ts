import { type Decoder, type DecodeContext, defineDecoder, softmax, type TokenId } from "@decodekit/core";

/** A speculative decoder with a well-known mistake, which a proof of losslessness must detect. */
export interface NegativeControl {
  readonly name: string;
  readonly create: () => Decoder<"causal" | "draft">;
}

/** A draft for a verification rule: row i of p and q is for token i, and p has one row more. */
interface DraftedRound {
  readonly drafted: readonly TokenId[];
  readonly p: readonly Float64Array[];
  readonly q: readonly Float64Array[];
  readonly random: DecodeContext["random"];
}

/** Returns how many drafted tokens are accepted, and the token after them. */
export type Rule = (round: DraftedRound) => { readonly accepted: number; readonly next: TokenId };

const DRAFT_LENGTH = 2;
/** Below this probability a drafted token ends the draft. */
const LOW_CONFIDENCE = 0.4;

const residual = (p: Float64Array, q: Float64Array): Float64Array => p.map((probability, token) => Math.max(probability - q[token]!, 0));

/** Accepts token by token with probability min(1, p/q), and draws the token after a rejection with `resample`. */
const tokenByToken =
  (resample: (p: Float64Array, q: Float64Array) => Float64Array): Rule =>
  ({ drafted, p, q, random }) => {
    const rejected = drafted.findIndex((token, place) => !random.bernoulli(Math.min(1, p[place]![token]! / q[place]![token]!)));
    if (rejected < 0) return { accepted: drafted.length, next: random.categorical(p[drafted.length]!) };
    return { accepted: rejected, next: random.categorical(resample(p[rejected]!, q[rejected]!)) };
  };

/** The correct rule: resamples from max(p − q, 0), normalised. */
export const right: Rule = tokenByToken((p, q) => {
  const weights = residual(p, q);
  return weights.some((weight) => weight > 0) ? weights : p;
});

/** Uses max(p − q, 0) as probabilities although it sums to less than 1: a draw beyond the sum returns the last token. */
const unnormalised = tokenByToken((p, q) => {
  const weights = residual(p, q);
  weights[weights.length - 1]! += 1 - weights.reduce((sum, weight) => sum + weight, 0);
  return weights;
});

/**
 * "Block verification" as some kernels have it: the largest i with Π min(1, p/q) >= Π u over the first i tokens, u uniform,
 * and the token-wise residual. For two tokens the law of i has a closed form: with a = min(1, p₁/q₁) and c = a · min(1, p₂/q₂),
 * P(2) = c (1 − ln c), P(1) = a − c (1 + ln(a / c)).
 */
const wrongBlock: Rule = ({ drafted, p, q, random }) => {
  const [a = 1, second = 1] = drafted.map((token, place) => Math.min(1, p[place]![token]! / q[place]![token]!));
  const c = a * second;
  const two = c > 0 ? c * (1 - Math.log(c)) : 0;
  const one = c > 0 ? a - c * (1 + Math.log(a / c)) : a;
  const law = drafted.length === 2 ? [Math.max(0, 1 - one - two), Math.max(0, one), two] : drafted.length === 1 ? [1 - a, a] : [1];
  const accepted = random.categorical(law);
  if (accepted === drafted.length) return { accepted, next: random.categorical(p[accepted]!) };
  const weights = residual(p[accepted]!, q[accepted]!);
  return { accepted, next: random.categorical(weights.some((weight) => weight > 0) ? weights : p[accepted]!) };
};

/** Decoders with one mistake each. */
export const negativeControls: readonly NegativeControl[] = [
  { name: "resampling from p", create: () => simpleSpeculation(tokenByToken((p) => p)) },
  { name: "un-normalised residual", create: () => simpleSpeculation(unnormalised) },
  { name: "dropping the low-confidence token", create: () => simpleSpeculation(right, "drop") },
  { name: "wrong block rule", create: () => simpleSpeculation(wrongBlock) },
];

/** The same decoders without their mistakes, which show that only the mistakes are detected. */
export const positiveControls: readonly NegativeControl[] = [
  { name: "token by token", create: () => simpleSpeculation(right) },
  { name: "keeping the low-confidence token", create: () => simpleSpeculation(right, "keep") },
];

/** The simplest speculative decoding: every round reads the whole sequence again. */
function simpleSpeculation(rule: Rule, lowConfidence?: "drop" | "keep"): Decoder<"causal" | "draft"> {
  return defineDecoder<"causal" | "draft">({
    name: "simple-speculation",
    requires: ["causal", "draft"],
    async *run(context) {
      const target = await context.openSession("causal");
      const draft = await context.openSession("draft");
      for (;;) {
        const drafted: TokenId[] = [];
        const q: Float64Array[] = [];
        while (drafted.length < Math.min(DRAFT_LENGTH, context.remaining - 1)) {
          await draft.session.rewindTo(0);
          const row = softmax((yield* draft.forward(Int32Array.of(...context.tokens, ...drafted), "draft")).row(0));
          const token = context.random.categorical(row);
          const isLow = row[token]! < LOW_CONFIDENCE;
          if (isLow && lowConfidence === "drop") break;
          drafted.push(token);
          q.push(row);
          if (isLow && lowConfidence === "keep") break;
        }
        await target.session.rewindTo(0);
        const logits = yield* target.forward(Int32Array.of(...context.tokens, ...drafted), "verify", drafted.length + 1);
        const p = Array.from({ length: logits.rows }, (_, index) => softmax(logits.row(index)));
        const { accepted, next } = rule({ drafted, p, q, random: context.random });
        const finishReason = yield* context.commit(Int32Array.of(...drafted.slice(0, accepted), next));
        if (finishReason) return finishReason;
      }
    },
  });
}
