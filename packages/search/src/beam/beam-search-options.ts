import { InvalidOptionError, objectOption, type OptionDefinition, type PluginOption, resolveOptions } from "@decodekit/core";

export interface BeamSearchOptions {
  /** Number of beams of all groups together, an integer >= 1. @defaultValue 4 */
  readonly beams?: number | undefined;
  /**
   * The score of a hypothesis of n tokens, the stop token included, is its log-probability / n^lengthPenalty. Above 0 long texts are
   * favoured, below 0 short ones; 0 compares log-probabilities. @defaultValue 1
   */
  readonly lengthPenalty?: number | undefined;
  /**
   * When a search ends that has as many finished hypotheses as beams. true: at once. false: when the best beam, scored at its present
   * length, is no better than the worst of them. "never": when it could not become better at any length, which is exact.
   * @defaultValue false
   */
  readonly earlyStopping?: boolean | "never" | undefined;
  /** Number of groups of equally many beams that are searched one after another at each position, >= 1; it divides `beams`. @defaultValue 1 */
  readonly groups?: number | undefined;
  /**
   * Diverse beam search: how much the log-probability of a token is lowered for every beam of an earlier group that chose it at the same
   * position, in nats, > 0. Only with at least 2 groups. @defaultValue 0.5
   */
  readonly diversityPenalty?: number | undefined;
}

/** The options that are plain numbers. */
export const BEAM_NUMBERS = {
  beams: { type: "integer", help: "Number of beams", default: 4, minimum: 1 },
  lengthPenalty: {
    type: "number",
    help: "Scores are log-probability / length^lengthPenalty: above 0 favours long texts, below 0 short ones",
    default: 1,
  },
  groups: { type: "integer", help: "Number of groups of beams, which must divide the beams", default: 1, minimum: 1 },
  diversityPenalty: {
    type: "number",
    help: "What a token loses for each beam of an earlier group that chose it, in nats",
    default: 0.5,
    minimum: 0,
    exclusiveMinimum: true,
    ineffectiveWith: { groups: [1] },
  },
} as const satisfies Readonly<Record<Exclude<keyof BeamSearchOptions, "earlyStopping">, PluginOption>>;

const OPTIONS = {
  ...BEAM_NUMBERS,
  earlyStopping: objectOption('true, false or "never"', (value) => typeof value === "boolean" || value === "never"),
} as const satisfies Readonly<Record<keyof BeamSearchOptions, OptionDefinition>>;

/** The checked options of a search. */
export interface BeamSettings {
  readonly groups: number;
  /** Number of beams of each group. */
  readonly groupSize: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | "never";
  readonly diversityPenalty: number;
}

/**
 * Checks the options of a search.
 * @throws InvalidOptionError for an unknown or invalid option, beams that the groups do not divide, or a diversity penalty of one group.
 */
export function beamSettings(where: string, options: BeamSearchOptions): BeamSettings {
  const resolved = resolveOptions<BeamSearchOptions, typeof OPTIONS>(where, options, OPTIONS);
  const { beams, groups, lengthPenalty, diversityPenalty, earlyStopping = false } = resolved;
  if (beams % groups !== 0) {
    const expected = `a divisor of the ${beams} beams`;
    throw new InvalidOptionError({ where, option: "groups", expected, actual: groups });
  }
  if (groups === 1 && options.diversityPenalty !== undefined) {
    const expected = "left out with one group, where it has no effect (leave it out, or set groups to 2 or more)";
    throw new InvalidOptionError({ where, option: "diversityPenalty", expected, actual: options.diversityPenalty });
  }
  return { groups, groupSize: beams / groups, lengthPenalty, earlyStopping, diversityPenalty };
}
