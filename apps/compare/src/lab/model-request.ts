import type { Dtype } from "@decodekit/core/toolkit";
import type { HubAddress } from "@decodekit/hub";
import type { LocalFile } from "../models/local-files.ts";
import { namedModel } from "../models/named-model.ts";
import { texts } from "../texts/texts.ts";
import type { ExecutionChoice, Settings } from "../url/settings.ts";
import type { EmbeddedModel } from "./models.ts";

/** A model that is wanted, and how it is to run. */
export interface ModelRequest extends Pick<Settings, "model" | "dtype" | "modelFile" | "hub" | "draftModel"> {
  /** The files of a model that is named as local. */
  readonly files?: readonly LocalFile[] | undefined;
  readonly execution: ExecutionChoice;
}

/** Returns the request that settings make. */
export function requestOf(settings: Settings, files?: ModelRequest["files"]): ModelRequest {
  const { model, dtype, modelFile, hub, draftModel, execution } = settings;
  return { model, dtype, modelFile, hub, draftModel, execution, files };
}

/** Where a model comes from. */
export type ModelPlace =
  | { readonly kind: "files"; readonly name: string; readonly files: readonly LocalFile[] }
  | { readonly kind: "embedded"; readonly embedded: EmbeddedModel }
  | { readonly kind: "hub"; readonly endpoint: string; readonly address: HubAddress }
  | { readonly kind: "url"; readonly url: string };

/**
 * Returns where the requested model comes from.
 * @throws an Error for a model of local files that were not chosen in this visit.
 */
export function placeOf({ model, files, hub: endpoint }: Pick<ModelRequest, "model" | "files" | "hub">): ModelPlace {
  const named = namedModel(model);
  if (named.kind === "hub") return { ...named, endpoint };
  if (named.kind !== "files") return named;
  if (!files) throw new Error(texts.status.filesMissing(named.name));
  return { ...named, files };
}

/** Returns where the draft model comes from: the requested one, else that of an embedded model; undefined if there is none. */
export function draftPlaceOf({ model, draftModel, hub }: Pick<ModelRequest, "model" | "draftModel" | "hub">): ModelPlace | undefined {
  if (draftModel !== "") return placeOf({ model: draftModel, hub });
  const named = namedModel(model);
  const own = named.kind === "embedded" ? named.embedded.draft : undefined;
  return own && { kind: "embedded", embedded: { name: own.name, files: own } };
}

/** Returns which of the model's files to ask for. */
export function fileOf(
  { dtype, modelFile }: Pick<ModelRequest, "dtype" | "modelFile">,
  { kind }: ModelPlace,
): { readonly dtype?: Dtype; readonly modelFile?: string } {
  if (kind === "embedded") return {};
  if (modelFile !== "") return { modelFile };
  return dtype === "auto" ? {} : { dtype };
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
