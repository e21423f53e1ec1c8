import { countStatistics, type GenerateResult } from "@decodekit/core";
import { type AnyGeneration, type GenerationState, IDLE } from "./generation-state.ts";
import { proposalsAfter } from "./proposals.ts";

/** Readers are told of changes at most this often, in milliseconds: about once per frame. */
const INTERVAL = 16;

/** Runs one decode at a time, and tells its readers what is known of it. Knows nothing of React. */
export class GenerationStore {
  #state = IDLE;
  #shown = IDLE;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  readonly #readers = new Set<() => void>();

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  };

  readonly state = (): GenerationState => this.#shown;

  /** Aborts the decode that runs, and starts another. Returns its result, or undefined if it failed: `state().error` says why. */
  async start(run: (signal: AbortSignal) => AnyGeneration): Promise<GenerateResult | undefined> {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    this.#set({ ...IDLE, status: "running" }, true);
    try {
      const generation = run(running.signal);
      const [result] = await Promise.all([generation.result, this.#readText(generation, running), this.#readEvents(generation, running)]);
      const status = result.finishReason === "abort" ? "aborted" : "done";
      this.#update(
        running,
        { status, text: result.text, tokens: [...result.tokens], statistics: result.statistics, proposals: [], result },
        true,
      );
      return result;
    } catch (error) {
      this.#update(running, { status: running.signal.aborted ? "aborted" : "failed", error, proposals: [] }, true);
      return undefined;
    }
  }

  /** Aborts the decode that runs, if one does. What it has written stays. */
  stop(): void {
    this.#running?.abort();
    if (this.#state.status === "running") this.#set({ ...this.#state, status: "aborted", proposals: [] }, true);
  }

  async #readText({ textStream }: AnyGeneration, running: AbortController): Promise<void> {
    for await (const piece of textStream) this.#update(running, { text: this.#state.text + piece });
  }

  async #readEvents({ events }: AnyGeneration, running: AbortController): Promise<void> {
    const counter = countStatistics();
    let before = performance.now();
    for await (const event of events) {
      const now = performance.now();
      counter.add(event, now - before);
      before = now;
      const { tokens } = this.#state;
      this.#update(running, {
        statistics: counter.statistics(),
        proposals: proposalsAfter(this.#state.proposals, event),
        ...(event.type === "tokens-commit" && { tokens: [...tokens, ...event.tokens] }),
      });
    }
  }

  /** Changes the state, unless another decode has begun. */
  #update(running: AbortController, changes: Partial<GenerationState>, isLast = false): void {
    if (this.#running === running) this.#set({ ...this.#state, ...changes }, isLast);
  }

  #set(state: GenerationState, atOnce: boolean): void {
    this.#state = state;
    if (atOnce) this.#show();
    else this.#timer ??= setTimeout(() => this.#show(), INTERVAL);
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#shown = this.#state;
    for (const reader of this.#readers) reader();
  }
}
