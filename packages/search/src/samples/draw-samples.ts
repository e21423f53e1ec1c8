import type { DecodeContext, DecodeEvent, FinishReason, ReportingSession, Logits, Sampler, TokenId } from "@decodekit/core";
import { drawPredicted, GrowingSequence, negativeLogLikelihood, wholeRow } from "@decodekit/core/toolkit";
import { requireFork } from "../require-fork.ts";
import type { Sample } from "./sample.ts";

type Context = DecodeContext<"causal">;

/** Which samples to draw. */
export interface Sampling {
  /** The decoder, for errors. */
  readonly where: string;
  /** How many, >= 1. */
  readonly count: number;
  readonly sampler: Sampler;
}

/**
 * Draws samples one after another, each from a fork of the session that has read the prompt, so that at most two sessions are open. The
 * token of sample i at position p, counted from the start of the prompt, draws from `random.fork(i).fork(p)`. `lead` receives the
 * samples so far after each; the sample that it returns is proposed.
 */
export async function* drawSamples(
  context: Context,
  { where, count, sampler }: Sampling,
  lead: (samples: readonly Sample[]) => Sample | undefined,
): AsyncGenerator<DecodeEvent, readonly Sample[], void> {
  requireFork(where, context.models.causal);
  const prefix = await context.openSession("causal");
  const first = yield* prefix.forward(context.tokens, "prefill");
  const samples: Sample[] = [];
  for (let index = 0; index < count; index++) {
    // The last one needs no fork: nothing else goes on from the prompt.
    const session = index === count - 1 ? prefix : await context.openSession("causal", prefix);
    samples.push(yield* drawSample(context, { index, sampler, session, first }));
    await session.session.dispose();
    const tokens = lead(samples)?.tokens;
    if (tokens && tokens.length > 0) yield { type: "tokens-propose", start: context.promptLength, tokens };
  }
  return samples;
}

interface Drawing {
  readonly index: number;
  readonly sampler: Sampler;
  /** Has read the prompt. */
  readonly session: ReportingSession;
  /** The row after the prompt. */
  readonly first: Logits;
}

async function* drawSample(
  { tokens: prompt, promptLength, remaining, stopTokens, random }: Context,
  { index, sampler, session, first }: Drawing,
): AsyncGenerator<DecodeEvent, Sample, void> {
  const sequence = new GrowingSequence(prompt);
  const ownRandom = random.fork(index);
  let logits = first;
  let logProbability = 0;
  for (;;) {
    const { tokens, length: position } = sequence;
    const predicted = { logits, index: 0, sequence: { tokens, promptLength } };
    const token = await drawPredicted(sampler, predicted, () => ownRandom.fork(position));
    logProbability -= negativeLogLikelihood(await wholeRow(logits, 0), token);
    const finishReason = finishReasonOf(token);
    if (finishReason !== "stop") sequence.append(Int32Array.of(token));
    if (finishReason) {
      const drawn = sequence.tokens.slice(promptLength);
      return { index, tokens: drawn, finishReason, logProbability, length: drawn.length + (finishReason === "stop" ? 1 : 0) };
    }
    logits = yield* session.forward(Int32Array.of(token), "decode");
  }

  function finishReasonOf(token: TokenId): Sample["finishReason"] | undefined {
    if (stopTokens.has(token)) return "stop";
    return sequence.length + 1 - promptLength === remaining ? "length" : undefined;
  }
}

/** Commits the tokens of a sample, and returns why it ended. */
export function* commitSample(context: Context, { tokens, finishReason }: Sample): Generator<DecodeEvent, FinishReason, void> {
  yield* context.commit(tokens);
  return finishReason;
}
