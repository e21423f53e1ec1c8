import { InvalidOptionError, seededRandom, softmax } from "@decodekit/core";
import { collectDecode, exactDistribution, memoryMaskedModel, outputKey, totalVariation } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import {
  d3pm,
  diffusionGemma,
  fastDllm,
  infill,
  maskPredict,
  redecide,
  refine,
  type RefineOptions,
  remaskDoubted,
  rewrite,
  uniformPosterior,
} from "./index.ts";
import { uniformRoutes } from "./revise/uniform-posterior.ts";
import { entropyOf } from "./select/entropy-of.ts";

const prompt = Int32Array.of(0);
const seeds = [1, 2];

/** Rows that depend on the whole canvas. The mask token has the largest logit, which must be ignored. */
function logits(
  canvas: ArrayLike<number>,
  index: number,
  { seed, tokens }: { readonly seed: number; readonly tokens: number },
): Float32Array {
  const key = [...Array.from(canvas), index].reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, seed);
  const random = seededRandom(key);
  return Float32Array.from({ length: tokens + 1 }, (_, token) => (token === tokens ? 9 : 3 * random.uniform()));
}

function modelOf(shape: { readonly seed: number; readonly tokens: number }) {
  const read: Int32Array[] = [];
  const masked = memoryMaskedModel({
    vocabSize: shape.tokens + 1,
    contextLength: 32,
    maskTokenId: shape.tokens,
    logitsAt(_prefix, canvas, index) {
      if (index === 0) read.push(canvas.slice());
      return logits(canvas, index, shape);
    },
  });
  return { masked, read };
}

/** Every text of `length` tokens. */
function texts(tokens: number, length: number): number[][] {
  if (length === 0) return [[]];
  return texts(tokens, length - 1).flatMap((text) => Array.from({ length: tokens }, (_, token) => [...text, token]));
}

/** Distributions over texts of 2 tokens out of 3, computed by summing over all texts, without the decoder. */
const TOKENS = 3;
const all = texts(TOKENS, 2);
type Kernel = (from: readonly number[]) => Float64Array[];
type TextProbabilities = ReadonlyMap<string, number>;

const uniformTexts: TextProbabilities = new Map(all.map((text) => [text.join(" "), 1 / all.length]));

/** Draws each token of the next text from its own distribution given the text before. */
function advance(before: TextProbabilities, kernel: Kernel): TextProbabilities {
  const after = new Map<string, number>();
  for (const from of all) {
    const rows = kernel(from);
    for (const to of all) {
      const probability = (before.get(from.join(" ")) ?? 0) * rows[0]![to[0]!]! * rows[1]![to[1]!]!;
      after.set(to.join(" "), (after.get(to.join(" ")) ?? 0) + probability);
    }
  }
  return after;
}

function rowsOf(text: readonly number[], seed: number, temperature = 1): Float64Array[] {
  return text.map((_, index) => softmax(logits(text, index, { seed, tokens: TOKENS }).subarray(0, TOKENS), temperature));
}

async function distanceTo(expected: TextProbabilities, options: RefineOptions, seed: number): Promise<number> {
  const { masked } = modelOf({ seed, tokens: TOKENS });
  const actual = await exactDistribution(refine(options), { masked }, prompt, { maxNewTokens: 2 });
  return totalVariation(
    actual,
    new Map([...expected].map(([key, probability]) => [outputKey(key.split(" ").map(Number), "length"), probability])),
  );
}

/** Bayes' rule with the transition matrices: q(x_s | x_t, x_0) for x_s = 0, 1, 2 … */
function posterior(step: number, steps: number, current: number, clean: number, tokens = TOKENS): Float64Array {
  const transition = (keep: number, from: number, to: number): number => (from === to ? keep : 0) + (1 - keep) / tokens;
  const next = (step + 1) / steps;
  const joint = Float64Array.from(
    { length: tokens },
    (_, between) => transition(next, clean, between) * transition(step / (step + 1), between, current),
  );
  const total = joint.reduce((sum, weight) => sum + weight, 0);
  return joint.map((weight) => weight / total);
}

