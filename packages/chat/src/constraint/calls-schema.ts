import type { JsonSchema, Tool } from "../tools/tool.ts";
import { parametersOf } from "../tools/tool.ts";

/** Returns the schema of a call of one of the tools. */
export function callSchema(tools: readonly Tool[], argumentsKey: string): JsonSchema {
  const calls = tools.map((tool, index) => ({
    type: "object",
    properties: { name: { const: tool.name }, [argumentsKey]: { $ref: `#/$defs/tool${index}` } },
    required: ["name", argumentsKey],
  }));
  const parameters = tools.map((tool, index) => [`tool${index}`, moved(parametersOf(tool), `/$defs/tool${index}`)] as const);
  return { ...(calls.length === 1 ? calls[0] : { anyOf: calls }), $defs: Object.fromEntries(parameters) };
}

/** Returns a schema that has become a part of another at `path`: its references are those of the whole. */
function moved(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((each) => moved(each, path));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => {
        const isReference = key === "$ref" && typeof member === "string" && member.startsWith("#");
        // The name of the whole schema would be one of a part here.
        return [key, isReference ? `#${path}${member.slice(1)}` : moved(member, path)];
      })
      .filter(([key]) => key !== "$id" && key !== "$schema"),
  );
}
