import { DisposedError } from "../errors.ts";
import type { Session } from "../model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import type { KvCache } from "./kv-cache.ts";
import { runQueue } from "./run-queue.ts";
import { releaseInTurn } from "./runtime-queue.ts";

/** What is behind a session: its cache, and the order of its calls. */
export interface Sequence {
  readonly graph: CausalGraph;
  readonly cache: KvCache;
  /** Whether passes over the canvas alternate with those over tokens. */
  usesCanvas: boolean;
  /** Runs a call when those before it are done. @throws DisposedError when session or model were disposed. */
  inTurn<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Frees the cache when the calls before are done. */
  dispose(): Promise<void>;
}

const sequences = new WeakMap<Session, Sequence>();

export function createSequence(graph: CausalGraph, cache: KvCache): Sequence {
  return new QueuedSequence(graph, cache);
}

class QueuedSequence implements Sequence {
  readonly graph: CausalGraph;
  readonly cache: KvCache;
  usesCanvas = false;
  readonly #calls = runQueue();
  #disposed = false;

  constructor(graph: CausalGraph, cache: KvCache) {
    this.graph = graph;
    this.cache = cache;
  }

  inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#calls.enqueue(() => this.#unlessDisposed(task));
  }

  dispose(): Promise<void> {
    return this.#calls.enqueue(async () => {
      if (this.#disposed) return;
      this.#disposed = true;
      // A pass that was aborted may still be reading the cache.
      await releaseInTurn(this.graph.queue, () => this.cache.dispose());
    });
  }

  #unlessDisposed<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#disposed) throw new DisposedError("session");
    if (this.graph.disposed) throw new DisposedError("model of this session");
    return task();
  }
}

/** Remembers which sequence a session stands for. */
export function registerSession<Each extends Session>(session: Each, sequence: Sequence): Each {
  sequences.set(session, sequence);
  return session;
}

/** The sequence of a session of this runtime; undefined for any other. */
export function sequenceOf(session: Session): Sequence | undefined {
  return sequences.get(session);
}
