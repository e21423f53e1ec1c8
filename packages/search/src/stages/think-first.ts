import {
  checkTokens,
  type DecodeContext,
  type DecodeEvent,
  type Decoder,
  defineDecoder,
  type FinishReason,
  greedySampler,
  InvalidOptionError,
  type Logits,
  objectOption,
  type OptionDefinition,
  type PluginOption,
  type ReportingSession,
  resolveOptions,
  type Sampler,
  type TokenId,
} from "@decodekit/core";
import { concatTokens, drawPredicted, drawToken, readsOf, SAMPLER_OPTION, wholeRow } from "@decodekit/core/toolkit";

export interface ThinkFirstOptions {
  /** Maximum number of tokens of the scratch text, an integer >= 0. 0 goes straight to the separator. @defaultValue 64 */
  readonly scratchTokens?: number | undefined;
  /**
   * Tokens that are put between scratch text and answer, whatever the model predicts, for example those of "\nSo the answer is".
   * @defaultValue none
   */
  readonly separator?: Int32Array | readonly TokenId[] | undefined;
  /** Tokens that end the scratch text besides the decode's stop tokens; they are not part of it. @defaultValue none */
  readonly scratchStopTokens?: Int32Array | readonly TokenId[] | undefined;
  /** Maximum number of tokens of the answer, an integer >= 1. @defaultValue as many as `maxNewTokens` leaves */
  readonly answerTokens?: number | undefined;
  /** How the tokens of the scratch text are chosen. @defaultValue greedySampler */
  readonly scratchSampler?: Sampler | undefined;
  /** How the tokens of the answer are chosen. @defaultValue greedySampler */
  readonly sampler?: Sampler | undefined;
}

export const SCRATCH_TOKENS_OPTION = {
  type: "integer",
  help: "Maximum number of tokens of the scratch text",
  default: 64,
  minimum: 0,
} as const satisfies PluginOption;

export const ANSWER_TOKENS_OPTION = {
  type: "integer",
  help: "Maximum number of tokens of the answer; without it, as many as the limit of all new tokens leaves",
  minimum: 1,
} as const satisfies PluginOption;

const TOKENS_OPTION = objectOption("tokens: a list of integers >= 0", (value) => {
  return (Array.isArray(value) || value instanceof Int32Array) && Array.from<unknown>(value).every(isToken);
});

function isToken(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const OPTIONS = {
  scratchTokens: SCRATCH_TOKENS_OPTION,
  answerTokens: ANSWER_TOKENS_OPTION,
  separator: TOKENS_OPTION,
  scratchStopTokens: TOKENS_OPTION,
  scratchSampler: SAMPLER_OPTION,
  sampler: SAMPLER_OPTION,
} as const satisfies Readonly<Record<keyof ThinkFirstOptions, OptionDefinition>>;

/**
 * Creates a decoder of two stages: a scratch text of at most `scratchTokens` tokens, in which a model may reason, then the separator, then
 * the answer. So zero-shot chain of thought asks for reasoning and then for the answer (Kojima et al. 2022, arXiv 2205.11916), within a
 * budget of tokens whose end forces the answer (Muennighoff et al. 2025, arXiv 2501.19393). A stop token ends the scratch text too, and
 * is not read; without a separator, what follows it is then predicted from the same row.
 *
 * Output are all three, in one text: `generateInStages` keeps them apart. `maxNewTokens` is the limit of all three together. The token at
 * position n draws from `random.fork(n)`. The separator is read in one pass with the token before it.
 *
 * The decode throws InvalidOptionError for a separator outside the vocabulary.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function thinkFirst(options: ThinkFirstOptions = {}): Decoder<"causal"> {
  return stagedDecoder("thinkFirst", options, () => undefined);
}

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

interface Settings {
  readonly where: string;
  readonly scratchTokens: number;
  readonly answerTokens: number;
  readonly separator: Int32Array;
  readonly scratchStopTokens: Int32Array;
  readonly scratchSampler: Sampler;
  readonly sampler: Sampler;
  readonly onStages: (lengths: StageLengths) => void;
}

/** Creates the decoder of `thinkFirst` for one decode whose stages `onStages` receives before the answer. `where` is named in errors. */
export function stagedDecoder(where: string, options: ThinkFirstOptions, onStages: (lengths: StageLengths) => void): Decoder<"causal"> {
  const resolved = resolveOptions<ThinkFirstOptions, typeof OPTIONS>(where, options, OPTIONS);
  const {
    scratchTokens,
    answerTokens = Infinity,
    separator = [],
    scratchStopTokens = [],
    scratchSampler = greedySampler,
    sampler = greedySampler,
  } = resolved;
  const settings = {
    where,
    scratchTokens,
    answerTokens,
    separator: Int32Array.from(separator),
    scratchStopTokens: Int32Array.from(scratchStopTokens),
    scratchSampler,
    sampler,
    onStages,
  };
  return defineDecoder({ name: "think-first", requires: ["causal"], run: (context) => run(context, settings) });
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

async function* run(context: DecodeContext<"causal">, settings: Settings): AsyncGenerator<DecodeEvent, FinishReason, void> {
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
  { scratchTokens, scratchStopTokens, scratchSampler }: Settings,
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
function checkSeparator({ models, stopTokens }: DecodeContext<"causal">, { where, separator }: Settings): void {
  checkTokens(where, "separator", separator, models.causal.vocabSize);
  const stop = separator.find((token) => stopTokens.has(token));
  if (stop === undefined) return;
  throw new InvalidOptionError({ where, option: "separator", expected: "without stop tokens", actual: `one with ${stop}` });
}
