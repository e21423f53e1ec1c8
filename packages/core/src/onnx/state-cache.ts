import type { Tensor } from "onnxruntime-common";
import { GrowingSequence } from "../tokens/growing-sequence.ts";
import type { CacheTensor } from "./cache-layout.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { initialTensors, type KvCache, type PassOutputs } from "./kv-cache.ts";
import { SharedTensors } from "./shared-tensors.ts";

/** A fixed state after `length` tokens, which several caches may share. */
interface Snapshot {
  readonly length: number;
  readonly held: SharedTensors;
}

/**
 * Returns a cache of a graph that has fixed states (of convolutions or recurrences), beside keys and values in `growing`, or no state at
 * all. A fixed state cannot be cut. So the states of the last two passes are kept: rewinding goes back to the later one that is not past
 * the new length, else to the beginning, and the tokens from there are read again in the next pass. The result is that of a new session.
 */
export function stateCache(layout: CacheLayout, growing: KvCache): KvCache {
  const fixed = layout.tensors.filter(({ axis }) => axis === undefined);
  const initial = (): Snapshot => ({ length: 0, held: new SharedTensors(initialTensors({ ...layout, tensors: fixed })) });
  return new StateCache(
    { fixed, initial, keepsState: layout.tensors.length > 0 },
    growing,
    [initial()],
    new GrowingSequence(new Int32Array()),
  );
}

interface States {
  readonly fixed: readonly CacheTensor[];
  /** Returns the state before the first token. */
  readonly initial: () => Snapshot;
  /** False for a graph without any state, which reads the whole sequence in every pass. */
  readonly keepsState: boolean;
}

class StateCache implements KvCache {
  length = 0;
  readonly #states: States;
  readonly #growing: KvCache;
  /** At least 1 and at most 2, the latest last. */
  #snapshots: Snapshot[];
  /** All tokens read so far; those past `length` are forgotten. */
  #tokens: GrowingSequence;

  constructor(states: States, growing: KvCache, snapshots: Snapshot[], tokens: GrowingSequence) {
    this.#states = states;
    this.#growing = growing;
    this.#snapshots = snapshots;
    this.#tokens = tokens;
    this.length = tokens.length;
  }

  get past(): number {
    return this.#snapshots.at(-1)!.length;
  }

  get bytes(): number {
    return this.#snapshots.reduce((sum, { held }) => sum + held.bytes, this.#growing.bytes);
  }

  unread(): Int32Array | undefined {
    return this.past === this.length ? undefined : this.#tokens.tokens.subarray(this.past, this.length);
  }

  compact(): Promise<void> | undefined {
    while (this.past > this.length) {
      this.#snapshots.pop()!.held.release();
      if (this.#snapshots.length === 0) this.#snapshots.push(this.#states.initial());
    }
    this.#growing.length = Math.min(this.#growing.length, this.past);
    return this.#growing.compact();
  }

  feeds(): Record<string, Tensor> {
    const feeds = this.#growing.feeds();
    const { tensors } = this.#snapshots.at(-1)!.held;
    for (const [index, { input }] of this.#states.fixed.entries()) feeds[input] = tensors[index]!;
    return feeds;
  }

  replace(outputs: PassOutputs, read: Int32Array): void {
    const { past } = this;
    if (this.#tokens.length > past) this.#tokens = new GrowingSequence(this.#tokens.tokens.subarray(0, past));
    this.#tokens.append(read);
    this.length = this.#tokens.length;
    if (!this.#states.keepsState) return;
    this.#growing.replace(outputs, read);
    const fixed = this.#states.fixed.map(({ output }) => outputs[output] as Tensor);
    this.#snapshots.push({ length: this.length, held: new SharedTensors(fixed) });
    if (this.#snapshots.length > 2) this.#snapshots.shift()!.held.release();
  }

  replaceByPart(): Promise<void> {
    return Promise.reject(new Error("unreachable: a graph with a mask of its own has no fixed state"));
  }

  fork(): KvCache {
    for (const { held } of this.#snapshots) held.share();
    const tokens = new GrowingSequence(this.#tokens.tokens.subarray(0, this.length));
    return new StateCache(this.#states, this.#growing.fork(), [...this.#snapshots], tokens);
  }

  dispose(): void {
    for (const { held } of this.#snapshots) held.release();
    this.#snapshots = [];
    this.#growing.dispose();
  }
}
