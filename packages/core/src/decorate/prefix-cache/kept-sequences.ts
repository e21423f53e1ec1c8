import type { CausalModel, Session } from "../../contracts/model.ts";

/** A sequence whose cache is kept, in a session that nobody else uses. */
export interface KeptSequence {
  readonly model: CausalModel;
  /** Its tokens, shape (n,), n >= 1. */
  readonly tokens: Int32Array;
  readonly session: Session;
  /** Memory of the session's cache, in bytes; 0 if the session does not know. */
  readonly bytes: number;
}

/** What may be kept. */
export interface KeepLimits {
  readonly maxBytes: number;
  readonly maxSequences: number;
}

/** A beginning of a sequence that is kept. */
export interface KeptPrefix {
  readonly kept: KeptSequence;
  /** Number of tokens in common, >= 1. */
  readonly length: number;
}

/** Kept sequences of one or more models, of which those are freed first that were used least recently. */
export class KeptSequences {
  readonly #limits: KeepLimits;
  /** The least recently used first. */
  #kept: KeptSequence[] = [];
  #isClosed = false;

  constructor(limits: KeepLimits) {
    this.#limits = limits;
  }

  /** The sequences of `model`; of all models if it is left out. */
  of(model?: CausalModel): readonly KeptSequence[] {
    return model ? this.#kept.filter((each) => each.model === model) : this.#kept;
  }

  /**
   * Returns the kept sequence with the most tokens at the beginning of `tokens`, at most `most`. For a
   * model that cannot rewind, a sequence is of use only if all of its tokens are.
   */
  find(model: CausalModel, tokens: Int32Array, most: number): KeptPrefix | undefined {
    let best: KeptPrefix | undefined;
    for (const kept of this.of(model)) {
      const length = commonLength(kept.tokens, tokens, most);
      const isUsable = length > 0 && (model.capabilities.rewind || length === kept.tokens.length);
      if (isUsable && length > (best?.length ?? 0)) best = { kept, length };
    }
    return best;
  }

  /** Makes a sequence the one used last. */
  use(kept: KeptSequence): void {
    if (this.take(kept)) this.#kept.push(kept);
  }

  /** Removes a sequence, whose session then belongs to the caller. Returns false if it is no longer here. */
  take(kept: KeptSequence): boolean {
    const at = this.#kept.indexOf(kept);
    if (at >= 0) this.#kept.splice(at, 1);
    return at >= 0;
  }

  /**
   * Takes over the session of a sequence, unless it is the beginning of another one, and frees the least recently used until the limits are
   * kept. Sequences of which it has all but the last few tokens are freed too: the end of a turn is often written otherwise in the next
   * prompt. If the model cannot rewind, a sequence replaces itself only.
   */
  async keep(added: KeptSequence): Promise<void> {
    const others = this.of(added.model);
    const better = others.find(({ tokens }) => replaces(tokens, added, 0));
    if (better) this.use(better);
    if (better || this.#isClosed || added.bytes > this.#limits.maxBytes) return added.session.dispose();
    const freed = others.filter((other) => replaces(added.tokens, other, NEGLIGIBLE));
    for (const other of freed) this.take(other);
    this.#kept.push(added);
    while (this.#isOver()) freed.push(this.#kept.shift()!);
    await freeAll(freed);
  }

  /** Frees all sequences. */
  async clear(): Promise<void> {
    await freeAll(this.#kept.splice(0));
  }

  /** Frees all sequences and keeps none from now on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.clear();
  }

  #isOver(): boolean {
    const { maxBytes, maxSequences } = this.#limits;
    return this.#kept.length > maxSequences || totalBytes(this.#kept) > maxBytes;
  }
}

/** The share of a sequence's tokens that may be read again in place of keeping it beside one with all others. */
const NEGLIGIBLE = 1 / 16;

/** Whether a kept sequence `tokens` has all tokens of another one but a share `negligible` at its end, and the model can go back there. */
function replaces(tokens: Int32Array, { tokens: other, model }: KeptSequence, negligible: number): boolean {
  if (!model.capabilities.rewind) return tokens.length === other.length && commonLength(tokens, other, other.length) === other.length;
  return commonLength(tokens, other, other.length) >= other.length - Math.floor(negligible * other.length);
}

/** Size of the caches of sequences, in bytes. */
export function totalBytes(sequences: readonly KeptSequence[]): number {
  return sequences.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Returns how many of their first tokens two sequences share, at most `most`. */
function commonLength(a: Int32Array, b: Int32Array, most: number): number {
  const end = Math.min(a.length, b.length, most);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}

async function freeAll(sequences: readonly KeptSequence[]): Promise<void> {
  await Promise.all(sequences.map(({ session }) => session.dispose()));
}
