export type {
  DecodeEventPart,
  ReplyFinish,
  ReplyFinishReason,
  ReplyPart,
  ReplyUsage,
  TokenLogProbability,
  ToolCall,
} from "./output/reply-part.ts";
export { REASONING_EFFORTS, type ReasoningEffort } from "./prompt/reasoning-variables.ts";
export { reply } from "./reply.ts";
export type { Reply, ReplyResult } from "./reply-of.ts";
export type { DecoderFactory, DecoderParts, ReplyFormat, ReplyRequest, ToolChoice } from "./reply-request.ts";
export type { ReplySettings } from "./reply-settings.ts";
export type { JsonSchema, Tool } from "./tools/tool.ts";
export type { ToolNotation, ToolNotationName } from "./tools/tool-notation.ts";
