import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import { type CausalModel, type ForwardOptions, type HiddenStates, type Logits, type Session, undecorated } from "../contracts/model.ts";
import { checkReads } from "../contracts/check-reads.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { runQueue } from "./run-queue.ts";
import { pathTokens } from "../tokens/token-tree.ts";
import { checkTree } from "./check-tree.ts";
import type { PartsOptions } from "./row-parts.ts";
import { emptyLedger, type UsageLedger, usageReport, type UsageReport } from "./usage-ledger.ts";

/** A causal model for tests that records its use. */
export interface TestModel extends CausalModel, UsageReport {}

export interface MemoryModelOptions {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** Whether sessions read trees. @defaultValue false */
  readonly tree?: boolean | undefined;
  /** How sessions give parts of rows to callers that ask for them. @defaultValue they return whole rows */
  readonly parts?: PartsOptions | undefined;
  /** Returns the hidden state after `prefix`, shape (n,), n >= 1, of the same length for all. @defaultValue passes return none */
  readonly hiddenStateAfter?: ((prefix: Int32Array) => Float32Array) | undefined;
  /** Returns the hidden state after layer 0 and `prefix`, in the same form, for passes that ask for it. @defaultValue the model has none */
  readonly layerStatesAfter?: ((prefix: Int32Array) => Float32Array) | undefined;
  /** Returns the logits after `prefix`, shape (n,), n >= 1: a new row of shape (vocabSize,) for every call. */
  logitsAfter(prefix: Int32Array): Float32Array;
}

/**
 * Creates a causal model without weights that rewinds, forks, optionally reads trees, and implements the contract of `Session`: passes
 * queue, a failed or aborted pass changes nothing, invalid arguments and use after disposal are errors. Rows of logits turn to NaN at the
 * session's next pass and at its end, which reveals a decoder that reads a stale view.
 */
export function memoryModel(options: MemoryModelOptions): TestModel {
  const ledger = emptyLedger();
  return {
    kind: "causal",
    vocabSize: options.vocabSize,
    contextLength: options.contextLength,
    capabilities: {
      rewind: true,
      fork: true,
      tree: options.tree ?? false,
      ...(options.hiddenStateAfter && { hiddenStates: true }),
      ...(options.layerStatesAfter && { hiddenLayers: [0] }),
    },
    createSession: async () => memorySession(options, ledger, []),
    ...usageReport(ledger),
  };
}

/** What a session says of its memory, as a model with keys and values would. */
const BYTES_PER_TOKEN = 4;

function memorySession(options: MemoryModelOptions, ledger: UsageLedger, cached: number[]): Session {
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
    get cacheBytes() {
      return BYTES_PER_TOKEN * cached.length;
    },
    async forward(tokens, { rows, reads, layerStates, signal } = {}) {
      checkOpen();
      checkReads("forward", reads);
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
        const read = ends.map((end) => options.logitsAfter(Int32Array.from(cached.slice(0, end))));
        const prefixes = Array.from(input, (_, index) => Int32Array.from(cached.slice(0, start + index + 1)));
        return withStates(ledger.rows.issue(session, read, { ...options, reads }), { ...options, layerStates }, prefixes);
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
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
  caches.set(given, cached);
  return given;
}

/** The tree of the last pass, if that pass read one. */
interface LastTree {
  last: { readonly tokens: Int32Array; readonly parents: Int32Array } | undefined;
}

interface TreeState {
  readonly options: MemoryModelOptions;
  readonly ledger: UsageLedger;
  readonly session: number;
  readonly cached: number[];
  readonly enqueue: ReturnType<typeof runQueue>;
  readonly checkOpen: () => void;
  readonly tree: LastTree;
}

/** Returns the tree methods of a session. */
function treeCalls(state: TreeState): Required<Pick<Session, "forwardTree" | "keepPath">> {
  const { options, ledger, session, cached, enqueue, checkOpen, tree } = state;
  return {
    async forwardTree(tokens, parents, { reads, layerStates, signal } = {}) {
      checkOpen();
      checkReads("forwardTree", reads);
      const read = { tokens: tokens.slice(), parents: parents.slice() };
      return enqueue(async () => {
        signal?.throwIfAborted();
        checkPass(options, cached.length, read.tokens, "all");
        checkTree(read.tokens, read.parents);
        await Promise.resolve();
        signal?.throwIfAborted();
        tree.last = read;
        ledger.passes.push({ session, start: cached.length, positions: read.tokens.length, rows: read.tokens.length });
        const prefixes = Array.from(read.tokens, (_, node) => Int32Array.of(...cached, ...pathTokens(node, read)));
        const rows = prefixes.map((prefix) => options.logitsAfter(prefix));
        return withStates(ledger.rows.issue(session, rows, { ...options, reads }), { ...options, layerStates }, prefixes);
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

/** Adds the hidden states after `prefixes`, one for each token of a pass, if the model has any and the pass is to return them. */
function withStates(
  logits: Logits,
  { hiddenStateAfter, layerStatesAfter, layerStates }: MemoryModelOptions & Pick<ForwardOptions, "layerStates">,
  prefixes: readonly Int32Array[],
): Logits {
  return {
    ...logits,
    ...(hiddenStateAfter && { hiddenStates: statesAfter(prefixes, hiddenStateAfter) }),
    ...(layerStatesAfter && layerStates && { layerStates: statesAfter(prefixes, layerStatesAfter) }),
  };
}

function statesAfter(prefixes: readonly Int32Array[], stateAfter: (prefix: Int32Array) => Float32Array): HiddenStates {
  const states = prefixes.map(stateAfter);
  const size = states[0]!.length;
  const values = new Float32Array(size * states.length);
  for (const [index, state] of states.entries()) values.set(state, index * size);
  return { size, values };
}

const caches = new WeakMap<Session, readonly number[]>();

/**
 * Returns the cached tokens of a memory model's session, decorated or not: an array that follows later calls. Returns undefined for any
 * other session.
 */
export function cacheOf(session: Session): readonly number[] | undefined {
  return caches.get(undecorated(session));
}

/** Checks the arguments of a pass. Returns the number of requested rows. */
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
