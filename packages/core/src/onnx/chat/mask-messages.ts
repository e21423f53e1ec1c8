import type { ChatMessage } from "../../contracts/chat.ts";

/** Members whose strings templates compare with their own words. */
const COMPARED: ReadonlySet<string> = new Set(["role", "type"]);

/** Returns a copy of `messages` in which `mask` has changed all strings, also names of members, other than roles and types. */
export function maskMessages(messages: readonly ChatMessage[], mask: (text: string) => string): readonly ChatMessage[] {
  return masked(messages, mask) as readonly ChatMessage[];
}

/** Returns a copy of `tools` in which `mask` has changed all strings, also names of members. */
export function maskTools(tools: readonly object[] | undefined, mask: (text: string) => string): readonly object[] | undefined {
  return masked(tools, mask) as readonly object[] | undefined;
}

/** Returns all strings in `value`. */
export function stringsIn(value: unknown): readonly string[] {
  const strings: string[] = [];
  masked(value, (text) => {
    strings.push(text);
    return text;
  });
  return strings;
}

function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, item]) => [
      mask(member),
      COMPARED.has(member) && typeof item === "string" ? item : masked(item, mask),
    ]),
  );
}
