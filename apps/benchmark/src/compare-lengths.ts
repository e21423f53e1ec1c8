import { type Decoder, type Drafter, generate, type GenerateResult, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { speculative } from "@decodekit/speculative";
import { collectGarbage } from "./collect-garbage.ts";
import { median, type PairedRatio, ratioOfSums } from "./paired.ts";

export interface Comparison {
  readonly model: LanguageModel;
  readonly prompts: readonly string[];
  readonly newTokens: number;
  readonly lengths: readonly (number | "auto")[];
  /** How often each prompt is decoded; the middle time counts. */
  readonly repeats: number;
}

interface Totals {
  tokens: number;
  /** Of the target, its own drafting included; and of a draft model. */
  passes: number;
  draftModelPasses: number;
  drafted: number;
  accepted: number;
  /** Texts that are not plain decoding's. */
  different: number;
  /** Prompt by prompt, the middle time of its decodes in milliseconds; and that of plain decoding. */
  readonly times: number[];
  readonly plainTimes: number[];
}

/**
 * Decodes every prompt plainly and with every draft length, in an order that rotates, so that a machine that drifts slows all
 * alike; gives a line per length. A decoder is used for all prompts, and first for one that does not count.
 */
export async function compareLengths(create: () => Drafter, comparison: Comparison): Promise<readonly string[]> {
  const { prompts, lengths, repeats } = comparison;
  const decoders = lengths.map((draftLength) => speculative({ drafter: create(), draftLength }));
  const contestants: readonly Decoder[] = [greedy(), ...decoders];
  const totals = decoders.map((): Totals => ({
    tokens: 0,
    passes: 0,
    draftModelPasses: 0,
    drafted: 0,
    accepted: 0,
    different: 0,
    times: [],
    plainTimes: [],
  }));
  for (const decoder of contestants) await timedRun(decoder, prompts.at(-1)!, comparison);
  let first = 0;
  for (const prompt of prompts) {
    const runs: TimedRun[][] = contestants.map(() => []);
    for (let repeat = 0; repeat < repeats; repeat++, first++) {
      for (let turn = 0; turn < contestants.length; turn++) {
        const place = (first + turn) % contestants.length;
        runs[place]!.push(await timedRun(contestants[place]!, prompt, comparison));
      }
    }
    const [plain, ...ours] = runs;
    for (const [place, each] of ours.entries()) addRuns(totals[place]!, each, plain!);
  }
  const fixed = lengths.flatMap((length, place) => (length === "auto" ? [] : [totals[place]!]));
  const best = fixed.toSorted((a, b) => speedup(b).ratio - speedup(a).ratio)[0];
  return lengths.map((length, place) => {
    const against =
      length === "auto" && best ? `; ${formatRatio(ratioOfSums(best.times, totals[place]!.times))} of the best fixed length` : "";
    return `length ${String(length).padEnd(5)} ${describe(totals[place]!)}${against}`;
  });
}

interface TimedRun {
  readonly result: GenerateResult;
  readonly milliseconds: number;
}

async function timedRun(decoder: Decoder, prompt: string, { model, newTokens }: Comparison): Promise<TimedRun> {
  collectGarbage();
  const started = performance.now();
  const result = await generate(model, prompt, { decoder, maxNewTokens: newTokens }).result;
  return { result, milliseconds: performance.now() - started };
}

/** Adds the decodes of one prompt. Speculation gives plain decoding's tokens, so that times of whole decodes can be compared. */
function addRuns(totals: Totals, runs: readonly TimedRun[], plain: readonly TimedRun[]): void {
  for (const { result } of runs) {
    if (result.tokens.join() !== plain[0]!.result.tokens.join()) totals.different++;
    const { targetPasses, passesByModel, drafted, accepted, tokens } = result.statistics;
    totals.tokens += tokens;
    totals.passes += targetPasses;
    for (const count of Object.values(passesByModel.draft)) totals.draftModelPasses += count;
    totals.drafted += drafted;
    totals.accepted += accepted;
  }
  totals.times.push(median(runs.map(({ milliseconds }) => milliseconds)));
  totals.plainTimes.push(median(plain.map(({ milliseconds }) => milliseconds)));
}

function speedup({ plainTimes, times }: Totals): PairedRatio {
  return ratioOfSums(plainTimes, times);
}

function describe(totals: Totals): string {
  const perThousand = (count: number): number => Math.round((1000 * count) / totals.tokens);
  const drafting = totals.draftModelPasses > 0 ? ` and ${perThousand(totals.draftModelPasses)} of the draft model` : "";
  const acceptance = totals.drafted > 0 ? `accepted ${Math.round((100 * totals.accepted) / totals.drafted)} %` : "nothing drafted";
  const differences = totals.different > 0 ? `; ${totals.different} texts differ` : "";
  return `${formatRatio(speedup(totals))}; ${perThousand(totals.passes)} passes${drafting} per 1000 tokens; ${acceptance}${differences}`;
}

function formatRatio({ ratio, interval: [low, high] }: PairedRatio): string {
  return `×${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
