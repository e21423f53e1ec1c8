import { plainSampler } from "@decodekit/conformance";
import { type Decoder, type Drafter, greedySampler, type Sampler } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import {
  autoDraftLength,
  cascade,
  ddtree,
  draftModel,
  gumbelSampling,
  jacobi,
  lookahead,
  maskedDraft,
  promptLookup,
  speculative,
  suffix,
  type Verify,
} from "@decodekit/speculative";
import { topP, topPSampler } from "@decodekit/top-p";

/** A decoder that claims to follow a sampler exactly, in every setting that the proof goes through. */
export interface Subject {
  /** "speculative draft-model ratio". */
  readonly name: string;
  /** The settings for models of which `tokens` tokens are decoded. */
  settings(tokens: number): readonly Setting[];
}

interface Setting {
  readonly sampler: Sampler;
  readonly create: () => Decoder;
}

const nucleus = { p: 0.8, temperature: 1.3 };

/** Every drafter, and how its drafts can be verified. */
const drafters: Readonly<Record<string, { readonly create: () => Drafter; readonly verify: readonly Verify[] }>> = {
  "prompt-lookup": { create: promptLookup, verify: ["match"] },
  suffix: { create: suffix, verify: ["match"] },
  jacobi: { create: jacobi, verify: ["match"] },
  lookahead: { create: lookahead, verify: ["match"] },
  cascade: { create: () => cascade({ drafters: [promptLookup({ minNgram: 2 }), lookahead()] }), verify: ["match"] },
  "draft-model": { create: draftModel, verify: ["match", "ratio", "block"] },
  "greedy draft-model": { create: () => draftModel({ sampler: greedySampler }), verify: ["match", "ratio", "block"] },
  "masked-draft": { create: maskedDraft, verify: ["match", "ratio", "block"] },
  ddtree: { create: ddtree, verify: ["tree"] },
};

/** Every decoder that says it is lossless. */
export const subjects: readonly Subject[] = [
  { name: "greedy", settings: () => [{ sampler: greedySampler, create: greedy }] },
  { name: "top-p", settings: () => [{ sampler: topPSampler(nucleus), create: () => topP(nucleus) }] },
  ...Object.entries(drafters).flatMap(([name, { create, verify }]) =>
    verify.map((rule) => ({
      name: `speculative ${name} ${rule}`,
      settings: (tokens: number) => speculativeSettings(create, rule, tokens),
    })),
  ),
];

/**
 * Every length that these many tokens have room for, and lengths that change as the decode goes on. Where the output does not
 * depend on a draft that is drawn, short drafts will do: enumerating long ones takes long and shows nothing more.
 */
function speculativeSettings(createDrafter: () => Drafter, verify: Verify, tokens: number): readonly Setting[] {
  const longest = verify === "match" && createDrafter().gives === "probabilities" ? 2 : tokens - 2;
  const lengths = Array.from({ length: longest }, (_, index) => index + 1);
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

/** A decoder and the plain one whose very tokens it gives for the same seed. */
export const identities: readonly { readonly name: string; readonly create: () => Decoder; readonly plain: () => Decoder }[] =
  Object.entries(drafters)
    .filter(([, { verify }]) => !verify.includes("tree"))
    .map(([name, { create }]) => ({
      name: `speculative ${name} gumbel`,
      create: () => speculative({ drafter: create(), verify: "gumbel", draftLength: 3, sampler: topPSampler(nucleus) }),
      plain: () => gumbelSampling({ sampler: topPSampler(nucleus) }),
    }));
