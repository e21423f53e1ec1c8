/**
 * Memory shared by two threads. With it, one thread can detect that the other is running native code, although the other is blocked, and
 * can prevent it from running more. One element: the number of running passes, or -1 once the gate is shut.
 */
export type PassGate = Int32Array<SharedArrayBuffer>;

const SHUT = -1;

export function passGate(): PassGate {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Shuts the gate unless a pass is running. Returns whether it is shut; no pass can then start. */
export function shutGate(gate: PassGate): boolean {
  return Atomics.compareExchange(gate, 0, 0, SHUT) <= 0;
}

let gate: PassGate | undefined;

/** Makes `shared` the gate of all later runtime calls of this thread. */
export function guardPasses(shared: PassGate | undefined): void {
  gate = shared;
}

/** Runs `task`. Once the gate is shut, the task does not run and the promise never settles: the other thread is about to end this one. */
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
