import { ApiError } from "../api-error.ts";
import type { Limits } from "../limits.ts";
import type { ChatRequest } from "./chat-request.ts";

/** @throws ApiError if the schemas of a request are larger or deeper than the server takes. */
export function checkSchemas({ response_format: format, tools = [] }: ChatRequest, limits: Limits): void {
  if (format?.type === "json_schema") check("response_format.json_schema.schema", [format.json_schema.schema], limits);
  if (tools.length > 0)
    check(
      "tools",
      tools.map((tool) => tool.function.parameters ?? {}),
      limits,
    );
}

function check(param: string, schemas: readonly object[], limits: Limits): void {
  const refuse = (limit: string): never => {
    throw new ApiError(`${param} must have at most ${limit}.`, { param, code: "schema_too_large" });
  };
  const { maxSchemaBytes, maxSchemaDepth, maxSchemaProperties } = limits;
  if (schemas.some((schema) => isDeeper(schema, maxSchemaDepth))) refuse(`${maxSchemaDepth} objects and arrays within one another`);
  const bytes = sum(schemas.map((schema) => JSON.stringify(schema).length));
  if (bytes > maxSchemaBytes) refuse(`${maxSchemaBytes} bytes of JSON, got ${bytes}`);
  const properties = sum(schemas.map(countProperties));
  if (properties > maxSchemaProperties) refuse(`${maxSchemaProperties} properties, got ${properties}`);
}

/** Goes no deeper than `most`. */
function isDeeper(value: unknown, most: number): boolean {
  if (!isObject(value)) return false;
  return most === 0 || Object.values(value).some((member) => isDeeper(member, most - 1));
}

/** Counts the properties of all objects that a schema describes. */
function countProperties(schema: unknown): number {
  if (!isObject(schema)) return 0;
  const { properties } = schema as { readonly properties?: unknown };
  return (isObject(properties) ? Object.keys(properties).length : 0) + sum(Object.values(schema).map(countProperties));
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
