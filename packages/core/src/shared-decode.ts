import type { DecodeEvent, DraftVerifyEvent, FinishReason, TokensCommitEvent } from "./decoder.ts";
import { turnIfDue } from "./event-loop.ts";
import type { GenerateResult, Generation } from "./generate.ts";
import type { LanguageModel } from "./language-model.ts";
import { countStatistics, type StatisticsCounter } from "./statistics.ts";
import { type TextOutput, textOutput, type TextOutputOptions } from "./text-output.ts";

/** A decode to share, and what its tokens mean. */
export interface DecodeSource extends TextOutputOptions {
  readonly decode: () => AsyncGenerator<DecodeEvent, void, void>;
  readonly model: Pick<LanguageModel, "tokenizer" | "masked">;
}

/** Runs a decode on demand, remembers its events and text, and shows them to any number of readers. */
export function sharedDecode(source: DecodeSource): Generation {
  return new SharedDecode(source);
}

class SharedDecode implements Generation {
  readonly events: AsyncIterable<DecodeEvent>;
  readonly textStream: AsyncIterable<string>;
  readonly #decode: DecodeSource["decode"];
  readonly #hasStopStrings: boolean;
  readonly #events: DecodeEvent[] = [];
  readonly #tokens: number[] = [];
  readonly #counter: StatisticsCounter;
  readonly #text: TextOutput;
  #source: AsyncGenerator<DecodeEvent, void, void> | undefined;
  #step: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #finishReason: FinishReason | undefined;
  /** Waits for the commit that it comes before: a stop string may cut that. */
  #verified: { readonly event: DraftVerifyEvent; readonly milliseconds: number } | undefined;
  #readers = 0;
  #result: Promise<GenerateResult> | undefined;

  constructor({ decode, model: { tokenizer, masked }, ...textOptions }: DecodeSource) {
    this.#decode = decode;
    this.#hasStopStrings = textOptions.stopStrings.length > 0;
    this.#counter = countStatistics({ maskTokenId: masked?.maskTokenId });
    this.#text = textOutput(tokenizer, textOptions);
    this.events = { [Symbol.asyncIterator]: () => this.#read(this.#events) };
    this.textStream = { [Symbol.asyncIterator]: () => this.#read(this.#text.pieces, () => this.#text.update()) };
  }

  get result(): Promise<GenerateResult> {
    if (!this.#result) {
      this.#result = this.#drain();
      // Whoever reads only a stream learns of the error there.
      this.#result.catch(() => undefined);
    }
    return this.#result;
  }

  get #isOver(): boolean {
    return this.#finishReason !== undefined || this.#failure !== undefined;
  }

  async #receive(): Promise<void> {
    const turn = turnIfDue();
    if (turn) await turn;
    this.#source ??= this.#decode();
    const asked = performance.now();
    const next = await this.#source.next();
    if (next.done) throw new Error("unreachable: a decoder ended without decode-end");
    const event = next.value;
    const milliseconds = performance.now() - asked;
    if (event.type === "decode-end") {
      await this.#finish(event.finishReason, milliseconds);
    } else if (event.type === "tokens-commit") {
      if (this.#commit(event, milliseconds)) await this.#finish("stop");
    } else {
      this.#addVerified();
      if (event.type === "draft-verify" && this.#hasStopStrings) this.#verified = { event, milliseconds };
      else this.#add(event, milliseconds);
    }
  }

  #add(event: DecodeEvent, milliseconds: number): void {
    this.#counter.add(event, milliseconds);
    this.#events.push(event);
  }

  #addVerified(textEnd = Infinity): void {
    if (!this.#verified) return;
    const { event, milliseconds } = this.#verified;
    this.#add({ ...event, accepted: Math.max(0, Math.min(event.accepted, textEnd - event.start)) }, milliseconds);
    this.#verified = undefined;
  }

  /** Takes a commit; returns whether the text ends with it. */
  #commit(event: TokensCommitEvent, milliseconds: number): boolean {
    const count = this.#text.commit(event.tokens);
    this.#addVerified(event.start + (count ?? Infinity));
    const committed = count === undefined ? event : firstTokens(event, count);
    this.#add(committed, milliseconds);
    for (const token of committed.tokens) this.#tokens.push(token);
    return count !== undefined;
  }

  async #finish(reason: FinishReason, milliseconds = 0): Promise<void> {
    await this.#source?.return();
    this.#addVerified();
    this.#finishReason = this.#text.end() ? "stop" : reason;
    this.#add({ type: "decode-end", finishReason: this.#finishReason }, milliseconds);
  }

  /** One thing at a time: whoever asks for more while the decode moves on or ends waits for that. */
  #exclusively(act: () => Promise<void>): Promise<void> {
    return (this.#step ??= this.#settled(act));
  }

  async #settled(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#step = undefined;
    }
  }

  async *#read<Item>(items: readonly Item[], refresh?: () => void): AsyncGenerator<Item, void, void> {
    this.#readers++;
    try {
      for (let index = 0; ; index++) {
        refresh?.();
        while (index >= items.length && !this.#isOver) {
          await this.#exclusively(() => this.#receive());
          refresh?.();
        }
        if (index >= items.length) break;
        yield items[index]!;
      }
      if (this.#failure) throw this.#failure.error;
    } finally {
      this.#readers--;
      await this.#leave();
    }
  }

  async #leave(): Promise<void> {
    await this.#step;
    if (this.#readers === 0 && !this.#result && !this.#isOver) await this.#exclusively(() => this.#finish("abort"));
  }

  async #drain(): Promise<GenerateResult> {
    while (!this.#isOver) await this.#exclusively(() => this.#receive());
    if (this.#failure) throw this.#failure.error;
    return {
      text: this.#text.pieces.join(""),
      tokens: Int32Array.from(this.#tokens),
      finishReason: this.#finishReason!,
      statistics: this.#counter.statistics(),
    };
  }
}

/** A commit of only the first `count` of its tokens. */
function firstTokens(event: TokensCommitEvent, count: number): TokensCommitEvent {
  if (count === event.tokens.length) return event;
  const { logProbabilities } = event;
  return {
    ...event,
    tokens: event.tokens.subarray(0, count),
    ...(logProbabilities && { logProbabilities: logProbabilities.subarray(0, count) }),
  };
}
