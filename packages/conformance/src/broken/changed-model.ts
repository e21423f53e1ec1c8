// Stryker disable all: the kit detects these defects; nothing tests them here
import { type CausalModel, type Logits, type ModelCapabilities, seededRandom, type Session } from "@decodekit/core";
import { memoryModel } from "@decodekit/core/testing";

export const VOCAB_SIZE = 10;
export const CONTEXT_LENGTH = 24;

/** Logits that depend on the whole prefix. */
export function randomRow(prefix: ArrayLike<number>): Float32Array {
  const random = seededRandom(Array.from(prefix).reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, 7));
  return Float32Array.from({ length: VOCAB_SIZE }, () => random.uniform());
}

/** A model that keeps the contract. */
export function goodModel(capabilities: Partial<ModelCapabilities> = {}): CausalModel {
  const model = memoryModel({ vocabSize: VOCAB_SIZE, contextLength: CONTEXT_LENGTH, tree: true, logitsAfter: randomRow });
  return { ...model, capabilities: { ...model.capabilities, ...capabilities } };
}

/** What a defect changes of a session; each function is called in place of the session's own. */
export type Changes = Partial<Session> & { readonly hidden?: readonly (keyof Session)[] };

/** Returns a model whose sessions have the changes that `change` returns for each, also those of forks. */
export function changedModel(change: (session: Session) => Changes, capabilities: Partial<ModelCapabilities> = {}): CausalModel {
  const model = goodModel(capabilities);
  return { ...model, createSession: async () => changedSession(await model.createSession(), change) };
}

function changedSession(session: Session, change: (session: Session) => Changes): Session {
  const changes = change(session);
  const whole: Session = {
    get length() {
      return session.length;
    },
    forward: (...pass) => session.forward(...pass),
    rewindTo: (length) => session.rewindTo(length),
    fork: async () => changedSession(await session.fork!(), change),
    forwardTree: (...pass) => session.forwardTree!(...pass),
    keepPath: (nodes) => session.keepPath!(nodes),
    dispose: () => session.dispose(),
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
  const { hidden: _, ...members } = Object.getOwnPropertyDescriptors(changes);
  Object.defineProperties(whole, members);
  for (const member of changes.hidden ?? []) Reflect.deleteProperty(whole, member);
  return whole;
}

/** Returns logits with other rows. */
export function withRows({ vocabSize }: Logits, rows: readonly Float32Array[]): Logits {
  const row = (index: number): Float32Array => {
    if (rows[index]) return rows[index];
    throw new RangeError(`no row ${index}`);
  };
  return { rows: rows.length, vocabSize, row };
}

export function rowsOf(logits: Logits): readonly Float32Array[] {
  return Array.from({ length: logits.rows }, (_, index) => logits.row(index));
}
