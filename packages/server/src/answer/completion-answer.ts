import { continuationText, type LanguageModel } from "@decodekit/core";
import { ApiError } from "../api-error.ts";
import type { CompletionRequest } from "../request/completion-request.ts";
import { checkRoom, freshSeed, promptsOf, seedOf, stopsOf } from "../request/prompt.ts";
import { checkBiases, decodingOf, samplingOf } from "../request/sampling.ts";
import type { NamedDecoder } from "../served-decoders.ts";
import type { Served } from "../served-models.ts";
import type { ServerState } from "../server-state.ts";
import { reportedPrompt } from "./prompt-report.ts";
import type { Answer } from "./respond.ts";
import { textAnswer, type TextEnd, type TextPart, type TextPlan } from "./text-answer.ts";
import { completionLogProbabilities, type ReportedToken } from "./token-report.ts";
import { decodeReport, usageOf } from "./usage.ts";

/** OpenAI's default, which is short. */
const DEFAULT_TOKENS = 16;

interface CompletionChoice {
  readonly text: string;
  readonly index: number;
  readonly logprobs: object | null;
  readonly finish_reason: "stop" | "length" | null;
}

/**
 * Makes the answer of `POST /v1/completions`.
 * @throws ApiError or InvalidOptionError for parameters that this model or server does not take.
 */
export function completionAnswer(request: CompletionRequest, served: Served, state: ServerState): Answer {
  return new CompletionAnswer(request, served, state);
}

/** The texts of one request, one after another: the runtime runs one pass at a time, and each goes on from the prompt that the first has read. */
class CompletionAnswer implements Answer {
  readonly #request: CompletionRequest;
  readonly #served: Served;
  readonly #state: ServerState;
  readonly #prompts: readonly Int32Array[];
  readonly #seed: number;
  readonly #decoder: NamedDecoder;
  /** Texts that are decoded, and texts that are answered, for each prompt. */
  readonly #texts: number;
  readonly #kept: number;
  readonly #id = `cmpl-${crypto.randomUUID()}`;

