import type { EncodeOptions } from "./tokenizer.ts";

/** A part of a message's content. Other members are passed to the template. */
export interface ChatContentPart {
  /** For example "text". */
  readonly type: string;
  readonly text?: string | undefined;
  readonly [member: string]: unknown;
}

/** A message of a conversation, as chat templates expect it. Members that are not listed are passed to the template. */
export interface ChatMessage {
  /** Who speaks: "system", "user", "assistant", "tool", or another role that the template knows. */
  readonly role: string;
  readonly content?: string | readonly ChatContentPart[] | null | undefined;
  /** The calls of tools that this message makes. */
  readonly tool_calls?: readonly object[] | undefined;
  /** The call that a message of role "tool" answers. */
  readonly tool_call_id?: string | undefined;
  readonly [member: string]: unknown;
}

export interface ChatRenderOptions {
  /** Tools that the model may call, as JSON schemas in the form of the template, mostly `{ type: "function", function: {…} }`. @defaultValue none */
  readonly tools?: readonly object[] | undefined;
  /** Whether the prompt ends with the beginning of the assistant's answer. @defaultValue true, or false with `continueFinalMessage` */
  readonly addGenerationPrompt?: boolean | undefined;
  /** Whether the prompt ends within the last message, so that the model continues it. @defaultValue false */
  readonly continueFinalMessage?: boolean | undefined;
  /** Name of one of several templates. @defaultValue "tool_use" if there are tools and such a template, else "default" */
  readonly template?: string | undefined;
  /**
   * The date that the template may write, in UTC. There is no default, since the prompt would depend on a clock: without it, templates that
   * can do without a date do so, and the others throw a ChatTemplateError.
   */
  readonly now?: Date | undefined;
  /** Further variables of the template, for example `{ enable_thinking: false }`. @defaultValue {} */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

export interface ChatOptions extends ChatRenderOptions {
  /**
   * What the name of a special token within messages and tools stands for; see `EncodeOptions.specialTokens`. "literal": its characters.
   * So what users write cannot end a message or begin another. @defaultValue "literal"
   */
  readonly specialTokens?: EncodeOptions["specialTokens"];
}

/** Turns conversations into prompts, as the model was trained on them. */
export interface ChatTemplate {
  /** Names of the model's templates, for example ["default", "tool_use"]. */
  readonly names: readonly string[];
  /**
   * Returns the conversation as text, in which special tokens are written by name.
   * @throws InvalidOptionError for an unknown or invalid option or message.
   * @throws ChatTemplateError if the template is invalid, refuses the conversation, or needs `now`.
   */
  render(messages: readonly ChatMessage[], options?: ChatRenderOptions): string;
  /**
   * Returns the tokens of the rendered conversation, shape (n,). If no message and no tool contains the name of a special token, they are
   * those of the rendered text, encoded without adding special tokens.
   * @throws the errors of `render`.
   * @throws ChatTemplateError if the template treats such a name within a message in a special way, so that it cannot be encoded literally.
   */
  encode(messages: readonly ChatMessage[], options?: ChatOptions): Int32Array;
}
