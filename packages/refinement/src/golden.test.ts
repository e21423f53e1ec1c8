/// <reference types="node" />
import { readFileSync } from "node:fs";
import type { TokensProposeEvent } from "@decodekit/core";
import { collectDecode, memoryMaskedModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { hasEnded } from "./canvas.ts";
import { guideLogits } from "./guidance.ts";
import { adaptive, blockPlan, editAbove, refine, type RefineOptions, rewrite, threshold } from "./index.ts";
import { annealed } from "./refine-options.ts";
import { uniformRoutes } from "./revise/uniform-posterior.ts";
import { transferCount } from "./schedule/counts.ts";
import { selectByEntropyBound } from "./select/entropy-bound.ts";
import { entropyOf } from "./select/entropy-of.ts";
import { selectByFactor } from "./select/factor.ts";
import { highest } from "./select/highest.ts";
import { selectByThreshold } from "./select/threshold.ts";
import type { ScoredPosition } from "./step-context.ts";

// Numbers from LLaDA (MIT), Fast-dLLM, dInfer and diffusers (Apache-2.0); the file names its sources.
interface Case {
  readonly name: string;
  readonly operation: string;
  readonly input: {
    readonly masked?: number | readonly boolean[];
    readonly confidence?: readonly number[];
    readonly entropies?: readonly number[];
    readonly logits?: readonly number[];
    readonly unconditionalLogits?: readonly number[];
    readonly tokens?: readonly number[];
    readonly peaks?: readonly (readonly [token: number, logit: number])[] | readonly number[];
    readonly certain?: readonly (readonly [position: number, token: number])[];
    readonly positions?: number;
    readonly vocabularySize?: number;
    readonly agrees?: boolean;
    readonly finished?: boolean | readonly boolean[];
    readonly step?: number;
    readonly masksRemaining?: boolean;
    readonly editing?: boolean;
    readonly edited?: boolean;
    readonly postSteps?: number;
    readonly maxPostSteps?: number;
  };
  readonly options: Readonly<Record<string, number>>;
  readonly expected: {
    readonly counts?: readonly number[];
    readonly blocks?: number;
    readonly stepsPerBlock?: number;
    readonly error?: boolean;
    readonly selected?: readonly number[];
    readonly logits?: readonly number[];
    readonly tokens?: readonly number[];
    readonly token?: number;
    readonly confidence?: readonly number[];
    readonly cumulative?: readonly number[];
    readonly accepted?: number;
    readonly entropies?: readonly number[];
    readonly temperatures?: readonly number[];
    readonly finished?: boolean;
    readonly continue?: boolean;
    readonly committed?: readonly number[] | number;
    readonly clean?: number;
    readonly stay?: number;
    readonly noise?: number;
    readonly currentTokenProbability?: number;
  };
  readonly tolerance: number;
}

const file = new URL("../golden/schedules.json", import.meta.url);
const all = (JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] }).cases;
const used = new Set<string>();

/** The cases of one operation, at least one. */
function of(operation: string): readonly Case[] {
  const cases = all.filter((each) => each.operation === operation);
  if (cases.length === 0) throw new Error(`There is no golden case of the operation "${operation}".`);
  used.add(operation);
  return cases;
}

const counts = (open: number, steps: number): number[] => Array.from({ length: steps }, (_, step) => transferCount(open, steps, step));
const ascending = (positions: readonly number[]): number[] => positions.toSorted((a, b) => a - b);

function openScores({ confidence = [], masked }: Case["input"]): ScoredPosition[] {
  return confidence.map((score, position) => ({ position, score })).filter(({ position }) => (masked as readonly boolean[])[position]);
}

/** Decodes one canvas on a model whose logits do not depend on the known tokens. Returns the proposal of every step. */
async function proposals(
  { peaks = [], tokens = [], vocabularySize = 0 }: Case["input"],
  maskTokenId: number,
  options: RefineOptions,
): Promise<TokensProposeEvent[]> {
  const masked = memoryMaskedModel({
    vocabSize: vocabularySize,
    contextLength: 1 + peaks.length,
    maskTokenId,
    logitsAt(_prefix, _canvas, index) {
      const row = new Float32Array(vocabularySize);
      const [token, logit] = peaks[index] as readonly [number, number];
      row[token] = logit;
      return row;
    },
  });
  const positions = tokens.flatMap((token, position) => (token === maskTokenId ? [position] : []));
  const decoder = rewrite({ ...options, text: tokens, positions });
  const { events } = await collectDecode(decoder.decode({ masked }, Int32Array.of(0), { maxNewTokens: peaks.length }));
  return events.flatMap((event) => (event.type === "tokens-propose" ? [event] : []));
}

