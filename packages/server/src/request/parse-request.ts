import * as v from "valibot";
import { ApiError } from "../api-error.ts";

/**
 * Returns the parameters of a request; those that are null are left out.
 * @throws ApiError for the first parameter that is unknown, missing or invalid, which it names together with what was expected.
 */
export function parseRequest<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new ApiError(`The body must be a JSON object, got ${show(body)}.`, { code: "invalid_type" });
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const { success, output, issues } = v.safeParse(schema, given, { abortEarly: true });
  if (!success) throw invalid(issues[0]);
  return output;
}

function invalid(issue: v.BaseIssue<unknown>): ApiError {
  const param = pathOf(issue);
  const isObjectIssue = issue.type === "strict_object";
  if (isObjectIssue && issue.expected === "never") {
    const message = `Unknown parameter: "${param}". This server does not support it; leave it out.`;
    return new ApiError(message, { param, code: "unknown_parameter" });
  }
  if (isObjectIssue && issue.path && issue.input === undefined)
    return new ApiError(`Missing parameter: "${param}".`, { param, code: "missing_required_parameter" });
  return new ApiError(`${param} must be ${issue.message}, got ${show(issue.input)}.`, { param, code: "invalid_value" });
}

/** Returns the place of an issue in the words of JavaScript: "messages[0].role". */
function pathOf({ path = [] }: { readonly path?: readonly { readonly key: unknown }[] | undefined }): string {
  return path.reduce((name, { key }) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name === "" ? String(key) : `${name}.${String(key)}`;
  }, "");
}

const LONGEST = 60;

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  // An object may be too deep to be written.
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return "an object";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `an array of ${value.length}`;
  const shown = JSON.stringify(value);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}
