/** Sees whether the page is or was hidden, when timers and clocks of its workers cannot be trusted. */
export interface PageVisibility {
  /** Whether it has been hidden at any time since this was last asked. */
  readonly wasHidden: () => boolean;
  /** Resolves once the page is seen. Rejects with the reason of an abort. */
  readonly untilVisible: () => Promise<void>;
  readonly end: () => void;
}

export function watchVisibility(signal: AbortSignal): PageVisibility {
  let wasHidden = document.hidden;
  const waiting = new Set<() => void>();
  const onChange = (): void => {
    if (document.hidden) wasHidden = true;
    else wake();
  };
  const wake = (): void => {
    for (const each of waiting) each();
    waiting.clear();
  };
  document.addEventListener("visibilitychange", onChange);
  signal.addEventListener("abort", wake);
  return {
    wasHidden() {
      const was = wasHidden || document.hidden;
      wasHidden = false;
      return was;
    },
    async untilVisible() {
      while (document.hidden && !signal.aborted) await new Promise<void>((resolve) => waiting.add(resolve));
      signal.throwIfAborted();
    },
    end() {
      document.removeEventListener("visibilitychange", onChange);
      signal.removeEventListener("abort", wake);
    },
  };
}
