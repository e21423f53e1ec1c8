import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import type { CausalModel, ForwardOptions, Session } from "../model.ts";
import { checkTokens } from "../run-decode.ts";
import { type RowGuard, rowGuard } from "./row-guard.ts";
import { runQueue } from "./run-queue.ts";
import { checkTree, pathOf } from "./tree-path.ts";

/** A causal model for tests that tells what was done with it. */
export interface TestModel extends CausalModel {
  /** Sessions that were created or forked and not yet disposed. */
  openSessions(): number;
  /** The passes that ended well, of all sessions, in the order in which they ended. A copy. */
  passes(): readonly ModelPass[];
  /** How many rows of logits were written to by whoever received them. */
  alteredRows(): number;
  /** How many times a row of a pass was asked for after the session's next pass, or after its end: too late, it is NaN. */
  staleReads(): number;
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
  /** Whether sessions read trees. @defaultValue false */
  readonly tree?: boolean | undefined;
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
 * A causal model without weights, which rewinds, forks and where asked to reads trees, and keeps every promise of `Session`: passes queue, a failed or
 * aborted pass changes nothing, wrong arguments and use after dispose are errors. Rows of logits turn to NaN at the
 * session's next pass and at its end, so that a decoder which reads a view for too long is found out.
 */
export function memoryModel(options: MemoryModelOptions): TestModel {
  const ledger: Ledger = { passes: [], rows: rowGuard(), created: 0, open: 0 };
  return {
    kind: "causal",
    vocabSize: options.vocabSize,
    contextLength: options.contextLength,
    capabilities: { rewind: true, fork: true, tree: options.tree ?? false },
    createSession: async () => memorySession(options, ledger, []),
    openSessions: () => ledger.open,
    passes: () => [...ledger.passes],
    alteredRows: () => ledger.rows.altered(),
    staleReads: () => ledger.rows.stale(),
  };
}

function memorySession(options: MemoryModelOptions, ledger: Ledger, cached: number[]): Session {
  const session = ledger.created++;
  ledger.open++;
  const enqueue = runQueue();
  let disposed = false;
  const tree: LastTree = { last: undefined };
  const checkOpen = (): void => {
    if (disposed) throw new DisposedError("session");
  };
  const given: Session = {
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
        tree.last = undefined;
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
        tree.last = undefined;
        cached.length = length;
      });
    },
    ...(options.tree && treeCalls({ options, ledger, session, cached, enqueue, checkOpen, tree })),
    async fork() {
      checkOpen();
      return enqueue(async () => memorySession(options, ledger, [...cached]));
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      ledger.rows.end(session);
      ledger.open--;
    },
  };
  caches.set(given, cached);
  return given;
}

/** The tree of the last pass, if that read one. */
interface LastTree {
  last: { readonly tokens: Int32Array; readonly parents: Int32Array } | undefined;
}

interface TreeState {
  readonly options: MemoryModelOptions;
  readonly ledger: Ledger;
  readonly session: number;
  readonly cached: number[];
  readonly enqueue: ReturnType<typeof runQueue>;
  readonly checkOpen: () => void;
  readonly tree: LastTree;
}

/** What a session has besides where its model reads trees. */
function treeCalls(state: TreeState): Required<Pick<Session, "forwardTree" | "keepPath">> {
  const { options, ledger, session, cached, enqueue, checkOpen, tree } = state;
  return {
    async forwardTree(tokens, parents, { signal } = {}) {
      checkOpen();
      const read = { tokens: tokens.slice(), parents: parents.slice() };
      return enqueue(async () => {
        signal?.throwIfAborted();
        checkPass(options, cached.length, read.tokens, "all");
        checkTree(read.tokens, read.parents);
        await Promise.resolve();
        signal?.throwIfAborted();
        tree.last = read;
        ledger.passes.push({ session, start: cached.length, positions: read.tokens.length, rows: read.tokens.length });
        const rows = Array.from(read.tokens, (_, node) => options.logitsAfter(Int32Array.of(...cached, ...pathOf(read, node))));
        return ledger.rows.give(session, rows, options.vocabSize);
      });
    },
    async keepPath(nodes) {
      checkOpen();
      return enqueue(async () => {
        const { last } = tree;
        if (!last || nodes.some((node, depth) => last.parents[node] !== (nodes[depth - 1] ?? -1))) {
          throw new InvalidOptionError({ where: "keepPath", option: "nodes", expected: "a path of the last tree", actual: nodes });
        }
        tree.last = undefined;
        for (const node of nodes) cached.push(last.tokens[node]!);
      });
    },
  };
}

const caches = new WeakMap<Session, readonly number[]>();

/** Lets `wrapper`, which passes every call on to `session`, count as having the same cache. */
export function shareCache(wrapper: Session, session: Session): void {
  const cache = caches.get(session);
  if (cache) caches.set(wrapper, cache);
}

/** What a session of a memory model holds, and will hold; undefined for any other session. */
export function cacheOf(session: Session): readonly number[] | undefined {
  return caches.get(session);
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
