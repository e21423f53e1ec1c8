import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import type { ForwardOptions, Logits, MaskedModel, MaskedSession, Session, TokenId } from "../contracts/model.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { cacheOf } from "./memory-model.ts";
import { runQueue } from "./run-queue.ts";
import { emptyLedger, type UsageLedger, usageReport, type UsageReport } from "./usage-ledger.ts";

/** A masked model for tests that records its use. */
export interface TestMaskedModel extends MaskedModel, UsageReport {}

export interface MemoryMaskedModelOptions {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly maskTokenId: TokenId;
  /** Returns the logits for position `index` of `canvas`, after the committed `prefix`: a new row of shape (vocabSize,) for every call. */
  logitsAt(prefix: Int32Array, canvas: Int32Array, index: number): Float32Array;
}

/**
 * Creates a masked model without weights that implements the contract of `MaskedSession`. Rows turn to NaN at the session's next
 * prediction and at its end. Over a session of a memory model it reads that session's cache, as models with shared weights do, and refuses
 * to commit or rewind; over any other session it keeps its own prefix, which is empty at first.
 */
export function memoryMaskedModel(options: MemoryMaskedModelOptions): TestMaskedModel {
  const ledger = emptyLedger();
  return {
    kind: "masked",
    vocabSize: options.vocabSize,
    contextLength: options.contextLength,
    maskTokenId: options.maskTokenId,
    createSession: async (over) => memoryMaskedSession(options, ledger, over),
    ...usageReport(ledger),
  };
}

function memoryMaskedSession(options: MemoryMaskedModelOptions, ledger: UsageLedger, over: Session | undefined): MaskedSession {
  const session = ledger.created++;
  ledger.open++;
  const enqueue = runQueue();
  const own: number[] = [];
  const shared = over && cacheOf(over);
  const prefix = (): readonly number[] => shared ?? own;
  let disposed = false;
  const checkCall = (tokens: Int32Array): void => {
    if (disposed) throw new DisposedError("session");
    if (tokens.length === 0) throw new InvalidOptionError({ where: "masked", option: "tokens", expected: "at least 1 token", actual: 0 });
    checkTokens("masked", "tokens", tokens, options.vocabSize);
    const length = prefix().length + tokens.length;
    if (length > options.contextLength) throw new ContextLengthError(length, options.contextLength);
  };
  const checkOwn = (where: string): void => {
    const expected = "on a session with its own prefix";
    if (shared) throw new InvalidOptionError({ where, option: "the call", expected, actual: "a session over a causal session" });
  };
  const predict: (canvas: Int32Array, leaveOneOut: boolean, call?: Pick<ForwardOptions, "signal">) => Promise<Logits> = async (
    canvas,
    leaveOneOut,
    { signal } = {},
  ) => {
    const input = canvas.slice();
    return enqueue(async () => {
      signal?.throwIfAborted();
      checkCall(input);
      await Promise.resolve();
      signal?.throwIfAborted();
      const before = Int32Array.from(prefix());
      const rows = Array.from(input, (_, index) => options.logitsAt(before, input, index));
      if (leaveOneOut)
        rows.push(...Array.from(input, (_, index) => options.logitsAt(before, input.with(index, options.maskTokenId), index)));
      ledger.passes.push({ session, start: before.length, positions: rows.length, rows: rows.length });
      return ledger.rows.issue(session, rows, options);
    });
  };
  return {
    get length() {
      return prefix().length;
    },
    causalSession: shared && over,
    predict: (canvas, call) => predict(canvas, false, call),
    predictLeaveOneOut: (canvas, call) => predict(canvas, true, call),
    async commit(tokens, { signal } = {}) {
      const input = tokens.slice();
      return enqueue(async () => {
        signal?.throwIfAborted();
        checkOwn("commit");
        checkCall(input);
        ledger.passes.push({ session, start: own.length, positions: input.length, rows: 0 });
        own.push(...input);
      });
    },
    async rewindTo(length) {
      return enqueue(async () => {
        checkOwn("rewindTo");
        if (Number.isInteger(length) && length >= 0 && length <= own.length) own.length = length;
        else
          throw new InvalidOptionError({
            where: "rewindTo",
            option: "length",
            expected: `an integer in [0, ${own.length}]`,
            actual: length,
          });
      });
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      ledger.rows.end(session);
      ledger.open--;
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
}
