import type { MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { timingSafeEqual } from "hono/utils/buffer";
import { ApiError } from "./api-error.ts";

/** Refuses requests without one of `keys`, which are compared in a time that does not depend on how much of one is right. */
export function requireKey(keys: readonly string[]): MiddlewareHandler {
  const refusal = (message: string): object =>
    new ApiError(message, { status: 401, type: "authentication_error", code: "invalid_api_key" }).body;
  const missing = { message: refusal("This server needs an API key. Send it as the header Authorization: Bearer KEY.") };
  return bearerAuth({
    verifyToken: async (token) => {
      const matches = await Promise.all(keys.map((key) => timingSafeEqual(key, token)));
      return matches.includes(true);
    },
    noAuthenticationHeader: missing,
    invalidAuthenticationHeader: missing,
    invalidToken: { message: refusal("This is not an API key of this server.") },
  });
}

/** Refuses requests that name this server otherwise. */
export function requireHost(hosts: readonly string[]): MiddlewareHandler {
  const allowed = new Set(hosts.map((host) => host.toLowerCase()));
  return async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (!allowed.has(hostname.toLowerCase())) {
      const message = "This server has another name. Its operator can allow this one.";
      throw new ApiError(message, { status: 403, code: "unknown_host" });
    }
    await next();
  };
}
