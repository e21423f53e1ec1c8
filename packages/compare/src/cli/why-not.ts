import type { CausalModel, Decoder, LanguageModel, ModelRole, RequiredCapability } from "@decodekit/core";

const ROLES: Readonly<Record<ModelRole, string>> = {
  causal: "does not predict the next token",
  masked: "does not predict masked tokens",
  draft: "has no draft model",
};

const CAPABILITIES: Readonly<Record<RequiredCapability, string>> = {
  rewind: "cannot rewind its cache",
  fork: "cannot fork its cache",
  tree: "cannot read trees",
  multiTokenPasses: "cannot read several tokens in one pass",
  hiddenStates: "does not return hidden states",
};

/** Returns why the model cannot run the decoder, to follow its name: "cannot read trees". Undefined if it can. */
export function whyNot(model: LanguageModel, { requires, capabilities = [] }: Decoder): string | undefined {
  const role = requires.find((each) => model[each] === undefined);
  if (role !== undefined) return ROLES[role];
  const lacking = capabilities.find((each) => model.causal && !hasCapability(model.causal, each));
  return lacking && CAPABILITIES[lacking];
}

/** Whether a model states a capability, or leaves out one that it has by default. */
function hasCapability({ capabilities }: CausalModel, name: RequiredCapability): boolean {
  return capabilities[name] ?? name === "multiTokenPasses";
}
