import { type Decoder, type Drafter, generate, type GenerateResult, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { speculative } from "@decodekit/speculative";
import { collectGarbage } from "./collect-garbage.ts";
import { pairedMedians, type PairedRatio } from "./paired.ts";

export interface Comparison {
  readonly model: LanguageModel;
  readonly prompts: readonly string[];
  readonly newTokens: number;
  readonly lengths: readonly (number | "auto")[];
}

interface Totals {
  tokens: number;
  passes: number;
  draftPasses: number;
  drafted: number;
  accepted: number;
  /** Texts that are not plain decoding's. */
  different: number;
  /** Speed over that of plain decoding, prompt by prompt. */
  readonly ratios: number[];
}

/**
 * Decodes every prompt plainly and with every draft length, in an order that rotates from prompt to prompt, so that a machine
 * that drifts slows all alike; gives a line per length. A decoder is used for all prompts, and first for one that does not count.
 */
export async function compareLengths(create: () => Drafter, comparison: Comparison): Promise<readonly string[]> {
  const { prompts, lengths } = comparison;
  const decoders = lengths.map((draftLength) => speculative({ drafter: create(), draftLength }));
  const contestants: readonly Decoder[] = [greedy(), ...decoders];
  const totals = decoders.map((): Totals => ({ tokens: 0, passes: 0, draftPasses: 0, drafted: 0, accepted: 0, different: 0, ratios: [] }));
  for (const decoder of contestants) await timedRun(decoder, prompts.at(-1)!, comparison);
  for (const [index, prompt] of prompts.entries()) {
    const runs: TimedRun[] = [];
    for (let turn = 0; turn < contestants.length; turn++) {
      const place = (index + turn) % contestants.length;
      runs[place] = await timedRun(contestants[place]!, prompt, comparison);
    }
    const [plain, ...ours] = runs;
    for (const [place, run] of ours.entries()) addRun(totals[place]!, run, plain!);
  }
  const fixed = lengths.flatMap((length, place) => (length === "auto" ? [] : [totals[place]!]));
  const best = fixed.toSorted((a, b) => ratioOf(b).median - ratioOf(a).median)[0];
  return lengths.map((length, place) => {
    const against = length === "auto" && best ? `; ×${autoAgainst(totals[place]!, best).toFixed(2)} of the best fixed length` : "";
    return `length ${String(length).padEnd(5)} ${describe(totals[place]!)}${against}`;
  });
}

interface TimedRun {
  readonly result: GenerateResult;
  readonly tokensPerSecond: number;
}

async function timedRun(decoder: Decoder, prompt: string, { model, newTokens }: Comparison): Promise<TimedRun> {
  collectGarbage();
  const started = performance.now();
  const result = await generate(model, prompt, { decoder, maxNewTokens: newTokens }).result;
  return { result, tokensPerSecond: (1000 * result.tokens.length) / (performance.now() - started) };
}

function addRun(totals: Totals, { result, tokensPerSecond }: TimedRun, plain: TimedRun): void {
  if (result.tokens.join() !== plain.result.tokens.join()) totals.different++;
  if (result.tokens.length === 0) return;
  totals.ratios.push(tokensPerSecond / plain.tokensPerSecond);
  const { passes, drafted, accepted, tokens } = result.statistics;
  totals.tokens += tokens;
  totals.passes += passes.prefill + passes.decode + passes.verify;
  totals.draftPasses += passes.draft;
  totals.drafted += drafted;
  totals.accepted += accepted;
}

function ratioOf({ ratios }: Totals): PairedRatio {
  return pairedMedians(ratios);
}

/** Median over the prompts of how much faster `auto` was than `best`. */
function autoAgainst(auto: Totals, best: Totals): number {
  return pairedMedians(auto.ratios.map((ratio, index) => ratio / best.ratios[index]!)).median;
}

function describe(totals: Totals): string {
  const { median, interval } = ratioOf(totals);
  const perThousand = (count: number): number => Math.round((1000 * count) / totals.tokens);
  const drafting = totals.draftPasses > 0 ? ` and ${perThousand(totals.draftPasses)} of the drafter` : "";
  const acceptance = totals.drafted > 0 ? `accepted ${Math.round((100 * totals.accepted) / totals.drafted)} %` : "nothing drafted";
  const differences = totals.different > 0 ? `; ${totals.different} texts differ` : "";
  const range = `${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}`;
  return `×${median.toFixed(2)} (${range}); ${perThousand(totals.passes)} passes${drafting} per 1000 tokens; ${acceptance}${differences}`;
}