  constructor(request: CompletionRequest, served: Served, state: ServerState) {
    this.#request = request;
    this.#served = served;
    this.#state = state;
    this.#kept = request.n ?? 1;
    this.#texts = request.best_of ?? this.#kept;
    this.#seed = request.seed ?? freshSeed();
    checkTexts(request, this.#kept, this.#texts);
    this.#decoder = state.decoders.get(request.decoder, request);
    checkBiases(request, served.model);
    this.#prompts = promptsOf(served.model, request.prompt, state.limits);
    const texts = this.#prompts.length * this.#texts;
    const { maxChoices } = state.limits;
    if (texts > maxChoices) {
      const message = `n times the number of prompts must be at most ${maxChoices}, got ${texts}.`;
      throw new ApiError(message, { param: "n", code: "invalid_value" });
    }
    for (const { length } of this.#prompts) checkRoom(served.model, length, { wanted: request.max_tokens, limits: state.limits });
    // Checks what remains before any text is decoded.
    this.#plan(this.#prompts[0]!, 0);
  }

  async whole(signal: AbortSignal): Promise<object> {
    const choices: CompletionChoice[] = [];
    const costs: TextEnd[][] = [];
    for (const prompt of this.#prompts) {
      const texts: WholeText[] = [];
      for (let index = 0; index < this.#texts; index++)
        texts.push(await wholeText(this.#plan(prompt, costs.length * this.#texts + index), signal));
      costs.push(texts.map(({ end }) => end));
      const echoed = await this.#echo(prompt, signal);
      for (const text of bestOf(texts, this.#kept)) choices.push(this.#choice(choices.length, joined(echoed, text), 0));
    }
    return { ...(await this.#frame()), choices, usage: usageOf(costs), decodekit: this.#report(costs) };
  }

  async *pieces(signal: AbortSignal): AsyncGenerator<object, void, void> {
    const frame = await this.#frame();
    const usage = this.#request.stream_options?.include_usage ? { usage: null } : {};
    const costs: TextEnd[][] = [];
    for (const [at, prompt] of this.#prompts.entries()) {
      costs.push([]);
      const echoed = await this.#echo(prompt, signal);
      for (let index = 0; index < this.#texts; index++) {
        const place = at * this.#texts + index;
        const parts = textAnswer(this.#plan(prompt, place), signal);
        let offset = 0;
        const chunk = (part: TextPart, end?: TextEnd): object => {
          const choice = this.#choice(place, { ...part, end }, offset);
          offset += part.text.length;
          return { ...frame, choices: [choice], ...usage };
        };
        if (echoed) yield chunk(echoed);
        for (;;) {
          const next = await parts.next();
          yield next.done ? chunk({ text: "", tokens: [] }, next.value) : chunk(next.value);
          if (!next.done) continue;
          costs[at]!.push(next.value);
          break;
        }
      }
    }
    if (this.#request.stream_options?.include_usage) yield { ...frame, choices: [], usage: usageOf(costs), decodekit: this.#report(costs) };
  }

  #plan(prompt: Int32Array, index: number): TextPlan {
    const { max_tokens: wanted, stop, logprobs } = this.#request;
    const { limits, defaults } = this.#state;
    const { model } = this.#served;
    const { sampler, processors } = decodingOf(samplingOf(this.#request, defaults));
    const otherwise = Math.min(DEFAULT_TOKENS, limits.maxNewTokens);
    return {
      served: this.#served,
      prompt,
      decoder: this.#decoder.make({ sampler, constraint: undefined, model }),
      processors: processors.length > 0 ? processors : undefined,
      seed: seedOf(this.#seed, index),
      maxNewTokens: wanted ?? Math.min(otherwise, model.causal.contextLength - prompt.length),
      stopStrings: stopsOf(stop),
      // The best of several texts is the one with the likeliest tokens.
      logProbabilities: logprobs ?? (this.#texts > this.#kept ? 0 : undefined),
    };
  }

  async #echo(prompt: Int32Array, signal: AbortSignal): Promise<TextPart | undefined> {
    const { echo, logprobs } = this.#request;
    if (!echo) return undefined;
    const { model } = this.#served;
    const tokens = logprobs === undefined ? [] : await reportedPrompt(model, prompt, { count: logprobs, signal });
    return { text: continuationText(model.tokenizer, new Int32Array(), prompt), tokens };
  }

  #choice(index: number, { text, tokens, end }: TextPart & { readonly end?: TextEnd | undefined }, offset: number): CompletionChoice {
    const hasReport = this.#request.logprobs !== undefined;
    const { tokenizer }: LanguageModel = this.#served.model;
    return {
      text,
      index,
      logprobs: hasReport ? completionLogProbabilities(tokenizer, tokens, offset) : null,
      // A text that the limit of time has cut.
      finish_reason: end ? (end.finishReason === "stop" ? "stop" : "length") : null,
    };
  }

  async #frame(): Promise<object> {
    const { id: model } = this.#served;
    const created = Math.floor(Date.now() / 1000);
    return { id: this.#id, object: "text_completion", created, model, system_fingerprint: await this.#served.fingerprint() };
  }

  #report(costs: readonly (readonly TextEnd[])[]): object {
    return decodeReport(costs, { decoder: this.#decoder.name, seed: this.#seed });
  }
}

interface WholeText extends TextPart {
  readonly end: TextEnd;
}

function checkTexts({ best_of, stream }: CompletionRequest, kept: number, texts: number): void {
  if (texts < kept) throw new ApiError(`best_of must be at least n, ${kept}, got ${texts}.`, { param: "best_of", code: "invalid_value" });
  if (best_of && texts > kept && stream) {
    const message = "best_of must be left out with stream, since the best text is known at the end only.";
    throw new ApiError(message, { param: "best_of", code: "invalid_value" });
  }
}

async function wholeText(plan: TextPlan, signal: AbortSignal): Promise<WholeText> {
  const parts = textAnswer(plan, signal);
  let text = "";
  const tokens: ReportedToken[] = [];
  for (;;) {
    const next = await parts.next();
    if (next.done) return { text, tokens, end: next.value };
    text += next.value.text;
    tokens.push(...next.value.tokens);
  }
}

/** Returns the `kept` texts with the highest log-probability per token, the best first; all as they are if none is left out. */
function bestOf(texts: readonly WholeText[], kept: number): readonly WholeText[] {
  if (texts.length === kept) return texts;
  const scored = texts.map((text) => ({ text, score: meanOf(text.tokens) }));
  return scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, kept)
    .map(({ text }) => text);
}

function meanOf(tokens: readonly ReportedToken[]): number {
  return tokens.length === 0 ? -Infinity : tokens.reduce((sum, { logProbability }) => sum + logProbability, 0) / tokens.length;
}

function joined(echoed: TextPart | undefined, text: WholeText): WholeText {
  return echoed ? { ...text, text: echoed.text + text.text, tokens: [...echoed.tokens, ...text.tokens] } : text;
}
