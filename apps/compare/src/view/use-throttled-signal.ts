import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/** Returns the value of a signal, updated at most once per `milliseconds`. The last value always arrives. */
export function useThrottledSignal<Value>(signal: ReadonlySignal<Value>, milliseconds: number): Value {
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
