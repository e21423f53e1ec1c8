import type { Decoder, ModelCapabilities, ModelRole, RequiredCapability } from "@decodekit/core";

/** The roles that a model has, and what its causal model can do. Every `LanguageModel` is one. */
export type RunnableModel = { readonly [Role in Exclude<ModelRole, "causal">]?: unknown } & {
  readonly causal?: { readonly capabilities: ModelCapabilities } | undefined;
};

/** Returns the first role or capability that the decoder requires and the model does not have; undefined if it can run the decoder. */
export function findLack(
  model: RunnableModel,
  { requires, capabilities = [] }: Pick<Decoder, "requires" | "capabilities">,
): ModelRole | RequiredCapability | undefined {
  const { causal } = model;
  return requires.find((role) => model[role] === undefined) ?? (causal && capabilities.find((each) => !hasCapability(causal, each)));
}

/** Whether a model states a capability, or leaves out one that it has by default. */
function hasCapability({ capabilities }: NonNullable<RunnableModel["causal"]>, name: RequiredCapability): boolean {
  return capabilities[name] ?? name === "multiTokenPasses";
}