describe("uniform diffusion", () => {
  test("splits the posterior of Bayes' rule on the transition matrices into three routes", () => {
    for (const steps of [1, 2, 7]) {
      for (let step = 0; step < steps; step++) {
        for (const [current, clean] of [
          [1, 1],
          [1, 2],
        ] as const) {
          const routes = uniformRoutes({ step, steps, tokens: TOKENS, agrees: current === clean });
          expect(routes.clean + routes.stay + routes.noise).toBeCloseTo(1, 14);
          for (const [token, probability] of posterior(step, steps, current, clean).entries()) {
            const total = (token === clean ? routes.clean : 0) + (token === current ? routes.stay : 0) + routes.noise / TOKENS;
            expect(total).toBeCloseTo(probability, 14);
          }
        }
      }
    }
  });

  test.each(seeds)("one step and the last one have exactly the distribution of the reverse process, seed %d", async (seed) => {
    const first = advance(uniformTexts, (text) =>
      rowsOf(text, seed).map((row, index) => {
        const mixed = new Float64Array(TOKENS);
        for (const [clean, weight] of row.entries()) {
          for (const [token, probability] of posterior(0, 2, text[index]!, clean).entries()) mixed[token]! += weight * probability;
        }
        return mixed;
      }),
    );
    const last = advance(first, (text) => rowsOf(text, seed));
    expect(await distanceTo(last, d3pm({ blockLength: 2, steps: 2 }), seed)).toBeLessThan(1e-12);
  });
});

describe("redecide", () => {
  test.each(seeds)("one step and the last one have exactly the distribution of the published rule, seed %d", async (seed) => {
    const bound = 0.9;
    const temperatures = [1.5, 1];
    const accepting = advance(uniformTexts, (text) => {
      const rows = rowsOf(text, seed, temperatures[0]);
      const [low, high] = rows
        .map(entropyOf)
        .map((entropy, index) => ({ entropy, index }))
        .toSorted((a, b) => a.entropy - b.entropy);
      const both = low!.entropy <= bound;
      return rows.map((row, index) => (both || index !== high!.index ? row : new Float64Array(TOKENS).fill(1 / TOKENS)));
    });
    const last = advance(accepting, (text) =>
      rowsOf(text, seed).map((row) => row.map((probability) => (probability === Math.max(...row) ? 1 : 0))),
    );
    const temperature = { first: 1.5, last: 0.5 };
    expect(await distanceTo(last, diffusionGemma({ blockLength: 2, steps: 2, bound, temperature }), seed)).toBeLessThan(1e-12);
  });

  test("ends with the most likely tokens once they are stable and certain", async () => {
    const masked = memoryMaskedModel({
      vocabSize: 5,
      contextLength: 9,
      maskTokenId: 4,
      logitsAt: (_prefix, _canvas, index) => Float32Array.from({ length: 5 }, (_, token) => (token === index ? 20 : 0)),
    });
    // From the second pass on nothing changes, and the same canvas is not read again.
    for (const [stabilityThreshold, passes] of [
      [0, 1],
      [1, 2],
      [3, 2],
    ] as const) {
      const decoder = refine(diffusionGemma({ blockLength: 4, stabilityThreshold }));
      const { tokens, events } = await collectDecode(decoder.decode({ masked }, prompt, { maxNewTokens: 4 }));
      expect([...tokens]).toEqual([0, 1, 2, 3]);
      expect(events.filter((event) => event.type === "forward-end" && event.phase === "refine")).toHaveLength(passes);
    }
  });

  test("runs all its steps if the model stays uncertain", async () => {
    const { masked, read } = modelOf({ seed: 1, tokens: 6 });
    await collectDecode(refine(diffusionGemma({ blockLength: 4, steps: 9 })).decode({ masked }, prompt, { maxNewTokens: 4 }));
    expect(read).toHaveLength(9);
  });

  test("with masks, masks positions that are not accepted and reads accepted tokens", async () => {
    const { masked, read } = modelOf({ seed: 1, tokens: 6 });
    const options: RefineOptions = { revise: redecide(), noise: "absorbing", steps: 4, blockLength: 4 };
    await collectDecode(refine(options).decode({ masked }, prompt, { maxNewTokens: 4 }));
    expect(read.map((canvas) => canvas.filter((token) => token === 6).length)).toEqual([4, 3, 3, 3]);
  });
});

