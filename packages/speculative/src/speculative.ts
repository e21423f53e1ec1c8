import {
  checkOptions,
  type Decoder,
  type Drafter,
  greedySampler,
  integerBetween,
  InvalidOptionError,
  type ModelRole,
  type OptionCheck,
  runDecode,
  type Sampler,
} from "@decodekit/core";
import { autoDraftLength } from "./draft-length/auto.ts";
import { type DraftLengthPolicy, fixedDraftLength } from "./draft-length/policy.ts";
import { racingSampler } from "./racing-random.ts";
import { speculate } from "./speculate.ts";
import { block } from "./verify/block.ts";
import { match } from "./verify/match.ts";
import { ratio } from "./verify/ratio.ts";
import type { Verifier } from "./verify/round.ts";
import { tree } from "./verify/tree.ts";

/** How it is decided which drafted tokens stand. All are exact; they differ in what they accept and ask for. */
export type Verify = "match" | "gumbel" | "ratio" | "block" | "tree";

export interface SpeculativeOptions<Role extends ModelRole = ModelRole> {
  /** Guesses the tokens: `promptLookup()`, `draftModel()` and so on, or one of your own. */
  readonly drafter: Drafter<Role>;
  /**
   * "match" draws the target's token and compares; "gumbel" does so with noise that the drafter shares, and guesses better
   * when sampling; "ratio" and "block" weigh probabilities, for drafters that give them; "tree" is match on a tree.
   * @defaultValue "tree" for a drafter that gives trees, else "match"
   */
  readonly verify?: Verify | undefined;
  /**
   * Tokens per draft, an integer >= 1; or "auto", which follows the times measured on this device, see `autoDraftLength`.
   * @defaultValue 4
   */
  readonly draftLength?: number | "auto" | DraftLengthPolicy | undefined;
  /** How each token is chosen: the output follows it exactly. @defaultValue greedySampler */
  readonly sampler?: Sampler | undefined;
  /** Milliseconds that a draft may take, > 0; one that takes longer ends the decode with a DrafterError. @defaultValue Infinity */
  readonly draftTimeout?: number | undefined;
}

const verifiers: Readonly<Record<Verify, Verifier>> = { match, gumbel: match, ratio, block, tree };
const lengths = integerBetween(1);

const checks: Readonly<Record<keyof SpeculativeOptions, OptionCheck>> = {
  drafter: {
    expected: "a Drafter, for example promptLookup()",
    accepts: (value) => typeof (value as Drafter | null)?.start === "function",
  },
  verify: { expected: `one of ${quoted(Object.keys(verifiers))}`, accepts: (value) => Object.hasOwn(verifiers, value as string) },
  draftLength: {
    expected: `${lengths.expected}, "auto" or a DraftLengthPolicy`,
    accepts: (value) => value === "auto" || lengths.accepts(value) || typeof (value as DraftLengthPolicy | null)?.start === "function",
  },
  sampler: {
    expected: "a Sampler, for example topPSampler()",
    accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
  },
  draftTimeout: { expected: "a number > 0", accepts: (value) => typeof value === "number" && value > 0 },
};

/**
 * Makes the decoder that lets `drafter` guess several tokens and has the target check them in one pass. The output follows
 * the target's distribution under `sampler` exactly, whatever the drafter; with the default, it is greedy decoding.
 *
 * With "match", "tree" and "gumbel" the output for a seed depends on model, prompt and sampler alone: not on the drafter,
 * not on `draftLength`, and for "match" and "tree" it is that of the plain decoder with the same sampler. With "ratio" and "block"
 * the drafter and the lengths decide which random numbers are used, so that only the distribution is the same.
 *
 * The decoder throws DrafterError when the drafter fails or gives a draft that is none.
 * @throws InvalidOptionError for an option that is wrong, or a `verify` that needs what the drafter does not give.
 */
export function speculative<Role extends ModelRole>(options: SpeculativeOptions<Role>): Decoder<"causal" | Role> {
  checkOptions("speculative", options, checks);
  const { drafter, draftLength = 4, sampler = greedySampler, draftTimeout = Infinity } = options;
  if (!drafter)
    throw new InvalidOptionError({ where: "speculative", option: "drafter", expected: checks.drafter.expected, actual: drafter });
  const { verify = drafter.gives === "tree" ? "tree" : "match" } = options;
  checkVerify(verify, drafter);
  const settings = {
    drafter,
    verifier: verifiers[verify],
    policy: policyOf(draftLength),
    sampler: verify === "gumbel" ? racingSampler(sampler) : sampler,
    sharesNoise: verify === "gumbel",
    usesProbabilities: verify === "ratio" || verify === "block",
    draftTimeout,
  };
  const draftRoles = drafter.requires.filter((role) => role !== "causal");
  const running = { name: "speculative", requires: ["causal", ...draftRoles], draftRoles } as const;
  return {
    name: running.name,
    requires: running.requires,
    lossless: true,
    decode: (models, prompt, decodeOptions) => runDecode(running, models, prompt, decodeOptions, (run) => speculate(run, settings)),
  };
}

function policyOf(draftLength: number | "auto" | DraftLengthPolicy): DraftLengthPolicy {
  if (draftLength === "auto") return autoDraftLength();
  return typeof draftLength === "number" ? fixedDraftLength(draftLength) : draftLength;
}

/** Which rules can check what a drafter gives. */
const rules: Readonly<Record<Drafter["gives"], readonly Verify[]>> = {
  tokens: ["match", "gumbel"],
  probabilities: ["match", "gumbel", "ratio", "block"],
  tree: ["tree"],
};

function checkVerify(actual: Verify, drafter: Drafter): void {
  const possible = rules[drafter.gives];
  if (possible.includes(actual)) return;
  const what = { tokens: "tokens without probabilities", probabilities: "a chain", tree: "a tree" }[drafter.gives];
  const expected = `one of ${quoted(possible)} for the drafter "${drafter.name}", which gives ${what}`;
  throw new InvalidOptionError({ where: "speculative", option: "verify", expected, actual });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
