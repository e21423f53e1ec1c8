import {
  type DecodeContext,
  type DecodeEvent,
  type Decoder,
  defineDecoder,
  logSoftmax,
  type ReportingSession,
  resolveOptions,
} from "@decodekit/core";
import { type SecondGuessOptions, options } from "./options.ts";

/**
 * Greedy decoding that backtracks where it is unsure. Where the likeliest token leads the second one by less than `margin` nats, the text
 * is written on for `horizon` tokens greedily after each of the two, in one session: the second one first, which is then withdrawn and the
 * cache rewound. The beginning with the higher mean log-probability per token is committed, the likeliest token in a tie. Both beginnings
 * end at a stop token, whose probability counts.
 *
 * Branching only at uncertain positions is that of Li et al. 2025, “Entropy-Gated Branching for Efficient Test-Time Reasoning”
 * (arXiv:2503.21961); the lead of the first over the second token as the measure of certainty is that of Wang and Zhou 2024,
 * “Chain-of-Thought Reasoning Without Prompting” (arXiv:2402.10200). Here the model itself judges, two beginnings are tried, and the lead
 * is a difference of logits.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function secondGuess(given: SecondGuessOptions = {}): Decoder<"causal"> {
  const { margin, horizon } = resolveOptions("secondGuess", given, options);
  return defineDecoder({
    name: "second-guess",
    requires: ["causal"],
    capabilities: ["rewind"],
    // With no margin nothing is ever tried, and the output is that of greedy decoding.
    lossless: margin === 0,
    async *run(context) {
      const target = await context.openSession("causal");
      let choice = likeliestTwo((yield* target.forward(context.tokens, "prefill")).row(0));
      for (;;) {
        const { first, second } = choice;
        let kept: Beginning = { tokens: [first.token], score: first.logProbability };
        let unread = kept.tokens;
        if (second !== undefined && first.logProbability - second.logProbability < margin) {
          const start = target.session.length;
          const other = yield* write(context, target, second, horizon);
          await target.session.rewindTo(start);
          yield { type: "tokens-withdraw", start: context.tokens.length };
          kept = yield* write(context, target, first, horizon);
          unread = kept.tokens.slice(-1);
          if (other.score > kept.score) {
            await target.session.rewindTo(start);
            kept = other;
            unread = kept.tokens;
          }
        }
        const finishReason = yield* context.commit(Int32Array.from(kept.tokens));
        if (finishReason) return finishReason;
        choice = likeliestTwo((yield* target.forward(Int32Array.from(unread), "decode")).row(0));
      }
    },
  });
}

/** A possible continuation; its score is its mean log-probability per token. */
interface Beginning {
  readonly tokens: readonly number[];
  readonly score: number;
}

/** Writes on greedily after `from`, and shows what is written. All tokens but the last are then in the session's cache. */
async function* write(
  context: DecodeContext<"causal">,
  target: ReportingSession,
  from: Choice,
  horizon: number,
): AsyncGenerator<DecodeEvent, Beginning, void> {
  const start = context.tokens.length;
  const length = Math.min(horizon, context.remaining);
  const tokens = [from.token];
  let sum = from.logProbability;
  for (;;) {
    const last = tokens.at(-1)!;
    if (context.stopTokens.has(last)) break;
    yield { type: "tokens-propose", start, tokens: Int32Array.from(tokens) };
    if (tokens.length === length) break;
    const { first } = likeliestTwo((yield* target.forward(Int32Array.of(last), "decode")).row(0));
    tokens.push(first.token);
    sum += first.logProbability;
  }
  return { tokens, score: sum / tokens.length };
}

interface Choice {
  readonly token: number;
  readonly logProbability: number;
}

/** The likeliest token of a row and the one after it, if there is one; the lower id comes first among equals. */
function likeliestTwo(row: Float32Array): { readonly first: Choice; readonly second: Choice | undefined } {
  const logs = logSoftmax(row);
  let first = -1;
  let second = -1;
  for (const [token, log] of logs.entries()) {
    if (log === -Infinity) continue;
    if (first < 0 || log > logs[first]!) [first, second] = [token, first];
    else if (second < 0 || log > logs[second]!) second = token;
  }
  const choice = (token: number): Choice => ({ token, logProbability: logs[token]! });
  return { first: choice(first), second: second < 0 ? undefined : choice(second) };
}
