import * as v from "valibot";
import type { Limits } from "../limits.ts";
import { anyObject, commonParameters, flag, integer, oneOf, optional, text } from "./parameters.ts";

const ROLES = ["developer", "system", "user", "assistant", "tool"] as const;

const nullable = <Schema extends v.GenericSchema>(schema: Schema): v.NullishSchema<Schema, undefined> => v.nullish(schema);

/** Images, sounds and files are for models that see and hear. */
const textPart = v.strictObject(
  { type: v.picklist(["text", "refusal"], '"text", since this server reads text only'), text: optional(text), refusal: optional(text) },
  "an object with type and text",
);
const content = v.union(
  [v.string(), v.array(textPart)],
  'a string, or an array of parts { "type": "text", "text": … }, since this server reads text only',
);

const toolCall = v.strictObject(
  {
    id: text,
    type: oneOf("function"),
    function: v.strictObject({ name: text, arguments: text }, "an object with name and arguments"),
    // The place of a call in a stream, which some clients send back.
    index: optional(integer(0)),
  },
  "an object with id, type and function",
);

const message = v.strictObject(
  {
    role: oneOf(...ROLES),
    content: nullable(content),
    name: nullable(text),
    tool_calls: nullable(v.array(toolCall, "an array of calls")),
    tool_call_id: nullable(text),
    refusal: nullable(text),
    reasoning_content: nullable(text),
    // What an answer has, and some clients send back.
    annotations: nullable(v.array(v.unknown())),
    audio: nullable(oneOf()),
  },
  "an object with role and content",
);

const tool = v.strictObject(
  {
    type: oneOf("function"),
    function: v.strictObject(
      { name: text, description: nullable(text), parameters: nullable(anyObject), strict: nullable(flag) },
      "an object with a name",
    ),
  },
  "an object with type and function",
);

const toolChoice = v.union(
  [
    v.picklist(["none", "auto", "required"]),
    v.strictObject({ type: v.literal("function"), function: v.strictObject({ name: v.string() }) }),
  ],
  '"none", "auto", "required" or { "type": "function", "function": { "name": … } }',
);

const responseFormat = v.variant(
  "type",
  [
    v.strictObject({ type: v.literal("text") }, "an object"),
    v.strictObject({ type: v.literal("json_object") }, "an object"),
    v.strictObject(
      {
        type: v.literal("json_schema"),
        json_schema: v.strictObject(
          { name: optional(text), description: nullable(text), schema: anyObject, strict: nullable(flag) },
          "an object with name and schema",
        ),
      },
      "an object",
    ),
  ],
  ({ path }) => `${path?.at(-1)?.key === "type" ? "" : "an object whose type is "}"text", "json_object" or "json_schema"`,
);

/** The parameters of `POST /v1/chat/completions`. */
export function chatRequest(limits: Limits) {
  return v.strictObject({
    ...commonParameters(limits),
    messages: v.pipe(
      v.array(message, "an array of messages"),
      v.check((list) => list.length > 0, "an array of at least one message"),
    ),
    max_tokens: optional(integer(1, limits.maxNewTokens)),
    max_completion_tokens: optional(integer(1, limits.maxNewTokens)),
    logprobs: optional(flag),
    top_logprobs: optional(integer(0, 20)),
    response_format: optional(responseFormat),
    tools: optional(v.array(tool, "an array of tools")),
    tool_choice: optional(toolChoice),
    parallel_tool_calls: optional(flag),
    /** A variable of chat templates that know it. */
    reasoning_effort: optional(text),
    /** Beyond OpenAI's, as vLLM has it: further variables of the chat template. */
    chat_template_kwargs: optional(anyObject),
    modalities: optional(
      v.custom<readonly string[]>(
        (value) => Array.isArray(value) && value.every((each) => each === "text"),
        '["text"], since nothing else is made here',
      ),
    ),
  });
}

export type ChatRequest = v.InferOutput<ReturnType<typeof chatRequest>>;
