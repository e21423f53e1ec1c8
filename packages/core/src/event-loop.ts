/** So that timers, input and painting of at most 60 frames a second get through. */
const MILLISECONDS_BETWEEN_TURNS = 16;

// The function itself, so that a test which replaces the timers of its process does not stop a decode.
const { setImmediate: afterPolling } = globalThis as { readonly setImmediate?: (task: () => void) => unknown };

// Of the thread, whichever decode asks: many decodes at once must not each hold it for as long.
let lastTurn = -Infinity;
let turn: Promise<void> | undefined;

/**
 * A promise to wait for when the event loop has had no turn for 16 ms, undefined when it has. A pass on WASM holds the thread, and what
 * it resolves runs as a microtask: without turns in between, timers, messages, clicks and painting wait for the whole decode.
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

/** Resolves after the timers, messages and input that are waiting had their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (afterPolling) {
      afterPolling(resolve);
      return;
    }
    // Browsers hold timers back for 4 ms, messages not.
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
