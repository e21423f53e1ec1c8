import type {
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { DecodeEventPart, Reply, ReplyFinish, ReplyPart, TokenLogProbability, ToolCall } from "@decodekit/chat";
import { finishReasonOf, metadataOf, usageOf } from "./finish-metadata.ts";
import { PROVIDER } from "./provider-options.ts";

/** A reply, and what the stream tells of the call. */
export interface ReplyToStream {
  readonly answer: Reply;
  readonly warnings: readonly SharedV4Warning[];
  readonly response: LanguageModelV4ResponseMetadata;
  /** Whether the decode's events are `raw` parts. */
  readonly hasEvents: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns the parts of a call. An error of the decode is an `error` part, and then `finish`; an abort throws the signal's reason, as the AI
 * SDK expects it.
 */
export async function* streamParts({
  answer,
  warnings,
  response,
  hasEvents,
  signal,
}: ReplyToStream): AsyncGenerator<LanguageModelV4StreamPart, void, void> {
  yield { type: "stream-start", warnings: [...warnings] };
  yield { type: "response-metadata", ...response };
  const blocks = new Blocks();
  try {
    for await (const part of hasEvents ? answer.trace : answer.parts) {
      if (part.type === "finish" && part.finishReason === "abort") signal?.throwIfAborted();
      yield* blocks.partsOf(part);
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    yield* blocks.close();
    yield { type: "error", error };
    yield { type: "finish", finishReason: { unified: "error", raw: undefined }, usage: usageOf() };
  }
}

type Parts = readonly LanguageModelV4StreamPart[];

/** Turns a reply's parts into blocks, which begin and end, one at a time. */
class Blocks {
  #open: { readonly type: "text" | "reasoning"; readonly id: string } | undefined;
  #count = 0;
  /** Whether the arguments of the call had a delta. */
  #hasInput = false;
  /** A call whose arguments are not JSON: if the output ends with it, it was cut. */
  #broken: ToolCall | undefined;

  partsOf(part: ReplyPart | DecodeEventPart): Parts {
    switch (part.type) {
      case "decode-event":
        return [{ type: "raw", rawValue: part.event }];
      case "text-delta": {
        const before = [...this.#broke(), ...this.#begin("text")];
        return [...before, { type: "text-delta", id: this.#open!.id, delta: part.text, ...metadataOfTokens(part.logProbabilities) }];
      }
      case "reasoning-start":
        return this.#begin("reasoning");
      case "reasoning-delta":
        return [{ type: "reasoning-delta", id: this.#open!.id, delta: part.text }];
      case "reasoning-end":
        return this.close();
      case "tool-call-start":
        this.#hasInput = false;
        return [...this.#broke(), ...this.close(), { type: "tool-input-start", id: part.id, toolName: part.name }];
      case "tool-call-delta":
        this.#hasInput = true;
        return [{ type: "tool-input-delta", id: part.id, delta: part.text }];
      case "tool-call-end":
        return this.#endCall(part);
      default:
        return [...(part.finishReason === "stop" ? this.#broke() : []), ...this.close(), finishOf(part)];
    }
  }

  /** Ends the block that is open, if one is. */
  close(): Parts {
    const open = this.#open;
    this.#open = undefined;
    return open ? [{ type: `${open.type}-end`, id: open.id }] : [];
  }

  #begin(type: "text" | "reasoning"): Parts {
    if (this.#open?.type === type) return [];
    const before = this.close();
    this.#open = { type, id: String(this.#count++) };
    return [...before, { type: `${type}-start`, id: this.#open.id }];
  }

  #endCall(call: ToolCall): Parts {
    const before: Parts = this.#hasInput ? [] : [{ type: "tool-input-delta", id: call.id, delta: call.text }];
    const isBroken = call.arguments === undefined;
    if (isBroken) this.#broken = call;
    return [...before, { type: "tool-input-end", id: call.id }, ...(isBroken ? [] : [toolCall(call)])];
  }

  /** Gives a call that the model wrote to its end, so that the AI SDK can tell or repair what is wrong with it. */
  #broke(): Parts {
    const broken = this.#broken;
    this.#broken = undefined;
    return broken ? [toolCall(broken)] : [];
  }
}

function finishOf(finish: ReplyFinish): LanguageModelV4StreamPart {
  const { finishReason, usage } = finish;
  const providerMetadata = { [PROVIDER]: { ...metadataOf(finish) } };
  return { type: "finish", finishReason: finishReasonOf(finishReason), usage: usageOf(usage), providerMetadata };
}

function toolCall({ id, name, text }: ToolCall): LanguageModelV4StreamPart & { readonly type: "tool-call" } {
  return { type: "tool-call", toolCallId: id, toolName: name, input: text };
}

function metadataOfTokens(tokens: readonly TokenLogProbability[] | undefined): { readonly providerMetadata?: SharedV4ProviderMetadata } {
  if (!tokens) return {};
  // JSON has no NaN.
  const described = ({ token, text, logProbability }: Omit<TokenLogProbability, "alternatives">) => ({
    token,
    text,
    logProbability: Number.isFinite(logProbability) ? logProbability : null,
  });
  const logProbabilities = tokens.map((each) => ({ ...described(each), alternatives: each.alternatives.map(described) }));
  return { providerMetadata: { [PROVIDER]: { logProbabilities } } };
}

/** Returns a stream that reads `parts` as they are asked for, and ends them when it is cancelled. */
export function readableStream<Part>(parts: AsyncGenerator<Part, void, void>): ReadableStream<Part> {
  return new ReadableStream<Part>({
    async pull(controller) {
      const next = await parts.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await parts.return();
    },
  });
}
