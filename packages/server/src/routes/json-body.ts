import type { Context } from "hono";
import { ApiError } from "../api-error.ts";

/**
 * Returns the JSON of a request.
 * @throws ApiError for another type of content, which a page of another site could send without being asked for leave, or invalid JSON.
 */
export async function jsonBody(context: Context): Promise<unknown> {
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new ApiError("The content type must be application/json.", { status: 415, code: "unsupported_content_type" });
  const text = await context.req.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ApiError("The body must be JSON, and is not.", { code: "invalid_json", cause: error });
  }
}
