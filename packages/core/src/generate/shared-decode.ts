import type { DecodeEvent, DraftVerifyEvent, FinishReason, TokensCommitEvent } from "../contracts/decoder.ts";
import { turnIfDue } from "../decode/event-loop.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import { countStatistics, type StatisticsCounter } from "../decode/statistics.ts";
import { type TextOutput, textOutput, type TextOutputOptions } from "../text/text-output.ts";
import type { GenerateResult, Generation } from "./generation.ts";
import { Replay } from "./replay.ts";

/** The events of a decode. */
export interface DecodeEvents extends AsyncGenerator<DecodeEvent, void, void> {
  /** Returns what the events, which a stop string may have cut, add to the result. */
  readonly details?: (events: readonly DecodeEvent[]) => Partial<GenerateResult>;
}

/** A decode to share, and how to turn its tokens into text. */
export interface DecodeSource extends TextOutputOptions {
  readonly decode: () => Promise<DecodeEvents>;
  readonly model: Pick<LanguageModel, "tokenizer" | "masked">;
}

/** Runs a decode on demand, stores its events and text, and provides them to any number of readers. */
export function sharedDecode(source: DecodeSource): Generation {
  return new SharedDecode(source);
}

class SharedDecode extends Replay implements Generation {
  readonly events: AsyncIterable<DecodeEvent>;
  readonly textStream: AsyncIterable<string>;
  readonly #decode: DecodeSource["decode"];
  readonly #hasStopStrings: boolean;
  readonly #events: DecodeEvent[] = [];
  readonly #tokens: number[] = [];
  readonly #counter: StatisticsCounter;
  readonly #text: TextOutput;
  #source: DecodeEvents | undefined;
  #step: Promise<void> | undefined;
  protected failure: { readonly error: unknown } | undefined;
  #finishReason: FinishReason | undefined;
  /** Held back until the next commit, which a stop string may cut. */
  #verified: { readonly event: DraftVerifyEvent; readonly milliseconds: number } | undefined;

  constructor({ decode, model: { tokenizer, masked }, ...textOptions }: DecodeSource) {
    super();
    this.#decode = decode;
    this.#hasStopStrings = textOptions.stopStrings.length > 0;
    this.#counter = countStatistics({ maskTokenId: masked?.maskTokenId });
    this.#text = textOutput(tokenizer, textOptions);
    this.events = { [Symbol.asyncIterator]: () => this.read(this.#events) };
    this.textStream = { [Symbol.asyncIterator]: () => this.read(this.#text.pieces, () => this.#text.update()) };
  }

  protected get isOver(): boolean {
    return this.#finishReason !== undefined || this.failure !== undefined;
  }

  async #receive(): Promise<void> {
    const turn = turnIfDue();
    if (turn) await turn;
    this.#source ??= await this.#decode();
    const start = performance.now();
    const next = await this.#source.next();
    if (next.done) throw new Error("unreachable: a decoder ended without decode-end");
    const event = next.value;
    const milliseconds = performance.now() - start;
    if (event.type === "decode-end") {
      await this.#end(event.finishReason, milliseconds);
    } else if (event.type === "tokens-commit") {
      if (this.#commit(event, milliseconds)) await this.#end("stop");
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

  /** Adds a commit; returns whether the text ends with it. */
  #commit(event: TokensCommitEvent, milliseconds: number): boolean {
    const count = this.#text.commit(event.tokens);
    this.#addVerified(event.start + (count ?? Infinity));
    const committed = count === undefined ? event : firstTokens(event, count);
    this.#add(committed, milliseconds);
    for (const token of committed.tokens) this.#tokens.push(token);
    return count !== undefined;
  }

  async #end(reason: FinishReason, milliseconds = 0): Promise<void> {
    await this.#source?.return();
    this.#addVerified();
    this.#finishReason = this.#text.end() ? "stop" : reason;
    this.#add({ type: "decode-end", finishReason: this.#finishReason }, milliseconds);
  }

  /** Runs one action at a time: a reader that requests more while the decode advances or ends waits for that. */
  #exclusively(act: () => Promise<void>): Promise<void> {
    return (this.#step ??= this.#settled(act));
  }

  async #settled(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.failure = { error };
    } finally {
      this.#step = undefined;
    }
  }

  protected advance(): Promise<void> {
    return this.#exclusively(() => this.#receive());
  }

  protected async leave(): Promise<void> {
    await this.#step;
    if (this.isAbandoned && !this.isOver) await this.#exclusively(() => this.#end("abort"));
  }

  protected async finish(): Promise<GenerateResult> {
    while (!this.isOver) await this.advance();
    if (this.failure) throw this.failure.error;
    return {
      text: this.#text.pieces.join(""),
      tokens: Int32Array.from(this.#tokens),
      finishReason: this.#finishReason!,
      statistics: this.#counter.statistics(),
      ...this.#source?.details?.(this.#events),
    };
  }
}

/** Returns the commit cut to its first `count` tokens. */
function firstTokens(event: TokensCommitEvent, count: number): TokensCommitEvent {
  if (count === event.tokens.length) return event;
  const { tokens, logProbabilities, alternatives } = event;
  // Arrays of one or of k values for each token.
  const first = <Values extends Int32Array | Float32Array>(values: Values): Values =>
    values.subarray(0, (values.length * count) / tokens.length) as Values;
  return {
    ...event,
    tokens: first(tokens),
    logProbabilities: logProbabilities && first(logProbabilities),
    alternatives: alternatives && { tokens: first(alternatives.tokens), logProbabilities: first(alternatives.logProbabilities) },
  };
}