describe("a canvas of random tokens", () => {
  const settings: Readonly<Record<string, RefineOptions>> = {
    "one per step": { noise: "uniform", blockLength: 4 },
    "remaining positions shown": { noise: "uniform", blockLength: 4, canvas: "remaining" },
    "fast-dllm": { ...fastDllm({ blockLength: 4, threshold: 0.4 }), noise: "uniform" },
    "mask-predict": { ...maskPredict({ blockLength: 4, steps: 5 }), noise: "uniform" },
    reopening: { ...fastDllm({ blockLength: 4, threshold: 0.3 }), noise: "uniform", revise: remaskDoubted({ threshold: 0.4 }), steps: 12 },
    d3pm: d3pm({ blockLength: 4, steps: 5 }),
    "diffusion-gemma": diffusionGemma({ blockLength: 4, steps: 6 }),
  };

  test.each(Object.entries(settings))("never shows the model a mask, and never commits one: %s", async (_, options) => {
    const { masked, read } = modelOf({ seed: 2, tokens: 6 });
    const { tokens } = await collectDecode(refine(options).decode({ masked }, prompt, { maxNewTokens: 8, seed: 3 }));
    const { blockLength: __, canvas: ___, ...fill } = options;
    const text = [1, 2, 6, 3, 6, 4];
    for (const gaps of [rewrite({ ...fill, text, positions: [2, 4] }), infill({ ...fill, suffix: [5, 1], length: 3 })]) {
      tokens.set((await collectDecode(gaps.decode({ masked }, prompt, { maxNewTokens: 8, seed: 3 }))).tokens);
      expect(tokens).not.toContain(6);
    }
    expect(read.length).toBeGreaterThan(4);
    for (const canvas of read) expect(canvas).not.toContain(6);
  });

  test("begins with any token but the mask, uniformly", async () => {
    const counts = new Float64Array(4);
    for (let seed = 0; seed < 500; seed++) {
      const { masked, read } = modelOf({ seed: 1, tokens: 3 });
      await collectDecode(refine({ noise: "uniform", steps: 1 }).decode({ masked }, prompt, { maxNewTokens: 4, seed }));
      for (const token of read[0]!) counts[token]!++;
    }
    expect(counts[3]).toBe(0);
    // 2000 draws of probability 1/3: standard deviation 21.
    for (const token of [0, 1, 2]) expect(Math.abs(counts[token]! - 2000 / 3)).toBeLessThan(85);
  });

  test("keeps its noise at undecided positions, and draws new noise where a token is remasked", async () => {
    const { masked, read } = modelOf({ seed: 4, tokens: 1000 });
    const remaskFirst = { name: "remask-first", needsPredictions: false, start: () => () => ({ remask: [0] }), shouldContinue: () => true };
    const decoder = refine({ noise: "uniform", revise: remaskFirst, steps: 4 });
    await collectDecode(decoder.decode({ masked }, prompt, { maxNewTokens: 6 }));
    const [first, second] = read;
    expect(second![0]).not.toBe(first![0]);
    // The two positions of the first step, the best ones of 6 in 4 steps, have tokens; the others have their noise.
    expect(first!.filter((token, position) => token !== second![position]).length).toBeLessThanOrEqual(3);
  });

  test.each([{ noise: "absorbing", revise: uniformPosterior().revise }, { noise: "random" }])("is rejected with %o", (options) => {
    expect(() => refine(options as RefineOptions)).toThrow(InvalidOptionError);
  });

  test.each([() => redecide({ stabilityThreshold: -1 }), () => redecide({ confidenceThreshold: -1 }), () => diffusionGemma({ bound: -1 })])(
    "%o is rejected",
    (create) => {
      expect(create).toThrow(InvalidOptionError);
    },
  );
});