/** Number of passes over a canvas that always has open positions, until its steps are used up or its first token ends the text. */
async function stepsTaken(steps: number, endsAtOnce: boolean): Promise<number> {
  const size = { vocabSize: 3, contextLength: 4 * steps };
  const masked = memoryMaskedModel({ ...size, maskTokenId: 2, logitsAt: () => Float32Array.of(...(endsAtOnce ? [0, 9] : [9, 0]), 0) });
  const decoder = refine({ steps, blockLength: 2 * steps, schedule: { name: "one", count: () => 1 } });
  const options = { maxNewTokens: 2 * steps, stopTokens: [1] };
  const { events } = await collectDecode(decoder.decode({ masked }, Int32Array.of(0), options));
  return events.filter((event) => event.type === "forward-end" && event.phase === "refine").length;
}

describe("numbers of other implementations", () => {
  test.each(of("transfer-counts"))("$name", ({ input, options, expected }) => {
    expect(counts(input.masked as number, options["steps"]!)).toEqual(expected.counts);
  });

  test.each(of("block-plan"))("$name", ({ options, expected }) => {
    const plan = (): ReturnType<typeof blockPlan> => blockPlan(options as unknown as Parameters<typeof blockPlan>[0]);
    if (expected.error) return expect(plan).toThrow("must be a multiple of");
    expect(plan()).toEqual({ blocks: expected.blocks, steps: expected.stepsPerBlock });
    expect(counts(options["blockLength"]!, plan().steps)).toEqual(expected.counts);
  });

  test.each(of("quota-select"))("$name", ({ input, options, expected }) => {
    expect(ascending(highest(openScores(input), options["count"]!))).toEqual(expected.selected);
  });

  test.each(of("threshold-select"))("$name", ({ input, options, expected }) => {
    expect(ascending(selectByThreshold(openScores(input), options["threshold"]!, 1))).toEqual(expected.selected);
  });

  test.each(of("factor-select"))("$name", ({ input, options, expected }) => {
    expect(ascending(selectByFactor(openScores(input), options["factor"]!, 1))).toEqual(expected.selected);
  });

  test.each(of("entropy-bound-select"))("$name", ({ input, options, expected }) => {
    const scored = input.entropies!.map((entropy, position) => ({ position, score: -entropy }));
    expect(ascending(selectByEntropyBound(scored, options["bound"]!, 1))).toEqual(expected.selected);
  });

  test.each(of("entropy-bound-temperature"))("$name", ({ options, expected, tolerance }) => {
    const { steps, first, last } = options;
    for (const [step, temperature] of expected.temperatures!.entries()) {
      expect(Math.abs(annealed({ first: first!, last: last! }, step, steps!) - temperature)).toBeLessThanOrEqual(tolerance);
    }
  });

  test.each(of("masked-guidance"))("$name", ({ input, options, expected, tolerance }) => {
    const out = new Float64Array(input.logits!.length);
    guideLogits(out, input.logits!, input.unconditionalLogits!, options["scale"]!);
    for (const [token, logit] of out.entries()) expect(Math.abs(logit - expected.logits![token]!)).toBeLessThanOrEqual(tolerance);
  });

  test.each(of("uniform-posterior"))("$name", ({ input, options, expected, tolerance }) => {
    const { agrees, vocabularySize } = input;
    const routes = uniformRoutes({ step: options["step"]!, steps: options["steps"]!, tokens: vocabularySize!, agrees: agrees! });
    const { clean, stay, noise } = expected;
    for (const [actual, published] of [
      [routes.clean, clean!],
      [routes.stay, stay!],
      [routes.noise, noise!],
    ] as const) {
      expect(Math.abs(actual - published)).toBeLessThanOrEqual(tolerance);
    }
    const current = routes.stay + routes.noise / vocabularySize! + (agrees ? routes.clean : 0);
    expect(Math.abs(current - expected.currentTokenProbability!)).toBeLessThanOrEqual(tolerance);
  });

  test.each(of("cumulative-quota"))("$name", ({ input, options, expected }) => {
    const perStep = counts(input.positions!, options["steps"]!);
    expect(perStep.map((_, step) => perStep.slice(0, step + 1).reduce((sum, count) => sum + count, 0))).toEqual(expected.cumulative);
  });

  test.each(of("entropy-bound-logits"))("$name", ({ input, options, expected, tolerance }) => {
    const { bound, temperature } = options;
    const peaks = input.peaks as readonly number[];
    const scored = Array.from({ length: input.positions! }, (_, position) => ({
      position,
      score: -entropyOf(peakRow(input.vocabularySize!, (peaks[position] ?? 0) / temperature!)),
    }));
    for (const [position, entropy] of expected.entropies!.entries()) {
      expect(Math.abs(-scored[position]!.score - entropy)).toBeLessThanOrEqual(tolerance);
    }
    expect(selectByEntropyBound(scored, bound!, 1)).toHaveLength(expected.accepted!);
  });

  test.each(of("refinement-step"))("$name", async ({ input, options, expected, tolerance }) => {
    const { maskToken, quota, threshold: bound } = options;
    const [first] = await proposals(input, maskToken!, {
      select: threshold({ threshold: bound }),
      schedule: { name: "quota", count: () => quota! },
    });
    expect([...first!.tokens]).toEqual(expected.tokens);
    for (const position of expected.committed as readonly number[]) {
      // The source keeps the mask token, with logit 0, in the distribution. Here it is never a candidate.
      const [, logit] = (input.peaks as readonly (readonly [number, number])[])[position]!;
      const withMask = expected.confidence![position]!;
      const confidence = withMask / (1 - withMask * Math.exp(-logit));
      expect(Math.abs(first!.probabilities![position]! - confidence)).toBeLessThanOrEqual(tolerance);
    }
  });

  test.each(of("stop-token-finished"))("$name", ({ input, options, expected }) => {
    const tokens = Int32Array.from(input.tokens!.slice(options["promptLength"]));
    const canvas = { tokens, maskTokenId: options["maskToken"]!, reconsidered: new Set<number>() };
    expect(hasEnded(canvas, new Set([options["stopToken"]!]))).toBe(expected.finished);
  });

  test.each(of("uniform-edit"))("$name", ({ input, options, expected }) => {
    const tokens = Int32Array.from(input.tokens!);
    const certain = new Map(input.certain);
    const predictions = {
      candidate: (position: number) => certain.get(position) ?? tokens[position]!,
      probabilities: () => Float64Array.of(1, 1),
      leaveOneOut: () => Float64Array.of(1, 1),
    };
    const view = {
      step: 0,
      steps: 8,
      initial: 4,
      tokens,
      seen: tokens,
      open: [],
      previousCommitCount: undefined,
      filled: [0, 1, 2, 3],
      confidence: new Float64Array(4),
    };
    const random = undefined as never;
    const { replace } = editAbove({ threshold: options["editingThreshold"] }).start()({ ...view, committed: [], predictions, random });
    for (const position of replace ?? []) tokens[position] = predictions.candidate(position);
    expect([...tokens]).toEqual(expected.tokens);
  });

  test.each(of("should-continue"))("$name", async ({ input, options, expected }) => {
    if (input.masksRemaining) {
      const isFinished = (input.finished as readonly boolean[]).every(Boolean);
      const passes = await stepsTaken(options["steps"]!, isFinished);
      // The end of a text is only detected after the step that completes it.
      expect(passes > input.step! + (isFinished ? 1 : 0)).toBe(expected.continue);
    } else {
      // Without masks the revision decides.
      const revision = editAbove({ extraSteps: input.maxPostSteps });
      expect(revision.shouldContinue({ step: input.step!, fullSteps: input.postSteps!, changed: input.edited! })).toBe(expected.continue);
    }
  });

  test.each(of("candidate-token"))("$name", async ({ input, options, expected }) => {
    const { temperature } = options;
    if (expected.error) return expect(() => refine({ temperature })).toThrow("refine: temperature must be a number >= 0");
    const logits = Float32Array.of(...input.logits!, 0);
    const masked = memoryMaskedModel({
      vocabSize: logits.length,
      contextLength: 2,
      maskTokenId: logits.length - 1,
      logitsAt: () => logits.slice(),
    });
    const decode = refine({ temperature, schedule: adaptive() }).decode({ masked }, Int32Array.of(0), { maxNewTokens: 1, seed: 3 });
    expect([...(await collectDecode(decode)).tokens]).toEqual([expected.token]);
  });
});

/** Probabilities of a row with one logit `peak` and zeros. */
function peakRow(vocabSize: number, peak: number): Float64Array {
  const other = Math.exp(-peak);
  const total = 1 + (vocabSize - 1) * other;
  return new Float64Array(vocabSize).fill(other / total).fill(1 / total, 0, 1);
}

test("every golden case is run or skipped with its reason", () => {
  expect(used).toEqual(new Set(all.map(({ operation }) => operation)));
});
