import type { FinishReason, Generation, Tokenizer, TokensCommitEvent } from "@decodekit/core";
import { incrementalText, stopStringFilter } from "@decodekit/core/toolkit";
import { logProbabilitiesOf } from "./log-probabilities-of.ts";
import { OutputReader, type OutputReaderOptions } from "./output-reader.ts";
import type { DecodeEventPart, ReplyPart, TokenLogProbability } from "./reply-part.ts";

/** A decode, and how its tokens are read. */
export interface ReplySource {
  readonly generation: Generation;
  /** Shape (n,). */
  readonly prompt: Int32Array;
  /** In whose texts marks can be seen. */
  readonly tokenizer: Tokenizer;
  readonly stopStrings: readonly string[];
  readonly decoder: string;
  /** Whether parts tell what their tokens were chosen from. */
  readonly hasLogProbabilities: boolean;
  readonly cachedTokens: () => number;
  /** Returns the options of a reader that begins. */
  readonly reader: () => OutputReaderOptions;
}

/** Reads a decode from its beginning into parts, each after the event that made it certain. */
export async function* readReply(source: ReplySource): AsyncGenerator<ReplyPart | DecodeEventPart, void, void> {
  const parts = new PartsOfTokens(source);
  let finishReason: FinishReason = "stop";
  for await (const event of source.generation.events) {
    yield { type: "decode-event", event };
    if (event.type === "tokens-commit") yield* parts.commit(event);
    else if (event.type === "decode-end") finishReason = event.finishReason;
  }
  yield* parts.end();
  const { statistics } = await source.generation.result;
  yield {
    type: "finish",
    finishReason: finishReason === "stop" && parts.calls > 0 ? "tool-calls" : finishReason,
    usage: {
      promptTokens: source.prompt.length,
      cachedTokens: source.cachedTokens(),
      outputTokens: parts.tokens,
      reasoningTokens: parts.reasoningTokens,
    },
    statistics,
    decoder: source.decoder,
  };
}

/** Turns committed tokens into text and text into parts. */
class PartsOfTokens {
  tokens = 0;
  reasoningTokens = 0;
  /** Calls that are whole. */
  calls = 0;
  readonly #source: ReplySource;
  readonly #text: ReturnType<typeof incrementalText>;
  readonly #filter: ReturnType<typeof stopStringFilter>;
  readonly #reader: OutputReader;
  /** Of tokens whose text is not certain yet; undefined while none were asked for. */
  #logProbabilities: TokenLogProbability[] | undefined;
  #isStopped = false;
  /** Tokens of which it is not certain whether they are reasoning. */
  #atStart = 0;

  constructor(source: ReplySource) {
    const { prompt, tokenizer, stopStrings, reader } = source;
    this.#source = source;
    this.#text = incrementalText(tokenizer, prompt);
    this.#filter = stopStringFilter(stopStrings);
    this.#reader = new OutputReader(reader());
  }

  *commit(event: TokensCommitEvent): Generator<ReplyPart, void, void> {
    const { hasLogProbabilities, tokenizer } = this.#source;
    const logProbabilities = hasLogProbabilities ? logProbabilitiesOf(event, tokenizer) : undefined;
    for (const [index, token] of event.tokens.entries()) {
      const wasReasoning = this.#reader.place === "reasoning";
      const text = this.#filtered(this.#text.push(Int32Array.of(token)));
      if (logProbabilities) (this.#logProbabilities ??= []).push(logProbabilities[index]!);
      yield* this.#given(this.#reader.push(text));
      this.tokens++;
      this.#count(wasReasoning);
    }
  }

  /** Counts a token as reasoning, with those before it that turned out to be the mark that opens it. */
  #count(wasReasoning: boolean): void {
    const { place } = this.#reader;
    if (wasReasoning || place === "reasoning") {
      this.reasoningTokens += this.#atStart + 1;
      this.#atStart = 0;
    } else this.#atStart = place === "start" ? this.#atStart + 1 : 0;
  }

  *end(): Generator<ReplyPart, void, void> {
    const rest = this.#filtered(this.#text.end());
    const held = this.#isStopped ? "" : this.#filter.end();
    const parts = [...this.#reader.push(rest + held), ...this.#reader.end()];
    yield* this.#given(parts);
    if (this.#reader.place !== "text" || !this.#logProbabilities?.length) return;
    yield { type: "text-delta", text: "", logProbabilities: this.#logProbabilities };
  }

  #filtered(text: string): string {
    if (this.#isStopped) return "";
    const certain = this.#filter.push(text);
    this.#isStopped = certain.stopped;
    return certain.text;
  }

  *#given(parts: readonly ReplyPart[]): Generator<ReplyPart, void, void> {
    for (const part of parts) {
      if (part.type === "tool-call-end" && part.arguments !== undefined) this.calls++;
      if (part.type === "text-delta" && this.#logProbabilities) {
        yield { ...part, logProbabilities: this.#logProbabilities };
        this.#logProbabilities = [];
      } else {
        yield part;
      }
    }
    // The tokens of reasoning and calls are not those of a text.
    if (this.#logProbabilities && (this.#reader.place === "reasoning" || this.#reader.place === "calls")) this.#logProbabilities = [];
  }
}
