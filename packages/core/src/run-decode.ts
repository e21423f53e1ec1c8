import type { DecodeEvent, DecodeOptions, Decoder, FinishReason, TokensCommitEvent } from "./decoder.ts";
import { turnIfDue } from "./event-loop.ts";
import { ContextLengthError, InvalidOptionError, MissingModelError } from "./errors.ts";
import type { MaskedSession, ModelRole, ModelSet, Session, TokenId } from "./model.ts";
import { integerBetween } from "./options.ts";
import { seededRandom, type RandomSource } from "./random.ts";
import {
  type CausalRole,
  type MaskedRole,
  reportingMaskedSession,
  type ReportingMaskedSession,
  reportingSession,
  type ReportingSession,
} from "./reporting-session.ts";

/** What the body of a decoder works with: the sequence so far, its limits, and sessions that report their passes. */
export interface DecodeRun<Role extends ModelRole = ModelRole> {
  readonly models: Pick<ModelSet, Role>;
  /** Prompt and committed tokens, shape (n,). A view that later commits do not change, but do not extend either. */
  readonly tokens: Int32Array;
  readonly promptLength: number;
  /** How many tokens may still be committed: >= 1 when the body starts. */
  readonly remaining: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  readonly random: RandomSource;
  readonly signal: AbortSignal | undefined;
  /** Opens a session of a causal model; it is disposed when the decode ends, however it ends. */
  openSession(role: Role & CausalRole): Promise<ReportingSession>;
  /** Opens a session of a masked model, on top of the cache of `over` where given; disposed like the others, before `over`. */
  openMaskedSession(role: Role & MaskedRole, over?: Session): Promise<ReportingMaskedSession>;
  /**
   * Commits `tokens` up to the first stop token or the limit, whichever comes first, and reports what was committed.
   * Returns why the decode is over, or undefined when it goes on. The array must not be written to afterwards.
   */
  commit(tokens: Int32Array, details?: Pick<TokensCommitEvent, "logProbabilities">): Generator<DecodeEvent, FinishReason | undefined, void>;
}

/** What `runDecode` needs to know of the decoder that it runs. */
export interface RunningDecoder<Role extends ModelRole> extends Pick<Decoder<Role>, "name" | "requires"> {
  /**
   * Roles whose models only draft. They may have a shorter context than the target, which does not end the decode, and another vocabulary:
   * the decoder that uses them handles both. @defaultValue ["draft"]
   */
  readonly draftRoles?: readonly ModelRole[] | undefined;
}

/** The part of a decoder that is its own: it yields events between start and end, and returns why it ended. */
export type DecodeBody<Role extends ModelRole> = (run: DecodeRun<Role>) => AsyncGenerator<DecodeEvent, FinishReason, void>;

/**
 * Runs `body` as the `decode` of `decoder`: checks the input, brackets the events with `decode-start` and
 * `decode-end`, turns an abort into a finish reason, and disposes every session.
 */
export async function* runDecode<Role extends ModelRole>(
  decoder: RunningDecoder<Role>,
  models: Pick<ModelSet, Role>,
  prompt: Int32Array,
  options: DecodeOptions,
  body: DecodeBody<Role>,
): AsyncGenerator<DecodeEvent, void, void> {
  const limit = checkInput(decoder, models, prompt, options);
  yield { type: "decode-start", promptLength: prompt.length };
  const sessions: (Session | MaskedSession)[] = [];
  const { signal } = options;
  let finishReason: FinishReason = signal?.aborted ? "abort" : "length";
  const events = limit > prompt.length ? body(new StartedRun(models, prompt, limit, options, sessions)) : undefined;
  try {
    while (events) {
      const turn = turnIfDue();
      if (turn) await turn;
      if (signal?.aborted) {
        finishReason = "abort";
        break;
      }
      const next = await events.next();
      if (next.done) {
        finishReason = next.value;
        break;
      }
      yield next.value;
    }
  } catch (error) {
    if (!(signal?.aborted && error === signal.reason)) throw error;
    finishReason = "abort";
  } finally {
    await events?.return("abort");
    await Promise.all(sessions.map((session) => session.dispose()));
  }
  yield { type: "decode-end", finishReason };
}

class StartedRun<Role extends ModelRole> implements DecodeRun<Role> {
  readonly models: Pick<ModelSet, Role>;
  readonly promptLength: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  readonly random: RandomSource;
  readonly signal: AbortSignal | undefined;
  readonly #limit: number;
  readonly #sequence: GrowingSequence;
  /** In the order in which they are to be disposed. */
  readonly #sessions: (Session | MaskedSession)[];

