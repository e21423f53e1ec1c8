import type { ChatMessage } from "@decodekit/core";

/** A call in a message, in OpenAI's form or that of a template. */
export interface CallOfMessage {
  readonly id: string | undefined;
  readonly name: string;
  /** As a value. */
  readonly arguments: unknown;
}

type Member = Readonly<Record<string, unknown>>;

/** Returns the calls that a message makes. */
export function callsOf(message: ChatMessage): readonly CallOfMessage[] {
  return (message.tool_calls ?? []).map((given) => {
    const call = given as Member;
    const inner = (typeof call["function"] === "object" && call["function"] !== null ? call["function"] : call) as Member;
    return {
      id: typeof call["id"] === "string" ? call["id"] : undefined,
      name: String(inner["name"]),
      arguments: valueOf(inner["arguments"] ?? inner["parameters"]),
    };
  });
}

/** Returns messages whose calls have their arguments as values, as templates expect them, and whose results name their tools. */
export function withValues(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const names = new Map(messages.flatMap((message) => callsOf(message).map(({ id, name }) => [id, name] as const)));
  return messages.map((message) => {
    const calls = callsOf(message);
    if (calls.length > 0) {
      const toolCalls = calls.map(({ id, name, arguments: value }) => ({ id, type: "function", function: { name, arguments: value } }));
      return { ...message, content: message.content ?? "", tool_calls: toolCalls };
    }
    const name = message.role === "tool" && message["name"] === undefined ? names.get(message.tool_call_id) : undefined;
    return name === undefined ? message : { ...message, name };
  });
}

/** Returns a function that returns new ids for calls: of 9 characters, as Mistral's template wants them, and not used in the messages. */
export function idsAfter(messages: readonly ChatMessage[]): () => string {
  const used = new Set(messages.flatMap((message) => callsOf(message).map(({ id }) => id)));
  let count = 0;
  return () => {
    for (;;) {
      const id = `call${String(++count).padStart(5, "0")}`;
      if (!used.has(id)) return id;
    }
  };
}

function valueOf(value: unknown): unknown {
  if (value === undefined || value === "") return {};
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
