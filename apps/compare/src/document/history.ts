/** The states of a value before and after the shown one. */
export interface History<Value> {
  readonly past: readonly Entry<Value>[];
  readonly present: Value;
  readonly future: readonly Entry<Value>[];
}

interface Entry<Value> {
  readonly value: Value;
  /** The kind of change between this value and the next: consecutive changes of one kind are undone together. */
  readonly kind: string;
}

/** Number of changes that can be undone. */
const MAX_PAST = 50;

export function newHistory<Value>(present: Value): History<Value> {
  return { past: [], present, future: [] };
}

/** Makes a change that can be undone. Consecutive changes of the same kind become one, unless `kind` is empty. */
export function change<Value>({ past, present }: History<Value>, next: Value, kind = ""): History<Value> {
  const continues = kind !== "" && past.at(-1)?.kind === kind;
  return { past: continues ? past : [...past, { value: present, kind }].slice(-MAX_PAST), present: next, future: [] };
}

/** Replaces the present without a change that can be undone, for example while a run grows. */
export function amend<Value>(history: History<Value>, present: Value): History<Value> {
  return { ...history, present };
}

/** Goes back by one change; the same history if there is none. */
export function undo<Value>({ past, present, future }: History<Value>): History<Value> {
  const last = past.at(-1);
  if (!last) return { past, present, future };
  return { past: past.slice(0, -1), present: last.value, future: [{ value: present, kind: last.kind }, ...future] };
}

/** Goes forward by one change that was undone; the same history if there is none. */
export function redo<Value>({ past, present, future }: History<Value>): History<Value> {
  const [next, ...rest] = future;
  if (!next) return { past, present, future };
  return { past: [...past, { value: present, kind: next.kind }], present: next.value, future: rest };
}

/** Returns the latest value of the past or the earliest of the future for which `matches` holds. */
export function find<Value>({ past, future }: History<Value>, matches: (value: Value) => boolean): Value | undefined {
  return (past.findLast(({ value }) => matches(value)) ?? future.find(({ value }) => matches(value)))?.value;
}
