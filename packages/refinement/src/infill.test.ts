import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { collectDecode, exactDistribution, jointModel, memoryMaskedModel, randomJoint } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { entropy, infill, type InfillOptions, randomOrder, rewrite, type RewriteOptions } from "./index.ts";

const prompt = Int32Array.of(0);
const joint = randomJoint(seededRandom(4), { tokens: 3, length: 4 });
const model = jointModel({ joint });

/** Probabilities of the tokens at `free` given the others, keyed by their joined meanings, as in `exactDistribution`. */
function expectedFill(known: readonly number[], free: readonly number[]): Map<string, number> {
  const texts = [...joint.probabilities.entries()].map(([text, probability]) => ({
    tokens: [0, 1, 2, 3].map((at) => Math.floor(text / 3 ** (3 - at)) % 3),
    probability,
  }));
  const matching = texts.filter(({ tokens }) => tokens.every((token, at) => free.includes(at) || token === known[at]));
  const total = matching.reduce((sum, { probability }) => sum + probability, 0);
  return new Map(matching.map(({ tokens, probability }) => [free.map((at) => tokens[at]).join(" "), probability / total]));
}

async function expectExact(decoder: ReturnType<typeof infill>, expected: Map<string, number>, places: readonly number[]): Promise<void> {
  const actual = new Map<string, number>();
  for (const [key, probability] of await exactDistribution(decoder, { masked: model }, prompt, { maxNewTokens: 4 })) {
    const tokens = key.split(" ");
    const meaning = places.map((place) => model.meaning(Number(tokens[place]))).join(" ");
    actual.set(meaning, (actual.get(meaning) ?? 0) + probability);
  }
  expect(actual.size).toBe(expected.size);
  for (const [key, probability] of expected) expect(Math.abs(actual.get(key)! - probability)).toBeLessThan(1e-12);
}

describe("at one token per step", () => {
  test.each([randomOrder(), entropy()])("infill draws from the distribution of the gap given both sides, by $name", async (select) => {
    const decoder = infill({ select, temperature: 1, length: 2, suffix: [2, 1] });
    await expectExact(decoder, expectedFill([0, 0, 2, 1], [0, 1]), [0, 1]);
  });

  test("rewrite draws from the distribution of its positions given all others", async () => {
    const decoder = rewrite({ select: randomOrder(), temperature: 1, text: [1, 0, 2, 2], positions: [3, 1] });
    await expectExact(decoder, expectedFill([1, 0, 2, 2], [1, 3]), [1, 3]);
  });
});

const MASK = 5;
const ONE = 1;

/** A model that predicts token 1 everywhere, with the logit `logitOf(canvas)`. */
const certainModel = (logitOf: (canvas: Int32Array) => number): ReturnType<typeof memoryMaskedModel> =>
  memoryMaskedModel({
    vocabSize: 6,
    contextLength: 16,
    maskTokenId: MASK,
    logitsAt(_prefix, canvas) {
      const row = new Float32Array(6);
      row[ONE] = logitOf(canvas);
      return row;
    },
  });

describe("a range of lengths", () => {
  test.each([
    { mostCertain: 3, expected: 3 },
    { mostCertain: 2, expected: 2 },
    { mostCertain: 9, expected: 2 },
  ])("chooses the length whose empty gap is most certain, the shortest among equals: $mostCertain", async ({ mostCertain, expected }) => {
    const masked = certainModel((canvas) => (canvas.length === mostCertain + 2 ? 5 : 3));
    const decoder = infill({ suffix: [2, 3], length: { minimum: 2, maximum: 4 } });
    const { tokens, events } = await collectDecode(decoder.decode({ masked }, prompt, { maxNewTokens: 8 }));
    expect([...tokens]).toEqual(Array.from({ length: expected }, () => ONE));
    const positions = events.flatMap((event) => (event.type === "forward-end" ? [event.positions] : []));
    expect(positions.slice(0, 4)).toEqual([1, 4, 5, 6]);
  });
});

test("a gap is cut to maxNewTokens, and ends at a stop token", async () => {
  const masked = certainModel(() => 5);
  const decoder = infill({ suffix: [2, 3], length: 4 });
  const cut = await collectDecode(decoder.decode({ masked }, prompt, { maxNewTokens: 3 }));
  expect([[...cut.tokens], cut.finishReason]).toEqual([[ONE, ONE, ONE], "length"]);
  const stopped = await collectDecode(decoder.decode({ masked }, prompt, { maxNewTokens: 8, stopTokens: [ONE] }));
  expect([[...stopped.tokens], stopped.finishReason]).toEqual([[], "stop"]);
});

test("a suffix that does not fit is a ContextLengthError, a token outside the vocabulary an InvalidOptionError", async () => {
  const decode = (options: InfillOptions): Promise<unknown> =>
    collectDecode(infill(options).decode({ masked: certainModel(() => 5) }, prompt, { maxNewTokens: 4 }));
  await expect(decode({ suffix: new Int32Array(14), length: 2 })).rejects.toMatchObject({ code: "CONTEXT_LENGTH" });
  await expect(decode({ suffix: [1, 6], length: 2 })).rejects.toThrow(
    "infill: suffix[1] must be a token id in [0, 6), not the mask token, got 6.",
  );
  await expect(decode({ suffix: [MASK], length: 2 })).rejects.toThrow(InvalidOptionError);
  const rewriting = rewrite({ text: [MASK, 1, MASK], positions: [0] });
  await expect(collectDecode(rewriting.decode({ masked: certainModel(() => 5) }, prompt, { maxNewTokens: 4 }))).rejects.toThrow(
    "rewrite: text[2]",
  );
});

test.each([
  {},
  { suffix: [1] },
  { length: 1 },
  { suffix: [], length: 1 },
  { suffix: [0.5], length: 1 },
  { suffix: [1], length: 0 },
  { suffix: [1], length: { minimum: 3, maximum: 2 } },
  { suffix: [1], length: { minimum: 1 } },
  { suffix: [1], length: { minimum: 1, maximum: 2, step: 1 } },
  { suffix: [1], length: 1, blockLength: 4 },
  { suffix: [1], length: 1, steps: 0 },
])("infill rejects %o", (options) => {
  expect(() => infill(options as unknown as InfillOptions)).toThrow(InvalidOptionError);
});

test.each([
  {},
  { text: [1, 2] },
  { text: [], positions: [] },
  { text: [1, 2], positions: [] },
  { text: [1, 2], positions: [2] },
  { text: [1, 2], positions: [1, 1] },
  { text: [1, 2], positions: [0.5] },
])("rewrite rejects %o", (options) => {
  expect(() => rewrite(options as unknown as RewriteOptions)).toThrow(InvalidOptionError);
});
