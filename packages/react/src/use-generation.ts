import type { GenerateResult } from "@decodekit/core";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { type AnyGeneration, type GenerationState, IDLE } from "./generation-state.ts";
import { GenerationStore } from "./generation-store.ts";

export interface UseGeneration extends GenerationState {
  /**
   * Starts a decode, and aborts the one that runs. `run` returns it and passes the signal on:
   * `start((signal) => generate(model, prompt, { decoder, signal }))`. It may be `generate` of `@decodekit/core` or of
   * `@decodekit/core/worker`. Returns the result, or undefined if the decode failed; it never rejects, and `error` says why.
   */
  readonly start: (run: (signal: AbortSignal) => AnyGeneration) => Promise<GenerateResult | undefined>;
  /** Aborts the decode that runs. What it has written stays. */
  readonly stop: () => void;
}

/**
 * A decode as React state. The component is rendered at most about once per frame while text arrives. The decode is aborted when the
 * component ends. Nothing runs while a page is rendered on a server, where the state is idle. `start` and `stop` stay the same functions.
 */
export function useGeneration(): UseGeneration {
  const [store] = useState(() => new GenerationStore());
  const state = useSyncExternalStore(store.subscribe, store.state, () => IDLE);
  useEffect(() => () => store.stop(), [store]);
  const start = useCallback((run: (signal: AbortSignal) => AnyGeneration) => store.start(run), [store]);
  const stop = useCallback(() => store.stop(), [store]);
  return { ...state, start, stop };
}
