import type { CompiledConstraint } from "@decodekit/constraints";
import type { LanguageModel, WarningHandler } from "@decodekit/core";
import type { ToolNotation } from "../tools/tool-notation.ts";
import { compiledReply } from "./compiled-replies.ts";
import type { ReplyShape } from "./reply-grammar.ts";

export interface HeldOutput extends Omit<ReplyShape, "notation"> {
  readonly notation: ToolNotation;
  readonly markOf: (name: string) => string;
  readonly onWarning: WarningHandler;
}

/**
 * Returns what holds an output to its format and its calls; undefined if any text is allowed, or if nothing is required and the tokenizer
 * cannot be followed: calls that the model makes of its own accord are read in any case.
 */
export function holdOutput(model: LanguageModel, { markOf, onWarning, ...shape }: HeldOutput): CompiledConstraint | undefined {
  const isRequired = shape.format.type === "json" || (shape.choice !== "auto" && shape.choice !== "none");
  if (!isRequired && typeof model.tokenizer.tokenBytes !== "function") return undefined;
  const { constraint, ignored } = compiledReply(model, shape, markOf);
  if (ignored.length > 0) {
    const message = `the output may not follow the keywords ${ignored.join(", ")} of a schema, since no grammar can. Check it, or leave them out.`;
    onWarning({ where: "reply", option: shape.format.type === "json" ? "format" : "tools", message });
  }
  return constraint;
}
