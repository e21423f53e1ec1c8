import type { Dtype } from "@decodekit/core/toolkit";
import { type HubAddress, readHubAddress } from "@decodekit/hub";
import type { ExecutionChoice, Settings } from "../url/settings.ts";
import { isWebAddress } from "../url/share-link.ts";
import { type EmbeddedModel, embeddedModels } from "./models.ts";

/** A model that is wanted, and how it is to run. */
export interface ModelRequest extends Pick<Settings, "model" | "dtype" | "hub"> {
  /** Local files that replace `model`. */
  readonly files?: readonly File[] | undefined;
  readonly execution: ExecutionChoice;
}

/** Where a model comes from. */
export type ModelPlace =
  | { readonly kind: "files"; readonly files: readonly File[] }
  | { readonly kind: "embedded"; readonly embedded: EmbeddedModel }
  | { readonly kind: "hub"; readonly endpoint: string; readonly address: HubAddress }
  | { readonly kind: "url"; readonly url: string };

/** Returns where the requested model comes from. An unknown name counts as the URL of a folder beside the page. */
export function placeOf({ model, files, hub: endpoint }: Pick<ModelRequest, "model" | "files" | "hub">): ModelPlace {
  if (files) return { kind: "files", files };
  const embedded = embeddedModels.find(({ name }) => name === model);
  if (embedded) return { kind: "embedded", embedded };
  const address = isWebAddress(model) ? undefined : readHubAddress(model);
  return address ? { kind: "hub", endpoint, address } : { kind: "url", url: model };
}

/** Returns the data type to ask for. */
export function dtypeOf({ dtype }: Pick<ModelRequest, "dtype">, { kind }: ModelPlace): Dtype | undefined {
  return kind === "embedded" || dtype === "auto" ? undefined : dtype;
}

const STORAGE_OF_THE_HUB = ["https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co"];

/**
 * Returns what the worker of the model may connect to beside the page's own host, as sources of a content security policy: nothing for a
 * model that is here, and otherwise only the server that the visitor named. The Hub sends large files from other hosts of its own; of another
 * server it is not known where it sends them from, so any host of its kind may follow.
 */
export function connectionsOf(place: ModelPlace): readonly string[] {
  if (place.kind === "files" || place.kind === "embedded") return [];
  const { origin, protocol, hostname } = new URL(place.kind === "hub" ? place.endpoint : place.url, globalThis.document?.baseURI);
  if (origin === globalThis.location?.origin) return [];
  if (origin === STORAGE_OF_THE_HUB[0]) return STORAGE_OF_THE_HUB;
  if (["127.0.0.1", "localhost"].includes(hostname)) return [`${protocol}//127.0.0.1:*`, `${protocol}//localhost:*`];
  return [origin, "https:"];
}
