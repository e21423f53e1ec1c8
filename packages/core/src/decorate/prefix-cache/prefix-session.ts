import type { CausalModel, ForwardOptions, Logits, Session } from "../../contracts/model.ts";
import { DisposedError } from "../../errors.ts";
import { checkTokens } from "../../tokens/check-tokens.ts";
import { TrackingSession } from "../tracking-session.ts";
import type { KeptPrefix, KeptSequences } from "./kept-sequences.ts";

/** What the sessions of a model have in common: where their sequences are kept, and what they count. */
export interface PrefixReuse {
  readonly model: CausalModel;
  readonly kept: KeptSequences;
  readonly counts: ReuseCounts;
}

interface ReuseCounts {
  sessions: number;
  hits: number;
  positionsReused: number;
  positionsRead: number;
}

/**
 * A session that begins with a kept sequence, if one shares a beginning with the tokens of its first pass, and is kept at its end. Until
 * that pass has succeeded, the session below it is an empty one, so that a failed or aborted pass changes nothing.
 */
export class PrefixSession extends TrackingSession {
  positionsReused = 0;
  readonly #reuse: PrefixReuse;
  #isDisposed = false;
  /** Whether somebody has the session below, so that it can no longer be exchanged. */
  #isShared = false;

  constructor(session: Session, reuse: PrefixReuse, tokens: Int32Array = new Int32Array(0)) {
    super(session, tokens);
    this.#reuse = reuse;
  }

  override get decorates(): Session {
    this.#isShared = true;
    return this.inner;
  }

  /**
   * Runs a call that does not change the sequence after those before it, with the session that is below this one then and may be another
   * later. The call must not wait for another call on this session.
   */
  withInner<Result>(call: (inner: Session) => Promise<Result>): Promise<Result> {
    return this.inTurn(() => call(this.inner));
  }

  protected override inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    return super.inTurn(async () => {
      // The session below may live on as a kept one.
      if (this.#isDisposed) throw new DisposedError("session");
      return call();
    });
  }

  override async dispose(): Promise<void> {
    await super.inTurn(async () => {
      if (this.#isDisposed) return;
      this.#isDisposed = true;
      await this.end();
    });
  }

  protected override async read(tokens: Int32Array, options: ForwardOptions = {}): Promise<Logits> {
    const { model, kept, counts } = this.#reuse;
    const isFirst = this.length === 0;
    // A session has no states of what it does not read.
    const most = isFirst && !this.#isShared && !options.layerStates ? tokens.length - countRows(tokens, options.rows) : 0;
    const found = most > 0 ? kept.find(model, tokens, most) : undefined;
    const logits = found && (await this.#continue(found, tokens, options));
    if (logits) {
      counts.hits++;
      counts.positionsReused += found.length;
      this.positionsReused = found.length;
    }
    const result = logits ?? (await this.inner.forward(tokens, options));
    if (isFirst) counts.sessions++;
    counts.positionsRead += tokens.length - (logits ? (found?.length ?? 0) : 0);
    return result;
  }

  protected override passed(logits: Logits, tree?: { readonly tokens: Int32Array }): Logits {
    if (tree) this.#reuse.counts.positionsRead += tree.tokens.length;
    return logits;
  }

  protected override forked(session: Session): Session {
    return new PrefixSession(session, this.#reuse, this.tokens);
  }

  protected override async end(): Promise<void> {
    const { model, kept } = this.#reuse;
    const { inner, tokens } = this;
    if (tokens.length === 0 || !this.isInStep) return inner.dispose();
    // A tree that was read last is held until another call.
    if (this.holdsTree && model.capabilities.rewind) await inner.rewindTo(tokens.length);
    await kept.keep({ model, tokens: tokens.slice(), session: inner, bytes: inner.cacheBytes ?? 0 });
  }

  /** Reads `tokens` after their beginning in a kept sequence. Returns undefined if that sequence cannot be had. */
  async #continue(found: KeptPrefix, tokens: Int32Array, options: ForwardOptions): Promise<Logits | undefined> {
    const { model, kept } = this.#reuse;
    checkTokens("forward", "tokens", tokens, model.vocabSize);
    const start = await this.#begin(found);
    if (!start) return undefined;
    const old = this.inner;
    let isUsed = false;
    try {
      const logits = await start.forward(tokens.subarray(found.length), options);
      isUsed = !this.#isShared;
      if (isUsed) this.inner = start;
      return isUsed ? logits : undefined;
    } finally {
      if (isUsed) await old.dispose();
      else if (start.length === 0) await start.dispose();
      else await kept.keep({ model, tokens: tokens.slice(0, start.length), session: start, bytes: start.cacheBytes ?? 0 });
    }
  }

  /** Returns a session that holds the beginning `found`: a fork of the kept one if the model forks, else that one itself. */
  async #begin({ kept: sequence, length }: KeptPrefix): Promise<Session | undefined> {
    const { kept } = this.#reuse;
    if (sequence.session.fork) kept.use(sequence);
    else kept.take(sequence);
    let start: Session | undefined;
    try {
      start = sequence.session.fork ? await sequence.session.fork() : sequence.session;
      if (length < sequence.tokens.length) await start.rewindTo(length);
      return start;
    } catch {
      // A kept session that no longer works is no reason to fail: the tokens are read again, and that pass tells what is wrong.
      kept.take(sequence);
      await Promise.all([sequence.session.dispose(), start?.dispose()]);
      return undefined;
    }
  }
}

/** Returns the number of rows that a pass over `tokens` returns; all if `rows` is not one of its values, which the pass itself refuses. */
function countRows(tokens: Int32Array, rows: ForwardOptions["rows"] = "last"): number {
  if (rows === "last") return 1;
  return typeof rows === "number" && Number.isInteger(rows) && rows >= 1 ? rows : tokens.length;
}
