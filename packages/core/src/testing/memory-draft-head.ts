import type { BlockHead, BlockHeadSession, DraftHead, HeadBranches, StepHead, StepHeadSession } from "../contracts/draft-head.ts";
import type { TokenId } from "../contracts/model.ts";
import { DisposedError } from "../errors.ts";
import type { ModelPass, UsageReport } from "./usage-ledger.ts";

export interface MemoryDraftHeadOptions {
  readonly kind: DraftHead["kind"];
  /** @defaultValue Infinity */
  readonly contextLength?: number | undefined;
  /** Number of positions of a block of a DFlash head, an integer >= 2. @defaultValue 5 */
  readonly blockSize?: number | undefined;
  /**
   * Returns the logits of the token at `distance` >= 0 positions after the one that follows `prefix`, shape (n,), n >= 1, given these tokens
   * alone: a new row of shape (vocabSize,) for every call. An EAGLE head asks for distance 0 only.
   */
  logitsAfter(prefix: Int32Array, distance: number): Float32Array;
}

/** A draft head for tests that records its use. */
export type TestDraftHead = DraftHead & Pick<UsageReport, "openSessions" | "passes">;

/** Number of values of a state that `positionState` returns. */
const STATE_SIZE = 2;

/** The hidden state at the last token of `prefix`, from which `memoryDraftHead` knows what it reads: its position and the token. */
export function positionState(prefix: Int32Array): Float32Array {
  return Float32Array.of(prefix.length - 1, prefix.at(-1)!);
}

interface Ledger {
  created: number;
  open: number;
  readonly passes: ModelPass[];
}

/**
 * Creates a draft head without weights for a target whose states are those of `positionState`, such as
 * `memoryModel({ layerStatesAfter: positionState, … })`. A pass fails if it is not given the states of the positions that follow those it
 * has read, or other tokens than the states tell.
 */
export function memoryDraftHead(options: MemoryDraftHeadOptions): TestDraftHead {
  const { kind, contextLength = Infinity, blockSize = 5 } = options;
  const ledger: Ledger = { created: 0, open: 0, passes: [] };
  // A session has the calls of both kinds, so that a test can make one head of the other.
  const createSession = async (): Promise<StepHeadSession & BlockHeadSession> => new MemoryHeadSession(options, blockSize, ledger);
  const common = { name: "memory", stateSize: STATE_SIZE, contextLength, createSession };
  const head: StepHead | BlockHead = kind === "eagle" ? { ...common, kind } : { ...common, kind, blockSize };
  return { ...head, openSessions: () => ledger.open, passes: () => [...ledger.passes] };
}

class MemoryHeadSession implements StepHeadSession, BlockHeadSession {
  readonly #options: MemoryDraftHeadOptions;
  readonly #blockSize: number;
  readonly #ledger: Ledger;
  readonly #session: number;
  /** The tokens at the positions that were read. */
  readonly #read: number[] = [];
  /** The token that must come next, if it is known. */
  #next: TokenId | undefined;
  #disposed = false;

  constructor(options: MemoryDraftHeadOptions, blockSize: number, ledger: Ledger) {
    this.#options = options;
    this.#blockSize = blockSize;
    this.#ledger = ledger;
    this.#session = ledger.created++;
    ledger.open++;
  }

  get length(): number {
    return this.#read.length;
  }

  async read(
    tokens: Int32Array,
    states: Float32Array,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<HeadBranches> {
    await this.#begin(signal);
    this.#readStates(states, tokens);
    this.#passed(tokens.length, 1);
    return this.#branches([Int32Array.of(...this.#read, tokens.at(-1)!)]);
  }

  async extend(
    branches: HeadBranches,
    from: Int32Array,
    tokens: Int32Array,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<HeadBranches> {
    await this.#begin(signal);
    const before = prefixesOf.get(branches)!;
    this.#passed(tokens.length, tokens.length);
    return this.#branches(Array.from(tokens, (token, index) => Int32Array.of(...before[from[index]!]!, token)));
  }

  async draft(
    states: Float32Array,
    last: TokenId,
    count: number,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly Float32Array[]> {
    await this.#begin(signal);
    const read = states.length / STATE_SIZE;
    this.#readStates(states, undefined);
    this.#next = last;
    this.#passed(read + this.#blockSize, count);
    const prefix = Int32Array.of(...this.#read, last);
    return Array.from({ length: count }, (_, distance) => this.#options.logitsAfter(prefix, distance));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#ledger.open--;
  }

  async #begin(signal: AbortSignal | undefined): Promise<void> {
    if (this.#disposed) throw new DisposedError("session of the draft head");
    await Promise.resolve();
    signal?.throwIfAborted();
  }

  #readStates(states: Float32Array, tokens: Int32Array | undefined): void {
    for (let index = 0; index * STATE_SIZE < states.length; index++) {
      const [position, token] = states.subarray(index * STATE_SIZE) as unknown as [number, TokenId];
      const expected = this.#next ?? token;
      if (position !== this.#read.length || token !== expected)
        throw new Error(`memoryDraftHead: read the state of token ${token} at ${position}, expected ${expected} at ${this.#read.length}`);
      this.#read.push(token);
      this.#next = tokens?.[index];
    }
  }

  #passed(positions: number, rows: number): void {
    this.#ledger.passes.push({ session: this.#session, start: this.#read.length, positions, rows });
  }

  #branches(prefixes: readonly Int32Array[]): HeadBranches {
    const branches: HeadBranches = { count: prefixes.length, row: (index) => this.#options.logitsAfter(prefixes[index]!, 0) };
    prefixesOf.set(branches, prefixes);
    return branches;
  }
}

const prefixesOf = new WeakMap<HeadBranches, readonly Int32Array[]>();
