import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import type { CausalModel, ForwardOptions, Logits, Session } from "../model.ts";
import { checkTokens } from "../run-decode.ts";

/** A causal model for tests that tells what was done with it. */
export interface TestModel extends CausalModel {
  /** Sessions that were created or forked and not yet disposed. */
  openSessions(): number;
  /** The passes that ended well, of all sessions, in the order in which they ended. A copy. */
  passes(): readonly ModelPass[];
  /** How many rows of logits were written to by whoever received them. */
  alteredRows(): number;
}

/** One forward pass over a test model. */
export interface ModelPass {
  /** Number of the session, from 0 in the order of creation. */
  readonly session: number;
  /** Cached tokens before the pass. */
  readonly start: number;
  /** Tokens that the pass read. */
  readonly positions: number;
  /** Rows of logits that it gave. */
  readonly rows: number;
}

export interface MemoryModelOptions {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** The logits after `prefix`, shape (n,), n >= 1: a new row of shape (vocabSize,) for every call. */
  logitsAfter(prefix: Int32Array): Float32Array;
}

interface Ledger {
  readonly passes: ModelPass[];
  readonly rows: RowGuard;
  created: number;
  open: number;
}

/**
 * A causal model without weights, which rewinds and forks and keeps every promise of `Session`: passes queue, a failed or
 * aborted pass changes nothing, wrong arguments and use after dispose are errors. Rows of logits turn to NaN at the
 * session's next pass, so that a decoder which reads a view for too long is found out.
 */
export function memoryModel(options: MemoryModelOptions): TestModel {
  const ledger: Ledger = { passes: [], rows: rowGuard(), created: 0, open: 0 };
  return {
    kind: "causal",
    vocabSize: options.vocabSize,
    contextLength: options.contextLength,
    capabilities: { rewind: true, fork: true, tree: false },
    createSession: async () => memorySession(options, ledger, []),
    openSessions: () => ledger.open,
    passes: () => [...ledger.passes],
    alteredRows: () => ledger.rows.altered(),
  };
}

function memorySession(options: MemoryModelOptions, ledger: Ledger, cached: number[]): Session {
  const session = ledger.created++;
  ledger.open++;
  const enqueue = runQueue();
  let disposed = false;
  const checkOpen = (): void => {
    if (disposed) throw new DisposedError("session");
  };
  return {
    get length() {
      return cached.length;
    },
    async forward(tokens, { rows, signal } = {}) {
      checkOpen();
      const input = tokens.slice();
      return enqueue(async () => {
        signal?.throwIfAborted();
        const count = checkPass(options, cached.length, input, rows);
        await Promise.resolve();
        signal?.throwIfAborted();
        const start = cached.length;
        cached.push(...input);
        ledger.passes.push({ session, start, positions: input.length, rows: count });
        const ends = Array.from({ length: count }, (_, row) => cached.length - count + row + 1);
        return ledger.rows.give(
          session,
          ends.map((end) => options.logitsAfter(Int32Array.from(cached.slice(0, end)))),
          options.vocabSize,
        );
      });
    },
    async rewindTo(length) {
      checkOpen();
      return enqueue(async () => {
        if (!(Number.isInteger(length) && length >= 0 && length <= cached.length)) {
          throw new InvalidOptionError({
            where: "rewindTo",
            option: "length",
            expected: `an integer in [0, ${cached.length}]`,
            actual: length,
          });
        }
        cached.length = length;
      });
    },
    async fork() {
      checkOpen();
      return enqueue(async () => memorySession(options, ledger, [...cached]));
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      ledger.open--;
    },
  };
}

/** Runs tasks one after another; one that fails does not keep the next from running. */
function runQueue(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Checks the arguments of a pass; gives the number of rows asked for. */
function checkPass(options: MemoryModelOptions, cached: number, tokens: Int32Array, rows: ForwardOptions["rows"] = "last"): number {
  const where = "forward";
  if (tokens.length === 0) throw new InvalidOptionError({ where, option: "tokens", expected: "at least 1 token", actual: 0 });
  checkTokens(where, "tokens", tokens, options.vocabSize);
  const length = cached + tokens.length;
  if (length > options.contextLength) throw new ContextLengthError(length, options.contextLength);
  const count = rows === "last" ? 1 : rows === "all" ? tokens.length : rows;
  if (Number.isInteger(count) && count >= 1 && count <= tokens.length) return count;
  throw new InvalidOptionError({ where, option: "rows", expected: `"last", "all" or an integer in [1, ${tokens.length}]`, actual: rows });
}

interface RowGuard {
  /** Gives out the rows of a session's new pass, and takes back those of the one before. */
  give(session: number, rows: readonly Float32Array[], vocabSize: number): Logits;
  altered(): number;
}

function rowGuard(): RowGuard {
  const given = new Map<number, { readonly row: Float32Array; readonly copy: Float32Array }[]>();
  const alteredIn = (session: number): number =>
    (given.get(session) ?? []).filter(({ row, copy }) => row.some((value, index) => !Object.is(value, copy[index]))).length;
  let alteredBefore = 0;
  return {
    give(session, rows, vocabSize) {
      alteredBefore += alteredIn(session);
      for (const { row } of given.get(session) ?? []) row.fill(NaN);
      given.set(
        session,
        rows.map((row) => ({ row, copy: row.slice() })),
      );
      return { rows: rows.length, vocabSize, row: (index) => rowAt(rows, index) };
    },
    altered: () => [...given.keys()].reduce((sum, session) => sum + alteredIn(session), alteredBefore),
  };
}

function rowAt(rows: readonly Float32Array[], index: number): Float32Array {
  const row = rows[index];
  if (row) return row;
  throw new InvalidOptionError({ where: "Logits.row", option: "index", expected: `an integer in [0, ${rows.length - 1}]`, actual: index });
}
