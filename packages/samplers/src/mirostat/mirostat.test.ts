import { InvalidOptionError, seededRandom, softmax } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { mirostat, mirostat1 } from "./mirostat.ts";

const VOCAB = 300;
const PROMPT = [1, 2];
const TAU = 2;
const ETA = 0.4;

function rowAfter(prefix: ArrayLike<number>): Float32Array {
  const seed = Array.from(prefix).reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, 3);
  const random = seededRandom(seed);
  return Float32Array.from({ length: VOCAB }, () => 12 * random.uniform() ** 3);
}

interface Reference {
  /** Returns the tokens that are kept, with their probabilities before that, most likely first. */
  truncate(sorted: readonly (readonly [token: number, probability: number])[], mu: number): number;
}

/** Both algorithms as the paper states them, with a mu that each token changes. */
const references: Readonly<Record<string, Reference>> = {
  mirostat: { truncate: (sorted, mu) => Math.max(1, sorted.filter(([, probability]) => -Math.log2(probability) <= mu).length) },
  mirostat1: {
    truncate(sorted, mu) {
      let products = 0;
      let squares = 0;
      for (let rank = 0; rank < 99; rank++) {
        const t = Math.log((rank + 2) / (rank + 1));
        const b = Math.log(sorted[rank]![1] / sorted[rank + 1]![1]);
        products += t * b;
        squares += t * t;
      }
      const s = products / squares;
      const epsilon = s - 1;
      const k = ((epsilon * 2 ** mu) / (1 - VOCAB ** -epsilon)) ** (1 / s);
      return Math.max(1, Math.min(VOCAB, Math.trunc(k)));
    },
  },
};

/** Returns the distribution at each position of a text, of a sampler that keeps its state from token to token. */
function stateful(reference: Reference, text: readonly number[]): readonly ReadonlyMap<number, number>[] {
  let mu = 2 * TAU;
  return text.map((chosen, position) => {
    const probabilities = softmax(rowAfter([...PROMPT, ...text.slice(0, position)]));
    const sorted = [...probabilities].map((probability, token) => [token, probability] as const).toSorted((a, b) => b[1] - a[1]);
    const kept = sorted.slice(0, reference.truncate(sorted, mu));
    const sum = kept.reduce((total, [, probability]) => total + probability, 0);
    const distribution = new Map(kept.map(([token, probability]) => [token, probability / sum]));
    const surprise = distribution.get(chosen);
    if (surprise !== undefined) mu -= ETA * (-Math.log2(surprise) - TAU);
    return distribution;
  });
}

const settings = { tau: TAU, eta: ETA };

describe.each([
  ["mirostat", () => mirostat(settings)],
  ["mirostat1", () => mirostat1(settings)],
] as const)("%s", (name, create) => {
  const contextOf = (output: readonly number[]) => ({ tokens: Int32Array.from([...PROMPT, ...output]), promptLength: PROMPT.length });
  const processed = (process: ReturnType<typeof create>, output: readonly number[]): Map<number, number> => {
    const row = rowAfter([...PROMPT, ...output]);
    process(row, contextOf(output));
    return new Map([...softmax(row)].flatMap((probability, token) => (probability > 0 ? [[token, probability] as const] : [])));
  };

  /** A text whose tokens are drawn from what the sampler leaves. */
  function drawText(length: number, seed: number): number[] {
    const random = seededRandom(seed);
    const process = create();
    const text: number[] = [];
    while (text.length < length) {
      const left = [...processed(process, text)];
      text.push(left[random.categorical(left.map(([, probability]) => probability))]![0]);
    }
    return text;
  }

  function expectSame(actual: ReadonlyMap<number, number>, expected: ReadonlyMap<number, number>): void {
    expect([...actual.keys()].toSorted((a, b) => a - b)).toEqual([...expected.keys()].toSorted((a, b) => a - b));
    for (const [token, probability] of expected) expect(actual.get(token)).toBeCloseTo(probability, 6);
  }

  test.each([1, 2, 3])("is what the algorithm with a state gives, token by token: text %s", (seed) => {
    const text = drawText(30, seed);
    const expected = stateful(references[name]!, text);
    const process = create();
    const counts = text.map((_, position) => {
      const actual = processed(process, text.slice(0, position));
      expectSame(actual, expected[position]!);
      return actual.size;
    });
    // The limit moves.
    expect(new Set(counts).size).toBeGreaterThan(3);
  });

  test("is the same after rejected drafts, on branches, and again from an earlier position", () => {
    const text = drawText(12, 4);
    const other = drawText(12, 5);
    const [ofText, ofOther] = [text, other].map((each) => stateful(references[name]!, each));
    const process = create();
    for (const position of text.keys()) {
      expectSame(processed(process, text.slice(0, position)), ofText![position]!);
      expectSame(processed(process, other.slice(0, position)), ofOther![position]!);
      if (position > 1) expectSame(processed(process, text.slice(0, position - 1)), ofText![position - 1]!);
    }
  });

  test("a token that was excluded, as in a draft that will be rejected, leaves the limit as it is", () => {
    const process = create();
    const left = processed(process, []);
    const excluded = Array.from({ length: VOCAB }, (_, token) => token).find((token) => !left.has(token))!;
    expect(() => processed(process, [excluded])).not.toThrow();
  });

  test("a row whose position before was never processed is an error that says so", () => {
    expect(() => processed(create(), [5, 6])).toThrow(InvalidOptionError);
    expect(() => processed(create(), [5, 6])).toThrow(/rows must be processed for every position of the output, in order/u);
  });
});
