import type { HubErrorReason } from "@decodekit/hub";
import { texts } from "../texts/texts.ts";
import type { ModelPlace } from "./model-request.ts";

/** Returns an error that says what a visitor can do about a failure of the hub, or the error itself if it is another. */
export function explainHubError(error: unknown, place: ModelPlace): unknown {
  if (place.kind !== "hub" || !(error instanceof Error)) return error;
  // The error comes from the worker, where it was the cause of an error of loading.
  const { name, reason } = (error.cause ?? {}) as { readonly name?: unknown; readonly reason?: HubErrorReason };
  const explain = name === "HubError" && reason !== undefined ? explanations[reason] : undefined;
  const { repository, revision = "main" } = place.address;
  return explain ? new Error(explain(repository, new URL(place.endpoint).host, revision), { cause: error }) : error;
}

const explanations: Readonly<Partial<Record<HubErrorReason, (repository: string, host: string, revision: string) => string>>> = {
  gated: texts.hub.gated,
  unauthorized: texts.hub.notPublic,
  "repository-not-found": texts.hub.notPublic,
  "revision-not-found": texts.hub.noRevision,
  offline: texts.hub.unreachable,
};
