import { checkOptions, type DecodeEvent, type ForwardPhase, numberBetween } from "@decodekit/core";

/** What drafting did in a decode, counted from its events. */
export interface DraftStatistics {
  /** Verified drafts. */
  readonly rounds: number;
  /** Tokens that were verified: of a tree, all its nodes. */
  readonly drafted: number;
  readonly accepted: number;
  /** accepted / drafted; undefined when nothing was drafted. */
  readonly acceptanceRate: number | undefined;
  /** Place i: the share of drafts longer than i of which more than i tokens stood, shape (longest draft,). */
  readonly acceptanceByPosition: readonly number[];
  /** Tokens per verified draft, the target's own included, in [1, longest draft + 1]; undefined when nothing was drafted. */
  readonly meanAcceptedLength: number | undefined;
  /** Time of the passes by what they were for. */
  readonly millisecondsByPhase: Readonly<Record<ForwardPhase, number>>;
  /**
   * What the theory expects of drafts like these: (1 − α^(γ+1)) / ((1 − α) · cost of a round in plain passes), α being how often
   * a token stood that was reached, γ the mean draft (Leviathan et al. 2023, theorem 3.8). Undefined without a plain pass.
   */
  readonly predictedSpeedup: number | undefined;
  /** Tokens per second of all passes but the prefill, over that of plain passes. Undefined without a plain pass. */
  readonly observedSpeedup: number | undefined;
}

export interface DraftStatisticsOptions {
  /** Time of one plain pass, > 0, for a decode that has none. @defaultValue the mean of the decode's own */
  readonly plainMilliseconds?: number | undefined;
}

/**
 * Counts draft statistics as events come by.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function draftStatistics(options: DraftStatisticsOptions = {}): {
  add(event: DecodeEvent): void;
  statistics(): DraftStatistics;
} {
  checkOptions("draftStatistics", options, { plainMilliseconds: numberBetween(0, Infinity, { exclusiveMinimum: true }) });
  const { plainMilliseconds } = options;
  const times: Record<ForwardPhase, number> = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };
  const drafts: { readonly drafted: number; readonly accepted: number }[] = [];
  let plainPasses = 0;
  let tokens = 0;
  return {
    add(event) {
      if (event.type === "forward-end") {
        times[event.phase] += event.milliseconds;
        if (event.phase === "decode") plainPasses++;
      }
      if (event.type === "draft-verify") drafts.push(event);
      if (event.type === "tokens-commit") tokens += event.tokens.length;
    },
    statistics() {
      const [drafted, accepted] = [sum(drafts.map((draft) => draft.drafted)), sum(drafts.map((draft) => draft.accepted))];
      const plain = plainMilliseconds ?? (plainPasses > 0 ? times.decode / plainPasses : undefined);
      const roundTime = (times.draft + times.verify) / Math.max(drafts.length, 1);
      // The first token comes out of the prefill.
      const speed = Math.max(tokens - 1, 0) / (times.decode + times.draft + times.verify);
      return {
        rounds: drafts.length,
        drafted,
        accepted,
        acceptanceRate: drafted > 0 ? accepted / drafted : undefined,
        acceptanceByPosition: byPosition(drafts),
        meanAcceptedLength: drafts.length > 0 ? 1 + accepted / drafts.length : undefined,
        millisecondsByPhase: { ...times },
        predictedSpeedup: plain && drafts.length > 0 ? (plain * expectedTokens(drafts)) / roundTime : undefined,
        observedSpeedup: plain && speed < Infinity ? plain * speed : undefined,
      };
    },
  };
}

type Drafts = readonly { readonly drafted: number; readonly accepted: number }[];

/** (1 − α^(γ+1)) / (1 − α); γ + 1 where α is 1. */
function expectedTokens(drafts: Drafts): number {
  const reached = sum(drafts.map(({ drafted, accepted }) => Math.min(drafted, accepted + 1)));
  const rate = sum(drafts.map(({ accepted }) => accepted)) / reached;
  const length = sum(drafts.map(({ drafted }) => drafted)) / drafts.length;
  return rate < 1 ? (1 - rate ** (length + 1)) / (1 - rate) : length + 1;
}

function byPosition(drafts: Drafts): readonly number[] {
  const longest = Math.max(0, ...drafts.map(({ drafted }) => drafted));
  return Array.from({ length: longest }, (_, place) => {
    const long = drafts.filter(({ drafted }) => drafted > place);
    return long.filter(({ accepted }) => accepted > place).length / long.length;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
