import type { DecodeEvent, DecodeOptions, Decoder, FinishReason, TokensCommitEvent } from "../contracts/decoder.ts";
import type { MaskedSession, ModelRole, ModelSet, Session, TokenId } from "../contracts/model.ts";
import type { CausalRole, MaskedRole, ReportingMaskedSession, ReportingSession } from "../contracts/reporting-session.ts";
import type { Sequence } from "../contracts/sampler.ts";
import { ContextLengthError, InvalidOptionError, MissingModelError } from "../errors.ts";
import { seededRandom, type RandomSource } from "../random/random.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { GrowingSequence } from "../tokens/growing-sequence.ts";
import { turnIfDue } from "./event-loop.ts";
import { reportingMaskedSession, reportingSession } from "./reporting-session.ts";

/** The context of one decode: the sequence so far, its limits, and sessions that report their passes. */
export interface DecodeContext<Role extends ModelRole = ModelRole> extends Sequence {
  readonly models: Pick<ModelSet, Role>;
  /** Prompt and committed tokens, shape (n,): a view that later commits do not change or extend. */
  readonly tokens: Int32Array;
  /** Number of tokens that may still be committed: >= 1 when the decoder starts. */
  readonly remaining: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  readonly random: RandomSource;
  readonly signal: AbortSignal | undefined;
  /**
   * Opens a session of a causal model, which is disposed when the decode ends for any reason; it may be disposed earlier. With `prefix`,
   * another session of this decode and role, it is a fork with the same cached prefix; only for a model whose `capabilities.fork` is true.
   */
  openSession(role: Role & CausalRole, prefix?: ReportingSession): Promise<ReportingSession>;
  /**
   * Opens a session of a masked model, over the cache of `causalSession` if given. It is disposed like the others, before `causalSession`.
   */
  openMaskedSession(role: Role & MaskedRole, causalSession?: Session): Promise<ReportingMaskedSession>;
  /**
   * Commits `tokens` up to the first stop token or the limit, whichever comes first, and reports the committed tokens. Returns the
   * finish reason if the decode is over, or undefined if it continues. The array must not be written to afterwards.
   */
  commit(tokens: Int32Array, details?: Pick<TokensCommitEvent, "logProbabilities">): Generator<DecodeEvent, FinishReason | undefined, void>;
}

/** The definition from which `defineDecoder` creates a decoder. */
export interface DecoderDefinition<Role extends ModelRole> extends Omit<Decoder<Role>, "decode"> {
  /**
   * Roles whose models only draft. They may have a shorter context than the target, which does not end the decode, and another
   * vocabulary; the decoder must handle both. @defaultValue ["draft"]
   */
  readonly draftRoles?: readonly ModelRole[] | undefined;
  /** The strategy itself: yields the events between start and end, and returns the finish reason. */
  readonly run: (context: DecodeContext<Role>) => AsyncGenerator<DecodeEvent, FinishReason, void>;
}

/**
 * Creates a decoder. It checks the input before `run` starts, emits `decode-start` and `decode-end` around the events of `run`, turns an
 * abort into a finish reason, yields to the event loop, and disposes every session: rules 1, 3, 5 and 6 of `Decoder`.
 */
export function defineDecoder<Role extends ModelRole>(definition: DecoderDefinition<Role>): Decoder<Role> {
  const { draftRoles: _, run: __, ...decoder } = definition;
  return { ...decoder, decode: (models, prompt, options) => decode(definition, models, prompt, options) };
}

async function* decode<Role extends ModelRole>(
  definition: DecoderDefinition<Role>,
  models: Pick<ModelSet, Role>,
  prompt: Int32Array,
  options: DecodeOptions,
): AsyncGenerator<DecodeEvent, void, void> {
  const limit = checkInput(definition, models, prompt, options);
  yield { type: "decode-start", promptLength: prompt.length };
  const sessions: (Session | MaskedSession)[] = [];
  const { signal } = options;
  let finishReason: FinishReason = signal?.aborted ? "abort" : "length";
  const events = limit > prompt.length ? definition.run(new StartedDecode(models, prompt, limit, options, sessions)) : undefined;
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

class StartedDecode<Role extends ModelRole> implements DecodeContext<Role> {
  readonly models: Pick<ModelSet, Role>;
  readonly promptLength: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  readonly random: RandomSource;
  readonly signal: AbortSignal | undefined;
  readonly #limit: number;
  readonly #sequence: GrowingSequence;
  /** In the order of disposal. */
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

  async openSession(role: Role & CausalRole, prefix?: ReportingSession): Promise<ReportingSession> {
    const session = await (prefix ? prefix.session.fork!() : this.models[role].createSession());
    this.#sessions.push(session);
    return reportingSession(session, role, this.signal);
  }

  async openMaskedSession(role: Role & MaskedRole, causalSession?: Session): Promise<ReportingMaskedSession> {
    const model = this.models[role];
    const session = await model.createSession(causalSession);
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

/** Counts the `tokens` before a stop token that fit, and returns the finish reason if the decode ends with them. */
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

/** Checks the input before the first pass. Returns the length at which the sequence is full. */
function checkInput(
  { name: where, requires, draftRoles = ["draft"] }: Pick<DecoderDefinition<ModelRole>, "name" | "requires" | "draftRoles">,
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
  if (!(Number.isSafeInteger(actual) && actual >= 0)) throw new InvalidOptionError({ where, option, expected: "an integer >= 0", actual });
}