  constructor(
    models: Pick<ModelSet, Role>,
    prompt: Int32Array,
    limit: number,
    options: DecodeOptions,
    sessions: (Session | MaskedSession)[],
  ) {
    this.models = models;
    this.promptLength = prompt.length;
    this.stopTokens = new Set(options.stopTokens);
    this.random = options.random ?? seededRandom(options.seed ?? 0);
    this.signal = options.signal;
    this.#limit = limit;
    this.#sequence = new GrowingSequence(prompt);
    this.#sessions = sessions;
  }

  get tokens(): Int32Array {
    return this.#sequence.tokens;
  }

  get remaining(): number {
    return this.#limit - this.#sequence.length;
  }

  async openSession(role: Role & CausalRole): Promise<ReportingSession> {
    const model = this.models[role];
    const session = await model.createSession();
    this.#sessions.push(session);
    return reportingSession(session, role, this.signal);
  }

  async openMaskedSession(role: Role & MaskedRole, over?: Session): Promise<ReportingMaskedSession> {
    const model = this.models[role];
    const session = await model.createSession(over);
    this.#sessions.unshift(session);
    return reportingMaskedSession(session, role, this.signal);
  }

  *commit(
    tokens: Int32Array,
    details?: Pick<TokensCommitEvent, "logProbabilities">,
  ): Generator<DecodeEvent, FinishReason | undefined, void> {
    const start = this.#sequence.length;
    const { count, finishReason } = countCommitted(tokens, this.#limit - start, this.stopTokens);
    if (count > 0) {
      const committed = count === tokens.length ? tokens : tokens.subarray(0, count);
      const logProbabilities = details?.logProbabilities?.subarray(0, count);
      this.#sequence.append(committed);
      yield { type: "tokens-commit", start, tokens: committed, ...(logProbabilities && { logProbabilities }) };
    }
    return finishReason;
  }
}

/** How many of `tokens` come before a stop token and find room, and why the decode ends with them, if it does. */
function countCommitted(
  tokens: Int32Array,
  room: number,
  stopTokens: ReadonlySet<TokenId>,
): { count: number; finishReason: FinishReason | undefined } {
  const most = Math.min(tokens.length, room);
  for (let count = 0; count < most; count++) {
    if (stopTokens.has(tokens[count]!)) return { count, finishReason: "stop" };
  }
  return { count: most, finishReason: most === room ? "length" : undefined };
}

/** Tokens in a buffer that doubles when it is full, so that views of it stay what they were. */
class GrowingSequence {
  length: number;
  #buffer: Int32Array;

  constructor(initial: Int32Array) {
    this.#buffer = Int32Array.from(initial);
    this.length = initial.length;
  }

  get tokens(): Int32Array {
    return this.#buffer.subarray(0, this.length);
  }

  append(more: Int32Array): void {
    if (this.length + more.length > this.#buffer.length) {
      const larger = new Int32Array(2 * (this.length + more.length));
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(more, this.length);
    this.length += more.length;
  }
}

/** Checks everything that can be wrong before the first pass; gives the length at which the sequence is full. */
function checkInput(
  { name: where, requires, draftRoles = ["draft"] }: RunningDecoder<ModelRole>,
  models: Partial<ModelSet>,
  prompt: Int32Array,
  { maxNewTokens, stopTokens = [] }: DecodeOptions,
): number {
  if (prompt.length === 0) throw new InvalidOptionError({ where, option: "prompt", expected: "at least 1 token", actual: 0 });
  checkCount(where, "maxNewTokens", maxNewTokens);
  let limit = prompt.length + maxNewTokens;
  for (const role of requires) {
    const model = models[role];
    if (!model) throw new MissingModelError(where, role);
    if (draftRoles.includes(role)) continue;
    if (prompt.length > model.contextLength) throw new ContextLengthError(prompt.length, model.contextLength);
    limit = Math.min(limit, model.contextLength);
    checkTokens(where, "prompt", prompt, model.vocabSize);
    checkTokens(where, "stopTokens", stopTokens, model.vocabSize);
  }
  return limit;
}

function checkCount(where: string, option: string, actual: number): void {
  const check = integerBetween(0);
  if (!check.accepts(actual)) throw new InvalidOptionError({ where, option, expected: check.expected, actual });
}

/** @throws InvalidOptionError when a token is not an integer in [0, vocabSize). */
export function checkTokens(where: string, option: string, tokens: ArrayLike<TokenId>, vocabSize: number): void {
  for (let index = 0; index < tokens.length; index++) {
    const actual = tokens[index]!;
    if (Number.isInteger(actual) && actual >= 0 && actual < vocabSize) continue;
    throw new InvalidOptionError({ where, option: `${option}[${index}]`, expected: `a token id in [0, ${vocabSize})`, actual });
  }
}
