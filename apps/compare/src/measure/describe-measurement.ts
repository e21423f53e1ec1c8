import { format, letters, texts } from "../texts/en.ts";
import type { VoidReason } from "./measure-rounds.ts";
import type { LaneSummary, Measurement, Spread } from "./measurement.ts";
import { LEAST_PAIRS } from "./paired-ratio.ts";

const say = texts.measure;

/** The cells of a lane's row, in words. */
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
  const range = ({ median, least, most }: Spread): string => (isTooShort ? say.tooShort : say.range(median, least, most));
  const span = ({ least, most }: Spread): string => say.span(least, most);
  return {
    name: `${letters[lane]} ${title}`,
    verdict: ratio === undefined ? say.first : say.verdicts[isTooShort ? "cannot tell" : ratio.verdict],
    ratio: ratio === undefined || isTooShort ? "" : say.times(ratio.median, ratio.interval),
    perToken: range(millisecondsPerToken),
    prompt: range(promptMilliseconds),
    passes: [span(passes), ...(draftModelPasses.most > 0 ? [say.ofDraftModel(span(draftModelPasses))] : [])].join(" "),
    tokens: span(tokens),
  };
}

/** How far the figures can be trusted, a sentence each. */
export function describeRounds({ rounds, voids, plannedRounds, isWhole }: Measurement): string[] {
  const reasons = [...new Set<VoidReason>(voids)];
  return [
    ...(isWhole ? [] : [say.stopped]),
    say.rounds(rounds.length, plannedRounds),
    ...(rounds.length < LEAST_PAIRS ? [say.few(LEAST_PAIRS)] : []),
    ...reasons.map((reason) => say.voids(voids.filter((each) => each === reason).length, say.reasons[reason])),
  ];
}

export function describeConditions({ modelName, execution, tickMilliseconds, isIsolated }: Measurement): string {
  return say.conditions(modelName, execution.toUpperCase(), `${format.fine(1000 * tickMilliseconds)} µs`, isIsolated);
}

/** Everything, to be put elsewhere. */
export function measurementText(shown: Measurement, lanes: readonly LaneSummary[]): string {
  const { prompt, maxNewTokens, lanes: specifications } = shown.settings;
  const header = ["lane", say.against("A"), "", say.perToken, say.prompt, say.passes, say.tokens].join("\t");
  const rows = lanes.map((lane, index) => {
    const { verdict, ratio, perToken, prompt: reading, passes, tokens } = describeLane(lane, shown.titles[index]!, index);
    return [`${letters[index]} ${specifications[index]}`, verdict, ratio, perToken, reading, passes, tokens].join("\t");
  });
  return [header, ...rows, "", ...describeRounds(shown), describeConditions(shown), `${maxNewTokens}: ${prompt}`].join("\n");
}
