import type { Generation } from "@decodekit/core";
import { readReply, type ReplySource } from "./output/read-reply.ts";
import type { DecodeEventPart, ReplyFinish, ReplyPart, TokenLogProbability, ToolCall } from "./output/reply-part.ts";

/** All of a reply. */
export interface ReplyResult extends ReplyFinish {
  readonly text: string;
  /** The text in which the model thought before its answer; empty if there is none. */
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  /** Those of the tokens of `text`, if they were asked for. */
  readonly logProbabilities?: readonly TokenLogProbability[] | undefined;
}

/**
 * The next message of a conversation. Nothing runs until one of its streams or the result is read, and each provides the whole reply at any
 * time. If the last reader of a stream leaves early and `result` was not read, the decode ends and frees its sessions.
 */
export interface Reply {
  /** The reply in pieces, `finish` last. Only committed text. */
  readonly parts: AsyncIterable<ReplyPart>;
  /** The parts, and among them the events of the decode that they come from: passes, proposals, verifications. */
  readonly trace: AsyncIterable<ReplyPart | DecodeEventPart>;
  readonly events: Generation["events"];
  readonly result: Promise<ReplyResult>;
}

/** Returns the reply that a decode makes. */
export function replyOf(source: ReplySource): Reply {
  let result: Promise<ReplyResult> | undefined;
  const parts = (): AsyncGenerator<ReplyPart, void, void> => onlyParts(readReply(source));
  return {
    parts: { [Symbol.asyncIterator]: parts },
    trace: { [Symbol.asyncIterator]: () => readReply(source) },
    events: source.generation.events,
    get result() {
      if (!result) {
        result = collect(parts());
        // A reader of a stream receives the error there.
        result.catch(() => undefined);
      }
      return result;
    },
  };
}

async function* onlyParts(trace: AsyncIterable<ReplyPart | DecodeEventPart>): AsyncGenerator<ReplyPart, void, void> {
  for await (const part of trace) if (part.type !== "decode-event") yield part;
}

async function collect(parts: AsyncIterable<ReplyPart>): Promise<ReplyResult> {
  let text = "";
  let reasoning = "";
  const toolCalls: ToolCall[] = [];
  const logProbabilities: TokenLogProbability[] = [];
  let hasLogProbabilities = false;
  for await (const part of parts) {
    if (part.type === "text-delta") {
      text += part.text;
      if (part.logProbabilities) hasLogProbabilities = true;
      logProbabilities.push(...(part.logProbabilities ?? []));
    } else if (part.type === "reasoning-delta") {
      reasoning += part.text;
    } else if (part.type === "tool-call-end") {
      const { type: _, ...call } = part;
      toolCalls.push(call);
    } else if (part.type === "finish") {
      const { type: _, ...finish } = part;
      return { text, reasoning, toolCalls, ...(hasLogProbabilities && { logProbabilities }), ...finish };
    }
  }
  throw new Error("unreachable: a reply ended without finish");
}
