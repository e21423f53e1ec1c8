import { InvalidOptionError } from "../../errors.ts";
import type { ChatMessage, ChatOptions, ChatRenderOptions } from "../../contracts/chat.ts";
import { isConversation } from "../../generate/prompt-tokens.ts";
import { objectOption, type OptionDefinition, resolveOptions } from "../../options.ts";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

const RENDER_OPTIONS = {
  tools: objectOption("a list of objects", (value) => Array.isArray(value) && value.every(isObject)),
  addGenerationPrompt: { type: "boolean", help: "Whether the prompt ends with the beginning of the answer" },
  continueFinalMessage: { type: "boolean", default: false, help: "Whether the prompt ends within the last message" },
  template: { type: "string", help: "Name of the template" },
  now: objectOption("a valid Date", (value) => value instanceof Date && !Number.isNaN(value.getTime())),
  variables: objectOption("an object", isObject),
} as const satisfies Readonly<Record<keyof ChatRenderOptions, OptionDefinition>>;

const OPTIONS = {
  ...RENDER_OPTIONS,
  specialTokens: { type: "string", choices: ["parse", "literal"], default: "literal", help: "What names of special tokens stand for" },
} as const satisfies Readonly<Record<keyof ChatOptions, OptionDefinition>>;

const ADVICE = "further variables of the template belong to variables";

/** @throws InvalidOptionError for the first invalid option of `ChatTemplate.render`, or an invalid message. */
export function checkRenderOptions(messages: readonly ChatMessage[], options: ChatRenderOptions): void {
  resolveOptions("chat.render", options, RENDER_OPTIONS, ADVICE);
  checkConversation("chat.render", messages, options);
}

/** Checks the options of `ChatTemplate.encode`, and fills in their defaults. @throws InvalidOptionError for the first invalid one. */
export function resolveChatOptions(
  messages: readonly ChatMessage[],
  options: ChatOptions,
): { readonly specialTokens: string; readonly renderOptions: ChatRenderOptions } {
  const { specialTokens } = resolveOptions("chat.encode", options, OPTIONS, ADVICE);
  const { specialTokens: _, ...renderOptions } = options;
  checkConversation("chat.encode", messages, renderOptions);
  return { specialTokens, renderOptions };
}

function checkConversation(where: string, messages: readonly ChatMessage[], options: ChatRenderOptions): void {
  const { addGenerationPrompt, continueFinalMessage } = options;
  if (addGenerationPrompt && continueFinalMessage) {
    const expected = "left out or false with continueFinalMessage, since the answer begins in the last message";
    throw new InvalidOptionError({ where, option: "addGenerationPrompt", expected, actual: true });
  }
  if (isConversation(messages)) return;
  throw new InvalidOptionError({ where, option: "messages", expected: "at least one message with a role", actual: messages });
}
