import {
  type Decoder,
  defineDecoder,
  type Drafter,
  greedySampler,
  InvalidOptionError,
  type ModelRole,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type Sampler,
} from "@decodekit/core";
import { SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { autoDraftLength } from "./draft-length/auto.ts";
import { type DraftLengthPolicy, fixedDraftLength } from "./draft-length/policy.ts";
import { gumbelSampler } from "./gumbel-max.ts";
import { speculate } from "./speculate.ts";
import type { Verifier } from "./verify/verifier.ts";
import { verifiers, type Verify } from "./verify/verifiers.ts";

export interface SpeculativeOptions<Role extends ModelRole = ModelRole> {
  /** Guesses the tokens: `promptLookup()`, `draftModel()` and so on, or your own. */
  readonly drafter: Drafter<Role>;
  /**
   * "match" draws the target's token and compares. "gumbel" does so with noise that the drafter shares, so that more tokens match when
   * sampling. "ratio" and "block" use probabilities and require drafters that return them. "tree" is "match" on a tree. Or a rule of your own.
   * @defaultValue "tree" for a drafter of trees, else "match"
   */
  readonly verify?: Verify | Verifier | undefined;
  /**
   * Tokens per draft, an integer >= 1; or "auto", which uses the times measured on this device (see `autoDraftLength`).
   * @defaultValue 4
   */
  readonly draftLength?: number | "auto" | DraftLengthPolicy | undefined;
  /** How each token is chosen; the output follows its distribution exactly. @defaultValue greedySampler */
  readonly sampler?: Sampler | undefined;
  /** Maximum milliseconds per draft, > 0. If a draft takes longer, the decode throws DrafterError. @defaultValue Infinity */
  readonly draftTimeout?: number | undefined;
}

const DEFAULT_LENGTH = 4;
const isLength = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

const OPTIONS = {
  drafter: {
    ...objectOption("a Drafter, for example promptLookup()", (value) => typeof (value as Drafter | null)?.start === "function"),
    required: true,
  },
  verify: objectOption(`one of ${quoted(Object.keys(verifiers))}, or a Verifier`, (value) => {
    return typeof value === "string" ? Object.hasOwn(verifiers, value) : typeof (value as Verifier | null)?.verify === "function";
  }),
  draftLength: objectOption('an integer >= 1, "auto" or a DraftLengthPolicy', (value) => {
    return value === "auto" || isLength(value) || typeof (value as DraftLengthPolicy | null)?.start === "function";
  }),
  sampler: SAMPLER_OPTION,
  draftTimeout: objectOption("a number > 0", (value) => typeof value === "number" && value > 0),
} as const satisfies Readonly<Record<keyof SpeculativeOptions, OptionDefinition>>;

/**
 * Creates a decoder that drafts several tokens with `drafter` and verifies them in one pass of the target. The output follows the target's
 * distribution under `sampler` exactly, with any drafter; with the default sampler it is greedy decoding.
 *
 * With "match", "tree" and "gumbel" the output for a seed depends only on model, prompt and sampler, not on the drafter or `draftLength`.
 * For "match" and "tree" it is that of the plain decoder with the same sampler. With "ratio" and "block" the drafter and the lengths
 * determine which random numbers are used, so that only the distribution is the same.
 *
 * The decode throws DrafterError if the drafter fails or returns an invalid draft.
 * @throws InvalidOptionError for an invalid option, or if `verify` does not support the drafter's kind of draft.
 */
export function speculative<Role extends ModelRole>(options: SpeculativeOptions<Role>): Decoder<"causal" | Role> {
  const { drafter } = resolveOptions<SpeculativeOptions<Role>, typeof OPTIONS>("speculative", options, OPTIONS);
  const { draftLength = DEFAULT_LENGTH, sampler = greedySampler, draftTimeout = Infinity } = options;
  const { verify = drafter.draftKind === "tree" ? "tree" : "match" } = options;
  const verifier = typeof verify === "string" ? verifiers[verify] : verify;
  checkVerify(verifier, drafter);
  const settings = {
    drafter,
    verifier,
    policy: policyOf(draftLength),
    sampler: verifier.sharesNoise ? gumbelSampler(sampler) : sampler,
    draftTimeout,
  };
  const draftRoles = drafter.requires.filter((role) => role !== "causal");
  return defineDecoder<"causal" | Role>({
    name: "speculative",
    requires: ["causal", ...draftRoles],
    capabilities: [drafter.draftKind === "tree" ? "tree" : "rewind"],
    draftRoles,
    ...(drafter.draftHead && { draftHead: drafter.draftHead }),
    lossless: verifier.lossless ?? true,
    sampler,
    run: (context) => speculate(context, settings),
  });
}

function policyOf(draftLength: number | "auto" | DraftLengthPolicy): DraftLengthPolicy {
  if (draftLength === "auto") return autoDraftLength();
  return typeof draftLength === "number" ? fixedDraftLength(draftLength) : draftLength;
}

function checkVerify(verifier: Verifier, { name, draftKind }: Drafter): void {
  if (verifier.draftKinds.includes(draftKind)) return;
  const possible = Object.values(verifiers).filter(({ draftKinds }) => draftKinds.includes(draftKind));
  const proposal = { tokens: "tokens without probabilities", probabilities: "a chain", tree: "a tree" }[draftKind];
  const expected = `one of ${quoted(possible.map((each) => each.name))} for the drafter "${name}", which proposes ${proposal}`;
  throw new InvalidOptionError({ where: "speculative", option: "verify", expected, actual: verifier.name });
}

function quoted(names: readonly string[]): string {
  return names.map((each) => `"${each}"`).join(", ");
}
