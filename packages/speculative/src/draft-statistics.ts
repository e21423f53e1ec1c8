import { type DecodeEvent, type ForwardPhase, type PluginOption, resolveOptions } from "@decodekit/core";

/** Statistics of the drafts of one decode, computed from its events. */
export interface DraftStatistics {
  /** Number of verified drafts. */
  readonly rounds: number;
  /** Number of verified tokens; for a tree, all its nodes. */
  readonly drafted: number;
  readonly accepted: number;
  /** accepted / drafted; undefined when nothing was drafted. */
  readonly acceptanceRate: number | undefined;
  /** Entry i is the share of drafts longer than i of which more than i tokens were accepted, shape (longest draft,). */
  readonly acceptanceByPosition: readonly number[];
  /** Mean committed tokens per verified draft, including the target's own, in [1, longest draft + 1]; undefined without a draft. */
  readonly meanAcceptedLength: number | undefined;
  /** Time of the passes by phase. */
  readonly millisecondsByPhase: Readonly<Record<ForwardPhase, number>>;
  /**
   * The expected speed-up for these drafts: (1 − α^(γ+1)) / ((1 − α) · cost of a round in plain passes). α is the share of reached tokens
   * that were accepted, γ the mean draft length (Leviathan et al. 2023, theorem 3.8). Undefined without a draft or without the time of a
   * plain pass.
   */
  readonly predictedSpeedup: number | undefined;
  /** Tokens per second of all passes but the prefill, relative to plain passes. Undefined without the time of a plain pass. */
  readonly observedSpeedup: number | undefined;
}

export interface DraftStatisticsOptions {
  /** Time of one plain pass, > 0, for a decode without any. @defaultValue the mean of the decode's own plain passes */
  readonly plainMilliseconds?: number | undefined;
}

const OPTIONS = {
  plainMilliseconds: { type: "number", help: "Time of one plain pass", minimum: 0, exclusiveMinimum: true },
} as const satisfies Readonly<Record<keyof DraftStatisticsOptions, PluginOption>>;

/**
 * Collects draft statistics from the events of a decode.
 * @throws InvalidOptionError for an invalid option.
 */
export function draftStatistics(options: DraftStatisticsOptions = {}): {
  add(event: DecodeEvent): void;
  statistics(): DraftStatistics;
} {
  const { plainMilliseconds } = resolveOptions("draftStatistics", options, OPTIONS);
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
      // The first token comes from the prefill.
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
