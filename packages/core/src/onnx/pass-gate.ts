/**
 * Memory that two threads share: through it one of them learns whether the other is in the middle of native code, although that one is
 * blocked, and keeps it from entering again. One element: how many passes are under way, or -1 once it is shut.
 */
export type PassGate = Int32Array<SharedArrayBuffer>;

const SHUT = -1;

export function passGate(): PassGate {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Shuts the gate unless something is passing. Returns whether it is shut: then nothing passes any more. */
export function shutGate(gate: PassGate): boolean {
  return Atomics.compareExchange(gate, 0, 0, SHUT) <= 0;
}

let gate: PassGate | undefined;

/** From now on whatever a runtime of this thread does goes through `shared`. */
export function guardPasses(shared: PassGate | undefined): void {
  gate = shared;
}

/** Runs `task`. Once the gate is shut it never does and never settles: the other thread is about to end this one. */
export async function throughGate<Result>(task: () => Promise<Result>): Promise<Result> {
  const entered = gate;
  if (!entered) return await task();
  if (!enter(entered)) return new Promise(() => undefined);
  try {
    return await task();
  } finally {
    Atomics.sub(entered, 0, 1);
  }
}

function enter(entered: PassGate): boolean {
  for (;;) {
    const passing = Atomics.load(entered, 0);
    if (passing === SHUT) return false;
    if (Atomics.compareExchange(entered, 0, passing, passing + 1) === passing) return true;
  }
}
