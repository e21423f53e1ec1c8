import type { CompiledConstraint } from "@decodekit/constraints";
import {
  type ChatMessage,
  type ChatOptions,
  type Decoder,
  objectOption,
  type OptionDefinitions,
  type Sampler,
  type WarningHandler,
} from "@decodekit/core";
import { REASONING_EFFORTS, type ReasoningEffort } from "./prompt/reasoning-variables.ts";
import type { ReplySettings } from "./reply-settings.ts";
import type { JsonSchema, Tool } from "./tools/tool.ts";
import { TOOL_NOTATIONS, type ToolNotationName } from "./tools/tool-notation.ts";

/** Whether tools are called: as the model likes, never, at least one, or this one. */
export type ToolChoice = "auto" | "none" | "required" | { readonly tool: string };

/** What the text of a reply must be. "json" without a schema: any JSON object. */
export type ReplyFormat = { readonly type: "text" } | { readonly type: "json"; readonly schema?: JsonSchema | undefined };

/** What a decoder is made from. */
export interface DecoderParts {
  /** Draws tokens as `settings` say. A decoder that does not take it chooses in its own way, and a warning names the settings without effect. */
  readonly sampler: Sampler;
  /** What holds the output to its format or its tools, for drafters that use it; it is applied in any case. */
  readonly constraint: CompiledConstraint | undefined;
}

export type DecoderFactory = (parts: DecoderParts) => Decoder;

/** A request for the next message of a conversation. */
export interface ReplyRequest {
  /**
   * The conversation, at least one message, in the form of chat templates and of OpenAI. The arguments in `tool_calls` may be objects or
   * JSON texts.
   */
  readonly messages: readonly ChatMessage[];
  /** How tokens are chosen, and when the output ends. @defaultValue those of the model's `generation_config.json` */
  readonly settings?: ReplySettings | undefined;
  /** Tools that the model may call, with different names. @defaultValue [] */
  readonly tools?: readonly Tool[] | undefined;
  /** Whether tools are called. "required" and a name need `tools`. @defaultValue "auto" */
  readonly toolChoice?: ToolChoice | undefined;
  /** Whether one reply may call several times. @defaultValue true */
  readonly parallelToolCalls?: boolean | undefined;
  /** How the model writes calls. @defaultValue as its chat template writes them, else "hermes" */
  readonly toolNotation?: ToolNotationName | undefined;
  /** @defaultValue { type: "text" } */
  readonly format?: ReplyFormat | undefined;
  /** How much the model reasons, where its template has a variable for that; else a warning says so. @defaultValue as the template does */
  readonly reasoning?: ReasoningEffort | undefined;
  /** Makes the decoder. @defaultValue one token per pass, drawn by the sampler */
  readonly decoder?: DecoderFactory | undefined;
  /** Ends the reply with finish reason "abort". */
  readonly signal?: AbortSignal | undefined;
  /** k: adds to each text its tokens' log-probabilities and k alternatives; see `GenerateOptions.logProbabilities`. @defaultValue none */
  readonly logProbabilities?: number | undefined;
  /** How messages become a prompt: variables of the template, its date and so on. @defaultValue {} */
  readonly chat?: Omit<ChatOptions, "tools"> | undefined;
  /** Receives warnings about what has no effect. @defaultValue logWarning, which writes to the console */
  readonly onWarning?: WarningHandler | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTool = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.name === "string" &&
  value.name !== "" &&
  (value.description === undefined || typeof value.description === "string") &&
  (value.parameters === undefined || isObject(value.parameters));
const haveOwnNames = (tools: readonly Tool[]): boolean => new Set(tools.map(({ name }) => name)).size === tools.length;

export const REPLY_OPTIONS = {
  messages: {
    ...objectOption("a list of at least one message with a role", (value) => {
      return Array.isArray(value) && value.length > 0 && value.every((each) => isObject(each) && typeof each.role === "string");
    }),
    required: true,
  },
  settings: objectOption("an object of settings", isObject),
  tools: objectOption("a list of tools { name, description, parameters } with different names", (value) => {
    return Array.isArray(value) && value.every(isTool) && haveOwnNames(value as readonly Tool[]);
  }),
  toolChoice: objectOption('"auto", "none", "required" or { tool: name }', (value) => {
    return ["auto", "none", "required"].includes(value as string) || (isObject(value) && typeof value.tool === "string");
  }),
  parallelToolCalls: { type: "boolean", help: "Whether one reply may call several times", default: true },
  toolNotation: { type: "string", help: "How the model writes calls", choices: Object.keys(TOOL_NOTATIONS) },
  format: objectOption('{ type: "text" } or { type: "json", schema }', (value) => {
    return isObject(value) && (value.type === "text" || (value.type === "json" && (value.schema === undefined || isObject(value.schema))));
  }),
  reasoning: { type: "string", help: "How much the model reasons", choices: REASONING_EFFORTS },
  decoder: objectOption("a function that returns a decoder", (value) => typeof value === "function"),
  signal: objectOption("an AbortSignal", (value) => isObject(value) && "aborted" in value),
  logProbabilities: { type: "integer", help: "Alternatives of each token to report", minimum: 0 },
  chat: objectOption("an object", isObject),
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies OptionDefinitions<ReplyRequest>;
