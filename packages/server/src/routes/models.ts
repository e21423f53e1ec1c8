import type { Hono } from "hono";
import type { Served } from "../served-models.ts";
import type { ServerState } from "../server-state.ts";

/** Adds `GET /v1/models` and `GET /v1/models/:id`. */
export function addModels(app: Hono, state: ServerState): void {
  const describe = ({ id, model }: Served): object => ({
    id,
    object: "model",
    created: state.created,
    owned_by: "decodekit",
    // Beyond OpenAI's.
    max_model_len: model.causal.contextLength,
    decoders: state.decoders.names,
  });
  app.get("/v1/models", (context) => context.json({ object: "list", data: state.models.all.map(describe) }));
  // An id may contain slashes, as those of the Hub do.
  app.get("/v1/models/:id{.+}", (context) => context.json(describe(state.models.get(context.req.param("id")))));
}
