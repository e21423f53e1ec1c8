import type { Decoder, ModelCapabilities, ModelRole, RequiredCapability } from "@decodekit/core";

/** The roles that a model has, and what its causal model can do. Every `LanguageModel` is one. */
export type RunnableModel = { readonly [Role in Exclude<ModelRole, "causal">]?: unknown } & {
  readonly causal?: { readonly capabilities: ModelCapabilities; readonly draftHead?: { readonly kind: string } | undefined } | undefined;
};

/** What a model may lack. */
export type Lack = ModelRole | RequiredCapability | "draftHead";

/**
 * Returns the first role or capability that the decoder requires and the model does not have, or its draft head if that is not of the kind;
 * undefined if it can run the decoder.
 */
export function findLack(
  model: RunnableModel,
  { requires, capabilities = [], draftHead }: Pick<Decoder, "requires" | "capabilities" | "draftHead">,
): Lack | undefined {
  const { causal } = model;
  const lack = requires.find((role) => model[role] === undefined) ?? (causal && capabilities.find((each) => !hasCapability(causal, each)));
  return lack ?? (draftHead !== undefined && causal?.draftHead?.kind !== draftHead ? "draftHead" : undefined);
}

/** Whether a model states a capability, or leaves out one that it has by default. */
function hasCapability({ capabilities }: NonNullable<RunnableModel["causal"]>, name: RequiredCapability): boolean {
  return capabilities[name] ?? name === "multiTokenPasses";
}
