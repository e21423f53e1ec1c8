import { type HubAddress, readHubAddress } from "@decodekit/hub";
import { type EmbeddedModel, embeddedModels } from "../lab/models.ts";
import { LOCAL } from "../url/settings.ts";
import { isWebAddress } from "../url/web-address.ts";

/** What the name of a model in the settings says. */
export type NamedModel =
  | { readonly kind: "embedded"; readonly embedded: EmbeddedModel }
  | { readonly kind: "hub"; readonly address: HubAddress }
  | { readonly kind: "files"; readonly name: string }
  | { readonly kind: "url"; readonly url: string };

/** Reads the name of a model in the settings. An unknown name counts as the URL of a folder beside the page. */
export function namedModel(model: string): NamedModel {
  if (model.startsWith(LOCAL)) return { kind: "files", name: model.slice(LOCAL.length) };
  const embedded = embeddedModels.find(({ name }) => name === model);
  if (embedded) return { kind: "embedded", embedded };
  const address = isWebAddress(model) ? undefined : readHubAddress(model);
  return address ? { kind: "hub", address } : { kind: "url", url: model };
}
