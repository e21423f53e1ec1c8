import { type Decoder, type Drafter, generate, type GenerateResult, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { speculative } from "@decodekit/speculative";
import { collectGarbage } from "../measure/collect-garbage.ts";
import { median, type PairedRatio, ratioOfSums } from "../measure/paired.ts";

export interface Comparison {
  readonly model: LanguageModel;
  readonly prompts: readonly string[];
  readonly newTokens: number;
  readonly lengths: readonly (number | "auto")[];
  /** Number of decodes per prompt; the median time counts. */
  readonly repeats: number;
}

interface Totals {
  tokens: number;
  /** Passes of the target, including its own drafting. */
  passes: number;
  draftModelPasses: number;
  drafted: number;
  accepted: number;
  /** Texts that differ from that of plain decoding. */
  different: number;
  /** Median time of each prompt's decodes, in milliseconds. */
  readonly times: number[];
  /** The same for plain decoding. */
  readonly plainTimes: number[];
}

/**
 * Decodes every prompt with plain decoding and with every draft length, in rotating order, so that drift of the machine affects all alike.
 * Returns a line per length. Each decoder is reused for all prompts, after a warm-up run.
 */
export async function compareLengths(create: () => Drafter, comparison: Comparison): Promise<readonly string[]> {
  const { prompts, lengths, repeats } = comparison;
  const decoders = lengths.map((draftLength) => speculative({ drafter: create(), draftLength }));
  const candidates: readonly Decoder[] = [greedy(), ...decoders];
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
  for (const decoder of candidates) await timedRun(decoder, prompts.at(-1)!, comparison);
  let first = 0;
  for (const prompt of prompts) {
    const runs: TimedRun[][] = candidates.map(() => []);
    for (let repeat = 0; repeat < repeats; repeat++, first++) {
      for (let turn = 0; turn < candidates.length; turn++) {
        const place = (first + turn) % candidates.length;
        runs[place]!.push(await timedRun(candidates[place]!, prompt, comparison));
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

/** Adds the decodes of one prompt. Speculation produces the tokens of plain decoding, so times of whole decodes are comparable. */
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
