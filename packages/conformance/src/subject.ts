import {
  type Decoder,
  InvalidOptionError,
  type ModelRole,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type Sampler,
} from "@decodekit/core";
import { MODEL_ROLES, SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { CONTEXT_LENGTH } from "./fixture.ts";

export interface DecoderTestOptions {
  /**
   * The sampler that a decoder with `lossless: true` claims to follow, which the kit proves exactly.
   * @defaultValue greedySampler for a decoder whose output is certain, else plainSampler, the model's own distribution
   */
  readonly sampler?: Sampler | undefined;
  /**
   * Where the claim to be lossless is proved if the decoder draws with `uniform()`, which cannot be enumerated.
   * @defaultValue none: the kit proves it
   */
  readonly provedElsewhere?: string | undefined;
  /** For a decoder whose output has a fixed length, such as one that fills a gap. @defaultValue the decoder's `outputLength`, or none */
  readonly fixedLength?: FixedLength | undefined;
  /**
   * Whether a decoder with a draft model drafts what that model predicts. Set false for a decoder that also drafts from another source,
   * or uses the draft model for something else. @defaultValue true
   */
  readonly followsDraft?: boolean | undefined;
  /**
   * Whether the causal model also reads other sequences than the text: one without the prompt, for guidance. Otherwise every pass must
   * continue what is committed. @defaultValue false
   */
  readonly readsOtherTexts?: boolean | undefined;
}

/** Lengths of a decoder with an output of fixed length. */
export interface FixedLength {
  /** Number of tokens that it commits if neither maxNewTokens nor a stop token ends it earlier, an integer >= 1. */
  readonly output: number;
  /** Minimum number of tokens, an integer in [1, output], for a decoder that chooses how many. @defaultValue output */
  readonly minimum?: number | undefined;
  /** Number of positions that it needs after the prompt, an integer >= output: for a gap, including its suffix. @defaultValue output */
  readonly positions?: number | undefined;
  /** Indices of the output, from 0, whose tokens the decoder was given, so that no model decides them. @defaultValue [] */
  readonly givenIndices?: readonly number[] | undefined;
}

/** The decoder under test, and its declared properties. */
export interface Subject {
  /** Creates the decoder. */
  readonly create: () => Decoder;
  readonly requires: readonly ModelRole[];
  readonly lossless: boolean;
  readonly options: DecoderTestOptions;
}

const MAX_POSITIONS = CONTEXT_LENGTH - 4;

const optionDefinitions: Readonly<Record<keyof DecoderTestOptions, OptionDefinition>> = {
  sampler: SAMPLER_OPTION,
  provedElsewhere: objectOption("a non-empty string that names the proof", (value) => typeof value === "string" && value.trim().length > 0),
  fixedLength: objectOption(
    `{ output, minimum?, positions?, givenIndices? } with 1 <= minimum <= output <= positions <= ${MAX_POSITIONS} and given indices below output`,
    (value) => typeof value === "object" && value !== null && isFixedLength(value as FixedLength),
  ),
  followsDraft: { type: "boolean", help: "Whether it drafts what its draft model predicts" },
  readsOtherTexts: { type: "boolean", help: "Whether the causal model also reads other sequences than the text" },
};

function isFixedLength({ output, minimum = output, positions = output, givenIndices = [], ...rest }: FixedLength): boolean {
  const isInteger = [output, minimum, positions].every(Number.isInteger);
  const isInRange = minimum >= 1 && output >= minimum && positions >= output && positions <= MAX_POSITIONS;
  const isPlace = (place: number): boolean => Number.isInteger(place) && place >= 0 && place < output;
  return isInteger && isInRange && Array.isArray(givenIndices) && givenIndices.every(isPlace) && Object.keys(rest).length === 0;
}

const ROLES: ReadonlySet<unknown> = new Set(MODEL_ROLES);

/**
 * Creates the subject from the decoder's declared properties.
 * @throws InvalidOptionError for an invalid option of the kit, or a `requires` that names no models.
 */
export function subjectOf(create: () => Decoder, options: DecoderTestOptions = {}): Subject {
  resolveOptions("testDecoder", options, optionDefinitions);
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

/** Returns the minimum number of tokens that a decoder commits if only `limit` stops it. */
export function minTokens({ options: { fixedLength } }: Subject, limit: number): number {
  return Math.min(limit, fixedLength?.minimum ?? fixedLength?.output ?? Infinity);
}

/** Returns the maximum number of tokens that a decoder commits if only `limit` stops it. */
export function maxTokens({ options: { fixedLength } }: Subject, limit: number): number {
  return Math.min(limit, fixedLength?.output ?? Infinity);
}

/** Returns the role of the model that decides the output: the causal model if there is one. */
export function leadingRole({ requires }: Subject): ModelRole {
  return MODEL_ROLES.find((role) => requires.includes(role))!;
}
