import type { ReplyFormat, ToolChoice } from "../reply-request.ts";
import type { Tool } from "../tools/tool.ts";
import type { ToolNotation } from "../tools/tool-notation.ts";
import { REASONING } from "../tools/reasoning-marks.ts";
import { callSchema } from "./calls-schema.ts";
import { literal, withoutBeginning, renamed, without } from "./grammar-texts.ts";
import { tolerantSchema } from "./tolerant-schema.ts";

/** What an output must look like. */
export interface ReplyShape {
  readonly format: ReplyFormat;
  /** The tools of the request. */
  readonly tools: readonly Tool[];
  readonly choice: ToolChoice;
  /** Whether one output may have several calls. */
  readonly parallel: boolean;
  readonly notation: ToolNotation;
  /** "open": the prompt ends within reasoning. "possible": the model may begin with it. */
  readonly reasoning: "open" | "possible" | "none";
}

/** A grammar, undefined if any text is allowed, and the keywords of schemas that it does not follow. */
export interface ReplyGrammar {
  readonly grammar: string | undefined;
  readonly ignored: readonly string[];
}

const ANY_OBJECT = { type: "object", additionalProperties: true };

/** Returns the grammar of outputs. `markOf`: how a mark stands in a text. @throws InvalidOptionError for a schema that is not supported. */
export function replyGrammar(shape: ReplyShape, markOf: (name: string) => string): ReplyGrammar {
  const { format, tools, choice } = shape;
  const mayCall = tools.length > 0 && choice !== "none";
  if (format.type === "text" && !mayCall) {
    // A model that sees calls in the conversation may write one although it must not.
    return { grammar: tools.length > 0 ? `root ::= ${textWithoutCalls(shape.notation, markOf)}\n` : undefined, ignored: [] };
  }
  const rules: string[] = [];
  const ignored: string[] = [];
  const addSchema = (name: string, schema: Readonly<Record<string, unknown>>): string => {
    const { constraint, ignored: some } = tolerantSchema(schema);
    ignored.push(...some);
    rules.push(renamed(constraint.grammar, name));
    return `${name}root`;
  };
  const alternatives: string[] = [];
  const calls = mayCall ? callsOf(shape, addSchema("call-", callSchema(calledTools(shape), shape.notation.argumentsKey)), markOf) : "";
  if (mayCall) rules.push(`calls ::= ${calls}\n`);
  if (format.type === "json") {
    const isAsked = !mayCall || choice === "auto";
    if (isAsked) alternatives.push(addSchema("json-", format.schema ?? ANY_OBJECT));
    if (mayCall) alternatives.push("calls");
  } else {
    alternatives.push(choice === "auto" ? freeText(shape.notation, markOf) : "calls");
  }
  const isFree = format.type === "text" && choice === "auto";
  const before = isFree ? "" : reasoningOf(shape, markOf);
  return { grammar: `root ::= ${before}(${alternatives.join(" | ")})\n${rules.join("")}`, ignored: [...new Set(ignored)] };
}

function calledTools({ tools, choice }: ReplyShape): readonly Tool[] {
  return typeof choice === "object" ? tools.filter(({ name }) => name === choice.tool) : tools;
}

/** Returns the expression of one call or several, with their marks. */
function callsOf({ notation, parallel }: ReplyShape, call: string, markOf: (name: string) => string): string {
  const opening = literal(markOf(notation.opening));
  const more = (expression: string): string => (parallel ? ` (${expression})*` : "");
  switch (notation.name) {
    case "hermes": {
      const marked = `${opening} "\\n" ${call} "\\n" ${literal(markOf(notation.closing!))}`;
      return `${marked}${more(`"\\n" ${marked}`)}`;
    }
    case "mistral":
      return `${opening} " "? "[" ${call}${more(`", " ${call}`)} "]"`;
    default:
      return `${opening}? ${call}${more(`"; " ${call}`)}`;
  }
}

/** Returns the expression of any text, in which calls follow the mark that opens them. */
function freeText({ opening, bareOpening }: ToolNotation, markOf: (name: string) => string): string {
  return `${textWithoutCalls({ opening, bareOpening }, markOf)} calls?${bareOpening ? " | calls" : ""}`;
}

function textWithoutCalls(
  { opening, bareOpening }: Pick<ToolNotation, "opening" | "bareOpening">,
  markOf: (name: string) => string,
): string {
  const mark = markOf(opening);
  return bareOpening ? withoutBeginning(mark, bareOpening) : without(mark);
}

function reasoningOf({ reasoning }: ReplyShape, markOf: (name: string) => string): string {
  if (reasoning === "none") return "";
  const closing = markOf(REASONING.closing);
  const rest = `${without(closing)} ${literal(closing)} "\\n"{0,2}`;
  return reasoning === "open" ? `${rest} ` : `(${literal(markOf(REASONING.opening))} ${rest})? `;
}
