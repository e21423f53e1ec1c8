import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ApiError } from "./api-error.ts";
import { requireHost, requireKey } from "./authentication.ts";
import { decodeGate } from "./decode-gate.ts";
import { apiErrorOf } from "./error-answer.ts";
import { addAnswers } from "./routes/answers.ts";
import { addModels } from "./routes/models.ts";
import { servedDecoders } from "./served-decoders.ts";
import { servedModels } from "./served-models.ts";
import { type ResolvedServerOptions, resolveServerOptions, type ServerOptions } from "./server-options.ts";
import { RunningRequests, type ServerState } from "./server-state.ts";

/** A server as a function of requests, for any runtime with web-standard requests: Node, Bun, Deno, workers and route handlers. */
export interface OpenaiServer {
  /** Answers a request. Never rejects. May be passed on without the object. */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * Refuses further requests with 503, waits for those that are running, aborts them after `graceSeconds`, a number >= 0, and frees what
   * the prefix caches keep. The models themselves stay loaded. @defaultValue graceSeconds: 10
   */
  readonly close: (options?: { readonly graceSeconds?: number | undefined }) => Promise<void>;
}

/**
 * Creates a server of the OpenAI API: `GET /v1/models`, `GET /v1/models/:id`, `POST /v1/chat/completions`, `POST /v1/completions` and
 * `GET /health`. It listens to nothing by itself: see `listen` of `@decodekit/server/node`.
 * @throws InvalidOptionError for an option that is unknown or invalid.
 */
export function openaiServer(options: ServerOptions): OpenaiServer {
  const where = "openaiServer";
  const resolved = resolveServerOptions(where, options);
  const state = stateOf(resolved);
  const { fetch } = appOf(resolved, state);
  return {
    fetch: async (request) => fetch(request),
    async close({ graceSeconds = 10 } = {}) {
      await state.running.close(graceSeconds);
      await Promise.all(state.models.all.map((served) => served.clear()));
    },
  };
}

function stateOf({ models, decoders, decoder, defaults, limits, prefixCache, onError }: ResolvedServerOptions): ServerState {
  return {
    models: servedModels(models, prefixCache),
    decoders: servedDecoders(decoders, decoder),
    defaults,
    limits,
    gate: decodeGate(limits),
    created: Math.floor(Date.now() / 1000),
    running: new RunningRequests(),
    report: onError,
  };
}

function appOf({ apiKey, corsOrigins, hosts, onRequest, limits }: ResolvedServerOptions, state: ServerState): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    // What a middleware of Hono has refused.
    if (error instanceof HTTPException) return closing(context, error.getResponse());
    const { body, status, headers } = apiErrorOf(error, state.report);
    return closing(context, context.json(body, status satisfies ContentfulStatusCode, headers));
  });
  app.notFound(() => {
    throw new ApiError("There is no such endpoint. GET /v1/models lists the models.", { status: 404, code: "unknown_url" });
  });
  if (onRequest) {
    app.use(async (context, next) => {
      const start = performance.now();
      await next();
      const { method, path } = context.req;
      onRequest({ method, path, status: context.res.status, milliseconds: performance.now() - start });
    });
  }
  if (hosts) app.use(requireHost(hosts));
  if (corsOrigins) app.use(cors({ origin: corsOrigins === "*" ? "*" : [...corsOrigins], maxAge: 600 }));
  app.get("/health", (context) => {
    const { running, gate } = state;
    const status = running.isClosing ? 503 : 200;
    return context.json({ status: running.isClosing ? "closing" : "ok", running: gate.running(), waiting: gate.waiting() }, status);
  });
  if (apiKey !== undefined) app.use("/v1/*", requireKey([apiKey].flat()));
  app.use("/v1/*", bodyLimit({ maxSize: limits.maxBodyBytes, onError: () => refuseBody(limits.maxBodyBytes) }));
  addModels(app, state);
  addAnswers(app, state);
  return app;
}

/** Ends the connection of a request whose body was not read to its end, so that its rest is not taken for the next request. */
function closing({ req }: Context, response: Response): Response {
  const hasRest = response.status === 413 || (req.method !== "GET" && req.method !== "HEAD" && !req.raw.bodyUsed);
  if (!hasRest) return response;
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  return new Response(response.body, { status: response.status, headers });
}

function refuseBody(bytes: number): never {
  throw new ApiError(`The body of a request must have at most ${bytes} bytes.`, { status: 413, code: "request_too_large" });
}
