import { checkOptions, type Decoder, InvalidOptionError, type ModelRole, type OptionCheck, type Sampler } from "@decodekit/core";
import { CONTEXT_LENGTH } from "./fixture.ts";

export interface DecoderTestOptions {
  /**
   * How a decoder that claims to be lossless chooses its tokens: it is proved to follow this exactly.
   * @defaultValue greedySampler for a decoder whose output is certain, else plainSampler, the model's own distribution
   */
  readonly sampler?: Sampler | undefined;
  /**
   * Where the claim to be lossless is proved, for a decoder that draws with `uniform()`, which cannot be enumerated.
   * @defaultValue none: the kit proves it
   */
  readonly provedElsewhere?: string | undefined;
  /** For a decoder whose output has a length of its own, such as one that fills a gap. @defaultValue the decoder's `outputLength`, without which it writes until it is stopped */
  readonly fixedLength?: FixedLength | undefined;
  /**
   * Whether a decoder with a draft model drafts what that model says. False for one that drafts from elsewhere too, or uses the draft
   * model for something else. @defaultValue true
   */
  readonly followsDraft?: boolean | undefined;
}

/** What a decoder of fixed length gives and needs. */
export interface FixedLength {
  /** Tokens that it gives when neither maxNewTokens nor a stop token cuts them short, an integer >= 1. */
  readonly output: number;
  /** Fewest of them, an integer in [1, output], for a decoder that chooses how many. @defaultValue output */
  readonly least?: number | undefined;
  /** Positions that it needs after the prompt, an integer >= output: for a gap, also those of what follows it. @defaultValue output */
  readonly positions?: number | undefined;
  /** Places of the output, from 0, whose tokens the decoder was given, so that no model decides them. @defaultValue [] */
  readonly given?: readonly number[] | undefined;
}

/** The decoder under test, and what is known of it before it decodes. */
export interface Subject {
  /** Makes the decoder anew. */
  readonly create: () => Decoder;
  readonly requires: readonly ModelRole[];
  readonly lossless: boolean;
  readonly options: DecoderTestOptions;
}

const MOST_POSITIONS = CONTEXT_LENGTH - 4;

const checks: Readonly<Record<keyof DecoderTestOptions, OptionCheck>> = {
  sampler: {
    expected: "a Sampler, for example greedySampler",
    accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
  },
  provedElsewhere: { expected: "a text that says where", accepts: (value) => typeof value === "string" && value.trim().length > 0 },
  fixedLength: {
    expected: `{ output, least?, positions?, given? } with 1 <= least <= output <= positions <= ${MOST_POSITIONS} and given places below output`,
    accepts: (value) => typeof value === "object" && value !== null && isFixedLength(value as FixedLength),
  },
  followsDraft: { expected: "a boolean", accepts: (value) => typeof value === "boolean" },
};

function isFixedLength({ output, least = output, positions = output, given = [], ...rest }: FixedLength): boolean {
  const isInteger = [output, least, positions].every(Number.isInteger);
  const isInRange = least >= 1 && output >= least && positions >= output && positions <= MOST_POSITIONS;
  const isPlace = (place: number): boolean => Number.isInteger(place) && place >= 0 && place < output;
  return isInteger && isInRange && Array.isArray(given) && given.every(isPlace) && Object.keys(rest).length === 0;
}

const ROLES: ReadonlySet<unknown> = new Set<ModelRole>(["causal", "masked", "draft"]);

/**
 * Asks the decoder what it says of itself.
 * @throws InvalidOptionError for a wrong option of the kit, or a `requires` that names no models.
 */
export function subjectOf(create: () => Decoder, options: DecoderTestOptions = {}): Subject {
  checkOptions("testDecoder", options, checks);
  const { requires, lossless = false, outputLength } = create();
  if (!(Array.isArray(requires) && requires.length > 0 && requires.every((role) => ROLES.has(role)))) {
    const expected = 'an array of at least one of "causal", "masked" and "draft"';
    throw new InvalidOptionError({ where: "testDecoder", option: "the decoder's requires", expected, actual: requires });
  }
  const { fixedLength = outputLength === undefined ? undefined : { output: outputLength } } = options;
  if (outputLength !== undefined && outputLength !== fixedLength!.output) {
    const expected = `${fixedLength!.output}, the output of fixedLength`;
    throw new InvalidOptionError({ where: "testDecoder", option: "the decoder's outputLength", expected, actual: outputLength });
  }
  return { create, requires, lossless, options: { ...options, fixedLength } };
}

/** How many tokens a decoder gives at least when nothing but `limit` stops it. */
export function leastTokens({ options: { fixedLength } }: Subject, limit: number): number {
  return Math.min(limit, fixedLength?.least ?? fixedLength?.output ?? Infinity);
}

/** How many tokens a decoder gives at most when nothing but `limit` stops it. */
export function mostTokens({ options: { fixedLength } }: Subject, limit: number): number {
  return Math.min(limit, fixedLength?.output ?? Infinity);
}

/** The model that decides the output: the causal one where there is one. */
export function leadingRole({ requires }: Subject): ModelRole {
  return (["causal", "masked", "draft"] as const).find((role) => requires.includes(role))!;
}
