/** How a model writes the calls of tools. */
export interface ToolNotation {
  readonly name: ToolNotationName;
  /** The mark before calls. */
  readonly opening: string;
  /** The mark after each call, if there is one. */
  readonly closing?: string | undefined;
  /** What calls begin with that stand at the beginning of an output, without a mark. */
  readonly bareOpening?: string | undefined;
  /** The member of a call that has its arguments. */
  readonly argumentsKey: "arguments" | "parameters";
}

export type ToolNotationName = "hermes" | "llama" | "mistral";

/** The notations by name. */
export const TOOL_NOTATIONS: Readonly<Record<ToolNotationName, ToolNotation>> = {
  /** Hermes 2, Qwen 2.5 and 3, SmolLM2: `<tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>`, once for each call. */
  hermes: { name: "hermes", opening: "<tool_call>", closing: "</tool_call>", argumentsKey: "arguments" },
  /** Llama 3.1 to 3.3: `{"name": …, "parameters": {…}}`, at the beginning of the output or after a mark, with "; " between calls. */
  llama: { name: "llama", opening: "<|python_tag|>", bareOpening: '{"name"', argumentsKey: "parameters" },
  /** Mistral up to its third tokenizer: `[TOOL_CALLS] [{"name": …, "arguments": {…}}, …]`. */
  mistral: { name: "mistral", opening: "[TOOL_CALLS]", argumentsKey: "arguments" },
};
