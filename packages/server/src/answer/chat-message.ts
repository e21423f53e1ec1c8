import type { ReplyPart } from "@decodekit/chat";
import type { ReportedToken } from "./token-report.ts";

export type ReplyEnd = Extract<ReplyPart, { readonly type: "finish" }>;

/** Returns the API's word for why a reply ended. */
export function finishReasonOf({ finishReason }: ReplyEnd): "stop" | "length" | "tool_calls" {
  if (finishReason === "tool-calls") return "tool_calls";
  // A decode that was aborted and is still answered was cut by the limit of time.
  return finishReason === "stop" ? "stop" : "length";
}

/** What a piece of a stream adds to its message, and the tokens that it is made of, if it is text. */
export interface ChatDelta {
  readonly delta: object;
  readonly tokens?: readonly ReportedToken[] | undefined;
}

/** Turns the parts of one reply into the pieces of its message. */
export class ChatDeltas {
  /** Places of calls by their ids. */
  readonly #calls = new Map<string, number>();

  /** Returns undefined for a part that adds nothing. */
  of(part: ReplyPart): ChatDelta | undefined {
    switch (part.type) {
      case "text-delta":
        return { delta: { content: part.text }, tokens: part.logProbabilities };
      case "reasoning-delta":
        return { delta: { reasoning_content: part.text } };
      case "tool-call-start": {
        const { id, name } = part;
        const index = this.#calls.size;
        this.#calls.set(id, index);
        return { delta: { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] } };
      }
      case "tool-call-delta":
        return { delta: { tool_calls: [{ index: this.#calls.get(part.id), function: { arguments: part.text } }] } };
      case "reasoning-start":
      case "reasoning-end":
      case "tool-call-end":
      case "finish":
        return undefined;
      default:
        return part satisfies never;
    }
  }
}

/** A message, the tokens of its text, and how it ended. */
export interface WholeMessage {
  readonly message: object;
  readonly tokens: readonly ReportedToken[];
  readonly end: ReplyEnd;
}

/** Joins the parts of a reply. */
export async function wholeMessage(parts: AsyncIterable<ReplyPart | { readonly type: "begin" }>): Promise<WholeMessage> {
  let text = "";
  let reasoning = "";
  const tokens: ReportedToken[] = [];
  const calls: object[] = [];
  for await (const part of parts) {
    if (part.type === "text-delta") {
      text += part.text;
      tokens.push(...(part.logProbabilities ?? []));
    } else if (part.type === "reasoning-delta") reasoning += part.text;
    else if (part.type === "tool-call-end")
      calls.push({ id: part.id, type: "function", function: { name: part.name, arguments: part.text } });
    else if (part.type === "finish") {
      const message = {
        role: "assistant",
        content: text === "" && calls.length > 0 ? null : text,
        refusal: null,
        ...(reasoning !== "" && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls }),
      };
      return { message, tokens, end: part };
    }
  }
  throw new Error("unreachable: a reply ended without finish");
}
