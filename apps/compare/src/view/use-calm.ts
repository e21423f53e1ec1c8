import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/** The value of a signal, at most once in so many milliseconds; the last one always comes. */
export function useCalm<Value>(signal: ReadonlySignal<Value>, milliseconds: number): Value {
  const [shown, setShown] = useState(() => signal.peek());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let shownAt = -Infinity;
    const show = (): void => {
      timer = undefined;
      shownAt = performance.now();
      setShown(() => signal.peek());
    };
    const end = effect(() => {
      void signal.value;
      timer ??= setTimeout(show, Math.max(0, shownAt + milliseconds - performance.now()));
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [signal, milliseconds]);
  return shown;
}
