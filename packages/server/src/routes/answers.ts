import type { Hono } from "hono";
import type { GenericSchema, InferOutput } from "valibot";
import { chatAnswer } from "../answer/chat-answer.ts";
import { completionAnswer } from "../answer/completion-answer.ts";
import { type Answer, respond } from "../answer/respond.ts";
import { chatRequest } from "../request/chat-request.ts";
import { completionRequest } from "../request/completion-request.ts";
import { parseRequest } from "../request/parse-request.ts";
import type { Served } from "../served-models.ts";
import type { ServerState } from "../server-state.ts";
import { jsonBody } from "./json-body.ts";

/** Adds `POST /v1/completions` and `POST /v1/chat/completions`. */
export function addAnswers(app: Hono, state: ServerState): void {
  add(app, state, { path: "/v1/completions", schema: completionRequest(state.limits), answer: completionAnswer });
  add(app, state, { path: "/v1/chat/completions", schema: chatRequest(state.limits), answer: chatAnswer });
}

interface Endpoint<Schema extends GenericSchema> {
  readonly path: string;
  readonly schema: Schema;
  readonly answer: (request: InferOutput<Schema>, served: Served, state: ServerState) => Answer;
}

function add<Schema extends GenericSchema<unknown, { readonly model: string; readonly stream?: boolean | undefined }>>(
  app: Hono,
  state: ServerState,
  { path, schema, answer }: Endpoint<Schema>,
): void {
  app.post(path, async (context) => {
    const request: InferOutput<Schema> = parseRequest(schema, await jsonBody(context));
    const served = state.models.get(request.model);
    return respond(context, state, { answer: () => answer(request, served, state), stream: request.stream ?? false });
  });
}
