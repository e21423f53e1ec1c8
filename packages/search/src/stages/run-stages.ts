import {
  checkTokens,
  type DecodeContext,
  type DecodeEvent,
  type FinishReason,
  InvalidOptionError,
  type Logits,
  type ReportingSession,
  type Sampler,
  type TokenId,
} from "@decodekit/core";
import { concatTokens, drawPredicted, drawToken, readsOf, wholeRow } from "@decodekit/core/toolkit";

/** The lengths of the stages of one decode. */
export interface StageLengths {
  /** Shape (m,). */
  readonly prompt: Int32Array;
  /** Number of tokens of the scratch text. */
  readonly scratch: number;
  /** Number of tokens of the separator that were committed. */
  readonly separator: number;
  /** Whether the scratch text ended by itself: by a stop token and not by its limit. */
  readonly scratchStopped: boolean;
}

/** The checked options of one decode. */
export interface StageSettings {
  readonly where: string;
  readonly scratchTokens: number;
  readonly answerTokens: number;
  readonly separator: Int32Array;
  readonly scratchStopTokens: Int32Array;
  readonly scratchSampler: Sampler;
  readonly sampler: Sampler;
  readonly onStages: (lengths: StageLengths) => void;
}

/** The end of the scratch text. */
interface Scratch {
  /** Number of its tokens. */
  readonly count: number;
  readonly stopped: boolean;
  /** Why the decode ended with it, if it did. */
  readonly finishReason: FinishReason | undefined;
}

/** A session, and the tokens that it has yet to read before another one can be chosen. */
class Reader {
  readonly #session: ReportingSession;
  #unread: Int32Array;
  #logits: Logits | undefined;

  constructor(session: ReportingSession, prompt: Int32Array) {
    this.#session = session;
    this.#unread = prompt;
  }

  append(tokens: Int32Array): void {
    this.#unread = concatTokens(this.#unread, tokens);
  }

  /** Chooses the token after all tokens. */
  async *choose(context: DecodeContext<"causal">, sampler: Sampler): AsyncGenerator<DecodeEvent, TokenId, void> {
    const random = () => context.random.fork(context.tokens.length);
    if (this.#unread.length === 0) {
      // The last row was read for another sampler, maybe in part.
      return drawToken(sampler, await wholeRow(this.#logits!, 0), context, random);
    }
    const phase = this.#logits ? "decode" : "prefill";
    this.#logits = yield* this.#session.forward(this.#unread, phase, 1, readsOf(sampler));
    this.#unread = new Int32Array();
    return drawPredicted(sampler, { logits: this.#logits, index: 0, sequence: context }, random);
  }
}

/** Writes the scratch text, the separator and the answer. */
export async function* runStages(
  context: DecodeContext<"causal">,
  settings: StageSettings,
): AsyncGenerator<DecodeEvent, FinishReason, void> {
  const { answerTokens, separator, sampler, onStages } = settings;
  checkSeparator(context, settings);
  const { tokens: prompt } = context;
  const reader = new Reader(await context.openSession("causal"), prompt);
  const { count: scratch, stopped, finishReason } = yield* writeScratch(context, settings, reader);
  onStages({ prompt, scratch, separator: Math.min(separator.length, context.remaining), scratchStopped: stopped });
  if (finishReason) return finishReason;
  if (separator.length > 0) {
    reader.append(separator);
    const ended = yield* context.commit(separator.slice());
    if (ended) return ended;
  }
  for (let count = 0; count < answerTokens; count++) {
    const token = Int32Array.of(yield* reader.choose(context, sampler));
    const ended = yield* context.commit(token);
    if (ended) return ended;
    reader.append(token);
  }
  return "length";
}

async function* writeScratch(
  context: DecodeContext<"causal">,
  { scratchTokens, scratchStopTokens, scratchSampler }: StageSettings,
  reader: Reader,
): AsyncGenerator<DecodeEvent, Scratch, void> {
  for (let count = 0; count < scratchTokens; count++) {
    const token = yield* reader.choose(context, scratchSampler);
    if (context.stopTokens.has(token) || scratchStopTokens.includes(token)) return { count, stopped: true, finishReason: undefined };
    const tokens = Int32Array.of(token);
    const finishReason = yield* context.commit(tokens);
    if (finishReason) return { count: count + 1, stopped: false, finishReason };
    reader.append(tokens);
  }
  return { count: scratchTokens, stopped: false, finishReason: undefined };
}

/** @throws InvalidOptionError for a separator that the model cannot read, or that would end the decode. */
function checkSeparator({ models, stopTokens }: DecodeContext<"causal">, { where, separator }: StageSettings): void {
  checkTokens(where, "separator", separator, models.causal.vocabSize);
  const stop = separator.find((token) => stopTokens.has(token));
  if (stop === undefined) return;
  throw new InvalidOptionError({ where, option: "separator", expected: "without stop tokens", actual: `one with ${stop}` });
}
