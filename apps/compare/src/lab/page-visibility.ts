/** Tracks whether the page is or was hidden. Timers and clocks are unreliable while it is. */
export interface PageVisibility {
  /** Whether the page has been hidden at any time since the last call. */
  readonly wasHidden: () => boolean;
  /** Resolves once the page is visible. Rejects with the abort reason. */
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
