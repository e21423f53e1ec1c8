import { format, letters, texts } from "../texts/texts.ts";
import type { VoidReason } from "./measure-rounds.ts";
import type { LaneSummary, Measurement, Spread } from "./measurement.ts";
import { MIN_PAIRS } from "./paired-ratio.ts";

const t = texts.measure;

/** The text of each cell in a lane's row. */
export interface DescribedLane {
  readonly name: string;
  readonly verdict: string;
  readonly ratio: string;
  readonly perToken: string;
  readonly prompt: string;
  readonly passes: string;
  readonly tokens: string;
}

export function describeLane(
  { ratio, isTooShort, millisecondsPerToken, promptMilliseconds, passes, draftModelPasses, tokens }: LaneSummary,
  title: string,
  lane: number,
): DescribedLane {
  const range = ({ median, min, max }: Spread): string => (isTooShort ? t.tooShort : t.range(median, min, max));
  const span = ({ min, max }: Spread): string => t.span(min, max);
  return {
    name: `${letters[lane]} ${title}`,
    verdict: ratio === undefined ? t.first : t.verdicts[isTooShort ? "inconclusive" : ratio.verdict],
    ratio: ratio === undefined || isTooShort ? "" : t.times(ratio.median, ratio.interval),
    perToken: range(millisecondsPerToken),
    prompt: range(promptMilliseconds),
    passes: [span(passes), ...(draftModelPasses.max > 0 ? [t.ofDraftModel(span(draftModelPasses))] : [])].join(" "),
    tokens: span(tokens),
  };
}

/** Returns one sentence for each fact about how reliable the figures are. */
export function describeRounds({ rounds, voids, plannedRounds, isComplete }: Measurement): string[] {
  const reasons = [...new Set<VoidReason>(voids)];
  return [
    ...(isComplete ? [] : [t.stopped]),
    t.rounds(rounds.length, plannedRounds),
    ...(rounds.length < MIN_PAIRS ? [t.few(MIN_PAIRS)] : []),
    ...reasons.map((reason) => t.voids(voids.filter((each) => each === reason).length, t.reasons[reason])),
  ];
}

export function describeConditions({ modelName, execution, tickMilliseconds, isIsolated }: Measurement): string {
  return t.conditions(modelName, execution.toUpperCase(), `${format.fine(1000 * tickMilliseconds)} µs`, isIsolated);
}

/** Returns the whole result as text with tab-separated columns, for the clipboard. */
export function measurementText(shown: Measurement, lanes: readonly LaneSummary[]): string {
  const { prompt, maxNewTokens, lanes: chosen } = shown.settings;
  const header = ["lane", t.against("A"), "", t.perToken, t.prompt, t.passes, t.tokens].join("\t");
  const rows = lanes.map((lane, index) => {
    const { verdict, ratio, perToken, prompt: reading, passes, tokens } = describeLane(lane, shown.titles[index]!, index);
    return [`${letters[index]} ${chosen[index]!.decoder}`, verdict, ratio, perToken, reading, passes, tokens].join("\t");
  });
  return [header, ...rows, "", ...describeRounds(shown), describeConditions(shown), `${maxNewTokens}: ${prompt}`].join("\n");
}
