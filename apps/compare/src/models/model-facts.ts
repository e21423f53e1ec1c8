import type { ModelCapabilities, ModelRole } from "@decodekit/core";
import type { WorkerModel } from "@decodekit/core/worker";
import type { Settings } from "../url/settings.ts";
import { namedModel } from "./named-model.ts";
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

/** Returns what is known of a model before it is loaded, by its name and that of its draft model. */
export function factsBefore({ model, draftModel }: Pick<Settings, "model" | "draftModel">): ModelFacts {
  const named = namedModel(model);
  const hasDraft = draftModel !== "" || (named.kind === "embedded" && named.embedded.draft !== undefined);
  if (named.kind === "embedded")
    return { roles: ["causal", "masked"], capabilities: { rewind: true, fork: true, tree: true }, hasDraft, hasChat: false };
  const popular = named.kind === "hub" ? popularModel(named.address.repository) : undefined;
  if (!popular) return { hasDraft };
  const { roles, readsTrees, hasChat } = popular;
  const capabilities = roles.includes("causal") ? { rewind: true, fork: true, tree: readsTrees } : undefined;
  return { roles, capabilities, hasDraft, hasChat };
}

/** Returns what a loaded model is, apart from its draft model. */
export function factsOf({ causal, masked, chat }: Pick<WorkerModel, "causal" | "masked" | "chat">): Omit<ModelFacts, "hasDraft"> {
  return {
    roles: [...(causal ? (["causal"] as const) : []), ...(masked ? (["masked"] as const) : [])],
    capabilities: causal?.capabilities,
    hasChat: chat !== undefined,
  };
}
