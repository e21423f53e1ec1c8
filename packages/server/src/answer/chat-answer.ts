import { type Reply, reply, type ReplyPart } from "@decodekit/chat";
import { ApiError } from "../api-error.ts";
import type { ChatRequest } from "../request/chat-request.ts";
import { checkCharacters, checkRoom, freshSeed, seedOf, stopsOf } from "../request/prompt.ts";
import { messagesOf, refuseLooseSchema, replyShape, settingsOf, textsOf } from "../request/reply-parameters.ts";
import { checkBiases, samplingOf } from "../request/sampling.ts";
import { checkSchemas } from "../request/schema-limits.ts";
import type { NamedDecoder } from "../served-decoders.ts";
import type { Served } from "../served-models.ts";
import type { ServerState } from "../server-state.ts";
import { type ChatDelta, ChatDeltas, finishReasonOf, type ReplyEnd, wholeMessage } from "./chat-message.ts";
import type { Answer } from "./respond.ts";
import { chatLogProbabilities } from "./token-report.ts";
import { type Cost, decodeReport, usageOf } from "./usage.ts";

/**
 * Makes the answer of `POST /v1/chat/completions`.
 * @throws ApiError or InvalidOptionError for parameters that this model or server does not take.
 */
export function chatAnswer(request: ChatRequest, served: Served, state: ServerState): Answer {
  return new ChatAnswer(request, served, state);
}

/** The messages of one request, one after another: the runtime runs one pass at a time, and each goes on from the prompt that the first has read. */
class ChatAnswer implements Answer {
  readonly #request: ChatRequest;
  readonly #served: Served;
  readonly #state: ServerState;
  readonly #seed: number;
  readonly #decoder: NamedDecoder;
  readonly #id = `chatcmpl-${crypto.randomUUID()}`;
  readonly #costs: Cost[] = [];

  constructor(request: ChatRequest, served: Served, state: ServerState) {
    this.#request = request;
    this.#served = served;
    this.#state = state;
    this.#seed = request.seed ?? freshSeed();
    this.#decoder = state.decoders.get(request.decoder, request);
    checkBiases(request, served.model);
    checkSchemas(request, state.limits);
    checkCharacters(served.model, textsOf(messagesOf(request.messages)), state.limits);
    if (request.top_logprobs !== undefined && !request.logprobs)
      throw new ApiError("top_logprobs must be left out without logprobs: true.", { param: "top_logprobs", code: "invalid_value" });
  }

  async whole(signal: AbortSignal): Promise<object> {
    const choices: object[] = [];
    for (let index = 0; index < (this.#request.n ?? 1); index++) {
      const { message, tokens, end } = await wholeMessage(this.#parts(this.#reply(index, signal)));
      this.#costs.push(costOf(end));
      const logprobs = this.#request.logprobs ? chatLogProbabilities(this.#served.model.tokenizer, tokens) : null;
      choices.push({ index, message, logprobs, finish_reason: finishReasonOf(end) });
    }
    return { ...(await this.#frame("chat.completion")), choices, ...this.#figures() };
  }

  async *pieces(signal: AbortSignal): AsyncGenerator<object, void, void> {
    const frame = await this.#frame("chat.completion.chunk");
    const hasUsage = this.#request.stream_options?.include_usage === true;
    const chunk = (index: number, { delta, tokens }: ChatDelta, finish: string | null = null): object => {
      const logprobs = this.#request.logprobs && tokens ? chatLogProbabilities(this.#served.model.tokenizer, tokens) : null;
      return { ...frame, choices: [{ index, delta, logprobs, finish_reason: finish }], ...(hasUsage && { usage: null }) };
    };
    for (let index = 0; index < (this.#request.n ?? 1); index++) {
      const deltas = new ChatDeltas();
      for await (const part of this.#parts(this.#reply(index, signal))) {
        if (part.type === "begin") yield chunk(index, { delta: { role: "assistant", content: "" } });
        else if (part.type === "finish") {
          this.#costs.push(costOf(part));
          yield chunk(index, { delta: {} }, finishReasonOf(part));
        } else {
          const delta = deltas.of(part);
          if (delta) yield chunk(index, delta);
        }
      }
    }
    if (hasUsage) yield { ...frame, choices: [], ...this.#figures() };
  }

  #reply(index: number, signal: AbortSignal): Reply {
    const request = this.#request;
    const { limits, defaults } = this.#state;
    const { model } = this.#served;
    return reply(model, {
      messages: messagesOf(request.messages),
      ...replyShape(request),
      settings: {
        ...settingsOf(samplingOf(request, defaults)),
        seed: seedOf(this.#seed, index),
        maxNewTokens: this.#wanted ?? limits.maxNewTokens,
        stopStrings: stopsOf(request.stop),
      },
      decoder: ({ sampler, constraint }) => this.#decoder.make({ sampler, constraint, model }),
      chat: { now: new Date(), variables: { ...variablesOf(request) } },
      logProbabilities: request.logprobs ? (request.top_logprobs ?? 0) : undefined,
      signal,
      onWarning: (warning) => refuseLooseSchema(request, warning),
    });
  }

  /** The parts of a reply, after one that says that its prompt was taken. */
  async *#parts({ trace }: Reply): AsyncGenerator<ReplyPart | { readonly type: "begin" }, void, void> {
    for await (const part of trace) {
      if (part.type !== "decode-event") yield part;
      else if (part.event.type === "decode-start") {
        checkRoom(this.#served.model, part.event.promptLength, { wanted: this.#wanted, limits: this.#state.limits });
        yield { type: "begin" };
      }
    }
  }

  get #wanted(): number | undefined {
    return this.#request.max_completion_tokens ?? this.#request.max_tokens;
  }

  #figures(): object {
    const report = decodeReport([this.#costs], { decoder: this.#decoder.name, seed: this.#seed });
    return { usage: usageOf([this.#costs]), decodekit: report };
  }

  async #frame(object: string): Promise<object> {
    const created = Math.floor(Date.now() / 1000);
    return { id: this.#id, object, created, model: this.#served.id, system_fingerprint: await this.#served.fingerprint() };
  }
}

function variablesOf({ chat_template_kwargs: variables, reasoning_effort: effort }: ChatRequest): Readonly<Record<string, unknown>> {
  return { ...(effort !== undefined && { reasoning_effort: effort }), ...variables };
}

function costOf({ usage, statistics }: ReplyEnd): Cost {
  return { ...usage, statistics };
}
