/** Lets timers and input run, and a page paint up to 60 frames per second. */
const MILLISECONDS_BETWEEN_TURNS = 16;

// Captured here, so that a test that replaces the timers of its process does not stop a decode.
const { setImmediate: afterPolling } = globalThis as { readonly setImmediate?: (task: () => void) => unknown };

// Per thread, not per decode: concurrent decodes must not each block the thread for that long.
let lastTurn = -Infinity;
let turn: Promise<void> | undefined;

/**
 * Returns a promise to await if the event loop has had no turn for 16 ms, else undefined. A pass on WASM blocks the thread, and its
 * continuation runs as a microtask, so without such turns, timers, messages, clicks and painting would wait for the whole decode.
 */
export function turnIfDue(): Promise<void> | undefined {
  if (!turn && performance.now() - lastTurn >= MILLISECONDS_BETWEEN_TURNS) {
    turn = nextTurn().then(() => {
      turn = undefined;
      lastTurn = performance.now();
    });
  }
  return turn;
}

/** Resolves after the pending timers, messages and input have been handled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (afterPolling) {
      afterPolling(resolve);
      return;
    }
    // Browsers delay nested timers by 4 ms, but not messages.
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
