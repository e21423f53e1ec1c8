const MILLISECONDS_BETWEEN_PAUSES = 50;

/**
 * A function that now and then lets timers, signals and painting have their turn: where a pass runs on this thread,
 * awaiting it alone does not.
 */
export function pauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < MILLISECONDS_BETWEEN_PAUSES) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
