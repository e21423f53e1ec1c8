import type { GenerateResult } from "./generation.ts";

/**
 * The readers' side of a generation: counts the readers, lets each of them read everything from the beginning, and detects when the last
 * one has left. The subclass decides where the decode runs.
 */
export abstract class Replay {
  #readers = 0;
  #result: Promise<GenerateResult> | undefined;

  get result(): Promise<GenerateResult> {
    if (!this.#result) {
      this.#result = this.finish();
      // A reader of a stream receives the error there.
      this.#result.catch(() => undefined);
    }
    return this.#result;
  }

  /** Whether no reader is left and the result was not requested. */
  protected get isAbandoned(): boolean {
    return this.#readers === 0 && !this.#result;
  }

  /** Whether the decode has ended, or failed. */
  protected abstract readonly isOver: boolean;
  protected abstract readonly failure: { readonly error: unknown } | undefined;
  /** Resolves when there may be more to read or the decode is over. Never rejects. */
  protected abstract advance(): Promise<void>;
  /** Runs the decode to its end. */
  protected abstract finish(): Promise<GenerateResult>;
  /** Called when a reader has left, perhaps early. Ends the decode if it is abandoned. */
  protected abstract leave(): Promise<void>;

  /** Reads `items` as they are added; `refresh` updates them. @throws the error of a decode that failed. */
  protected async *read<Item>(items: readonly Item[], refresh?: () => void): AsyncGenerator<Item, void, void> {
    this.#readers++;
    try {
      for (let index = 0; ; index++) {
        refresh?.();
        while (index >= items.length && !this.isOver) {
          await this.advance();
          refresh?.();
        }
        if (index >= items.length) break;
        yield items[index]!;
      }
      if (this.failure) throw this.failure.error;
    } finally {
      this.#readers--;
      await this.leave();
    }
  }
}
