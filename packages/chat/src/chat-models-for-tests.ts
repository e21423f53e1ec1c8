import type { ChatMessage, ChatTemplate, LanguageModel, TokenId, Tokenizer } from "@decodekit/core";
import { byteTokenizer, type TestModel, tableModel } from "@decodekit/core/testing";

const bytes = byteTokenizer();
/** The token with which the models end a text. */
const END = bytes.endToken;

/** Bytes, an end, and special tokens with the given names. */
export function tokenizerWith(names: readonly string[]): Tokenizer {
  const ids = new Map(names.map((name, index) => [name, END + 1 + index]));
  const encodeBytes = (text: string): Int32Array => bytes.encode(text, { addSpecialTokens: false });
  return {
    vocabSize: END + 1 + names.length,
    specialTokens: new Map([...ids, ["<end>", END]]),
    encode(text) {
      const pieces = names.length === 0 ? [text] : text.split(new RegExp(`(${names.map((name) => escaped(name)).join("|")})`, "u"));
      return Int32Array.from(pieces.flatMap((piece) => (ids.has(piece) ? [ids.get(piece)!] : [...encodeBytes(piece)])));
    },
    decode: (tokens) => bytes.decode(tokens.filter((token) => token < END)),
    tokenText: (token: TokenId) => (token <= END ? bytes.tokenText(token) : names[token - END - 1]!),
    tokenBytes: (token: TokenId) => (token < END ? bytes.tokenBytes(token) : undefined),
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");

interface TemplateMessage extends ChatMessage {
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: unknown } }[];
}

interface TestTemplateOptions {
  /** How calls are written, if tools are. */
  readonly writesCall?: ((name: string, values: unknown) => string) | undefined;
  /** What the prompt ends with. */
  readonly ending?: string | undefined;
}

/** A chat template that writes each message as "role: content" in a line of its own. */
function testTemplate(tokenizer: Tokenizer, { writesCall, ending = "" }: TestTemplateOptions = {}): ChatTemplate {
  const render: ChatTemplate["render"] = (messages, { tools } = {}) => {
    const known = writesCall && tools ? `tools: ${JSON.stringify(tools)}\n` : "";
    const lines = (messages as readonly TemplateMessage[]).map(({ role, content, tool_calls: calls = [] }) => {
      const written = writesCall ? calls.map((call) => writesCall(call.function.name, call.function.arguments)) : [];
      return `${role}: ${typeof content === "string" ? content : ""}${written.join("")}\n`;
    });
    return `${known}${lines.join("")}assistant: ${ending}`;
  };
  return {
    names: ["default"],
    render,
    encode: (messages, options) => tokenizer.encode(render(messages, options), { addSpecialTokens: false }),
  };
}

export interface ScriptedOptions extends TestTemplateOptions {
  /** Names of special tokens. */
  readonly special?: readonly string[] | undefined;
  readonly withoutBytes?: boolean | undefined;
}

/** How much a scripted model prefers the next token of its text, in nats. */
const PREFERENCE = 8;

/**
 * A chat model that wants to write `text`: the token of its script at each place has a probability that is e^8 times that of any other, so
 * that constraints and penalties can lead it elsewhere.
 */
export function scripted(
  text: string,
  { special = [], withoutBytes, ...template }: ScriptedOptions = {},
): LanguageModel & { readonly causal: TestModel } {
  const whole = tokenizerWith(special);
  const tokenizer: Tokenizer = withoutBytes
    ? (Object.fromEntries(Object.entries(whole).filter(([name]) => name !== "tokenBytes")) as unknown as Tokenizer)
    : whole;
  const script = [...tokenizer.encode(text), END];
  const chat = testTemplate(tokenizer, template);
  let promptLength = 0;
  const { vocabSize } = tokenizer;
  const others = 1 / (Math.exp(PREFERENCE) + vocabSize - 1);
  const causal = tableModel({
    vocabSize,
    contextLength: 4096,
    probabilities: (prefix) => {
      const next = script[Math.min(prefix.length - promptLength, script.length - 1)];
      return Array.from({ length: vocabSize }, (_, token) => (token === next ? 1 - others * (vocabSize - 1) : others));
    },
  });
  const encode: ChatTemplate["encode"] = (...args) => {
    const prompt = chat.encode(...args);
    promptLength = prompt.length;
    return prompt;
  };
  return { name: "scripted", causal, tokenizer, stopTokens: [END], chat: { ...chat, encode } };
}

/** Returns all items. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Writes calls as Hermes and Qwen do. */
export const hermesCall = (name: string, values: unknown): string =>
  `<tool_call>\n{"name": "${name}", "arguments": ${JSON.stringify(values)}}\n</tool_call>`;
