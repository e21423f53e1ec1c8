import { onKitModels, plainSampler } from "@decodekit/conformance";
import { type Decoder, type Drafter, greedySampler, type Sampler } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { allDrafters, autoDraftLength, draftModel, gumbelSampling, speculative, verifiers, type Verify } from "@decodekit/speculative";
import { topP, topPSampler } from "@decodekit/top-p";

/** A decoder that claims to follow a sampler exactly, with all settings to prove. */
export interface LosslessClaim {
  /** "speculative draft-model ratio". */
  readonly name: string;
  /** Returns the settings for decodes of `tokens` tokens. */
  settings(tokens: number): readonly Setting[];
}

interface Setting {
  readonly sampler: Sampler;
  readonly create: () => Decoder;
}

const nucleus = { p: 0.8, temperature: 1.3 };

/** Every drafter, and a draft model whose sampler differs from that of the target. */
const drafters: Readonly<Record<string, () => Drafter>> = {
  ...Object.fromEntries(Object.entries(allDrafters).map(([name, create]) => [name, () => onKitModels(create())])),
  "greedy draft-model": () => draftModel({ sampler: greedySampler }),
};

/** Returns the rules that can verify the drafter's drafts, except those that share noise, which `identities` covers. */
function rulesFor(create: () => Drafter): Verify[] {
  const { draftKind } = create();
  const names = Object.keys(verifiers) as Verify[];
  return names.filter((name) => !verifiers[name].sharesNoise && verifiers[name].draftKinds.includes(draftKind));
}

/** The claims of greedy, top-p and speculative decoding. */
export const losslessClaims: readonly LosslessClaim[] = [
  { name: "greedy", settings: () => [{ sampler: greedySampler, create: greedy }] },
  { name: "top-p", settings: () => [{ sampler: topPSampler(nucleus), create: () => topP(nucleus) }] },
  ...Object.entries(drafters).flatMap(([name, create]) =>
    rulesFor(create).map((rule) => ({
      name: `speculative ${name} ${rule}`,
      settings: (tokens: number) => speculativeSettings(create, rule, tokens),
    })),
  ),
];

/**
 * Returns settings with every draft length that fits into `tokens` tokens, and with automatic lengths. For "match" with sampled drafts,
 * whose output does not depend on the draft, lengths 1 and 2 suffice: enumerating longer ones is slow and proves nothing more.
 */
function speculativeSettings(createDrafter: () => Drafter, verify: Verify, tokens: number): readonly Setting[] {
  const maxLength = verify === "match" && createDrafter().draftKind === "probabilities" ? 2 : tokens - 2;
  const lengths = Array.from({ length: maxLength }, (_, index) => index + 1);
  const auto = autoDraftLength({ maximum: 2, cost: (length) => 1 + 0.4 * length });
  const sampler = topPSampler(nucleus);
  return [
    ...lengths.map((draftLength) => ({
      sampler: plainSampler,
      create: () => speculative({ drafter: createDrafter(), verify, draftLength, sampler: plainSampler }),
    })),
    { sampler, create: () => speculative({ drafter: createDrafter(), verify, draftLength: auto, sampler }) },
  ];
}

/** Decoders that must produce the same tokens as a plain decoder for the same seed. */
export const identities: readonly { readonly name: string; readonly create: () => Decoder; readonly plain: () => Decoder }[] =
  Object.entries(drafters)
    .filter(([, create]) => create().draftKind !== "tree")
    .map(([name, create]) => ({
      name: `speculative ${name} gumbel`,
      create: () => speculative({ drafter: create(), verify: "gumbel", draftLength: 3, sampler: topPSampler(nucleus) }),
      plain: () => gumbelSampling({ sampler: topPSampler(nucleus) }),
    }));
