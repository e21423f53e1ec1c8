import { DisposedError } from "../errors.ts";
import { type Session, undecorated } from "../contracts/model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import type { KvCache } from "./kv-cache.ts";
import type { ReadLogits } from "./logits-rows.ts";
import { runQueue } from "./run-queue.ts";
import { releaseInTurn } from "./runtime-queue.ts";

/** The state of a session: its cache, and the order of its calls. */
export interface CachedSequence {
  readonly graph: CausalGraph;
  readonly cache: KvCache;
  /** Whether passes over the canvas alternate with passes over tokens. */
  usesCanvas: boolean;
  /** Keeps the logits of the last pass, or before a pass none, so that their rows can be read in full; releases those kept before. */
  holdLogits(logits: ReadLogits | undefined): void;
  /** Runs a call after those before it. @throws DisposedError if the session or model was disposed. */
  inTurn<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Frees the cache after the calls before. */
  dispose(): Promise<void>;
}

const sequences = new WeakMap<Session, CachedSequence>();

export function createSequence(graph: CausalGraph, cache: KvCache): CachedSequence {
  return new QueuedSequence(graph, cache);
}

class QueuedSequence implements CachedSequence {
  readonly graph: CausalGraph;
  readonly cache: KvCache;
  usesCanvas = false;
  #logits: ReadLogits | undefined;
  readonly #calls = runQueue();
  #disposed = false;

  constructor(graph: CausalGraph, cache: KvCache) {
    this.graph = graph;
    this.cache = cache;
  }

  holdLogits(logits: ReadLogits | undefined): void {
    this.#logits?.release?.();
    this.#logits = logits;
  }

  inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#calls.enqueue(() => this.#unlessDisposed(task));
  }

  dispose(): Promise<void> {
    return this.#calls.enqueue(async () => {
      if (this.#disposed) return;
      this.#disposed = true;
      this.holdLogits(undefined);
      // An aborted pass may still be reading the cache.
      await releaseInTurn(this.graph.queue, () => this.cache.dispose());
    });
  }

  #unlessDisposed<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#disposed) throw new DisposedError("session");
    if (this.graph.disposed) throw new DisposedError("model of this session");
    return task();
  }
}

/** Records the sequence of a session. */
export function registerSession<Each extends Session>(session: Each, sequence: CachedSequence): Each {
  sequences.set(session, sequence);
  return session;
}

/** Returns the sequence of a session of this runtime, decorated or not, or undefined for any other session. */
export function sequenceOf(session: Session): CachedSequence | undefined {
  return sequences.get(undecorated(session));
}
