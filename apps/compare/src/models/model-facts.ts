import type { ModelCapabilities, ModelRole } from "@decodekit/core";
import type { WorkerModel } from "@decodekit/core/worker";
import type { HubAddress } from "@decodekit/hub";
import { popularModel } from "./popular-models.ts";

/** What is known of a model that decides which decoders it can run. */
export interface ModelFacts {
  /** Undefined until the model is loaded, if its repository does not tell. */
  readonly roles?: readonly Exclude<ModelRole, "draft">[] | undefined;
  /** What the causal model can do. Present with the role `causal`. */
  readonly capabilities?: ModelCapabilities | undefined;
  readonly hasDraft: boolean;
  /** Whether the model has a chat template; undefined until the model is loaded, if its repository does not tell. */
  readonly hasChat?: boolean | undefined;
}

/** A model shipped with the page, or one of the Hub, or any other. */
export type NamedModel =
  | { readonly kind: "embedded"; readonly embedded: { readonly draft?: unknown } }
  | { readonly kind: "hub"; readonly address: HubAddress }
  | { readonly kind: "files" | "url" };

/** Returns what is known of a model before it is loaded. `draftModel`: the name of another draft model, or "". */
export function factsBefore(model: NamedModel, draftModel: string): ModelFacts {
  const given = draftModel !== "";
  if (model.kind === "embedded") {
    const capabilities = { rewind: true, fork: true, tree: true };
    return { roles: ["causal", "masked"], capabilities, hasDraft: given || model.embedded.draft !== undefined, hasChat: false };
  }
  const popular = model.kind === "hub" ? popularModel(model.address.repository) : undefined;
  if (!popular) return { hasDraft: given };
  const { roles, readsTrees, hasChat } = popular;
  const capabilities = roles.includes("causal") ? { rewind: true, fork: true, tree: readsTrees } : undefined;
  return { roles, capabilities, hasDraft: given, hasChat };
}

/** Returns what a loaded model is. */
export function factsOf(
  { causal, masked, chat }: Pick<WorkerModel, "causal" | "masked" | "chat">,
  draft: Pick<WorkerModel, "causal"> | undefined,
): ModelFacts {
  return {
    roles: [...(causal ? (["causal"] as const) : []), ...(masked ? (["masked"] as const) : [])],
    capabilities: causal?.capabilities,
    hasDraft: draft?.causal !== undefined,
    hasChat: chat !== undefined,
  };
}
