import { type CausalModel, logSoftmax, seededRandom } from "@decodekit/core";
import { memoryModel } from "@decodekit/core/testing";
import { bestOfN, searchBeams } from "@decodekit/search";
import { describe, expect, test } from "vitest";
import { choices } from "./choices.ts";
import { compileConstraint } from "./compile-constraint.ts";
import { modelOf } from "./models-for-tests.ts";
import { withConstraint } from "./with-constraint.ts";

const PIECES = ["a", "b", "ab", "c"];
const named = modelOf(PIECES);
const texts = ["a", "abab", "ba", "bacab", "abc", "ccc", "cab"];
const constraint = compileConstraint(named, choices(texts));
const PROMPT = Int32Array.of(3, 0);

/** Logits that depend on the whole prefix. */
function rowAfter(prefix: ArrayLike<number>, seed: number): Float32Array {
  const random = seededRandom(Array.from(prefix).reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, seed));
  return Float32Array.from({ length: PIECES.length + 1 }, () => 4 * random.uniform());
}

const causalModel = (seed: number): CausalModel =>
  memoryModel({ vocabSize: PIECES.length + 1, contextLength: 32, tree: true, logitsAfter: (prefix) => rowAfter(prefix, seed) });
const languageModel = (seed: number) => ({ ...named, name: "tiny", causal: causalModel(seed) });

/** Every way to write a text in tokens, with the sum of its log-probabilities under the masked rows, the stop token included. */
function everyOutput(seed: number): readonly { readonly tokens: readonly number[]; readonly score: number }[] {
  const outputs: { readonly tokens: readonly number[]; readonly score: number }[] = [];
  const visit = (tokens: readonly number[], text: string, score: number): void => {
    const isAllowed = (token: number): boolean =>
      token === named.stop ? texts.includes(text) : texts.some((each) => each.startsWith(text + PIECES[token]));
    const row = rowAfter([...PROMPT, ...tokens], seed).map((logit, token) => (isAllowed(token) ? logit : -Infinity));
    const logProbabilities = logSoftmax(row);
    for (const [token, logit] of row.entries()) {
      if (logit === -Infinity) continue;
      const total = score + logProbabilities[token]!;
      if (token === named.stop) outputs.push({ tokens, score: total });
      else visit([...tokens, token], text + PIECES[token], total);
    }
  };
  visit([], "", 0);
  return outputs.toSorted((a, b) => b.score - a.score);
}

describe.each([1, 2, 3, 4])("model %s", (seed) => {
  test("beam search under a constraint finds the best valid outputs, in order", async () => {
    const expected = everyOutput(seed);
    const beams = 24;
    expect(beams).toBeGreaterThan(expected.length);
    const { hypotheses } = await searchBeams(languageModel(seed), PROMPT, {
      beams,
      lengthPenalty: 0,
      earlyStopping: "never",
      maxNewTokens: 8,
      processors: [constraint.processor],
    });
    expect(hypotheses.slice(0, expected.length).map(({ tokens }) => [...tokens])).toEqual(expected.map(({ tokens }) => tokens));
    for (const [index, { score }] of expected.entries()) expect(hypotheses[index]!.score).toBeCloseTo(score, 5);
  });

  test("every sample of best of n is valid on a model under the constraint", async () => {
    const causal = withConstraint(causalModel(seed), constraint, { promptLength: PROMPT.length });
    const decoder = bestOfN({ n: 4 });
    const output: number[] = [];
    for await (const event of decoder.decode({ causal }, PROMPT, { maxNewTokens: 8, stopTokens: named.stopTokens, seed })) {
      if (event.type === "tokens-commit") output.push(...event.tokens);
    }
    expect(texts).toContain(output.map((token) => PIECES[token]).join(""));
  });
});

test("a session under a constraint masks each row by its own output, after rewinds and in forks", async () => {
  const session = await withConstraint(causalModel(1), constraint, { promptLength: 2 }).createSession();
  const allowedIn = (row: Float32Array): readonly number[] => [...row.keys()].filter((token) => row[token]! > -Infinity);
  const logits = await session.forward(Int32Array.of(3, 0, 1, 0), { rows: "all" });
  expect(allowedIn(logits.row(1))).toEqual([0, 1, 2, 3]);
  expect(allowedIn(logits.row(2))).toEqual([0]);
  expect(allowedIn(logits.row(3))).toEqual([3, named.stop]);
  await session.rewindTo(2);
  const fork = await session.fork!();
  expect(allowedIn((await session.forward(Int32Array.of(3))).row(0))).toEqual([0, 2, 3]);
  expect(allowedIn((await fork.forward(Int32Array.of(2))).row(0))).toEqual([0, 2, 3]);
  await Promise.all([session.dispose(), fork.dispose()]);
});

test.each([
  [constraint, { promptLength: -1 }, "withConstraint: promptLength must be an integer >= 0, got -1"],
  [constraint, {}, "withConstraint: promptLength must be an integer >= 0"],
  [constraint, undefined, "withConstraint: options must be an object"],
  [choices(["a"]), { promptLength: 2 }, "withConstraint: constraint must be a compiled constraint"],
])("rejects %o, %o", (given, options, message) => {
  expect(() => withConstraint(causalModel(1), given as never, options as never)).toThrow(message);
});

test("stop tokens outside the model's vocabulary are an error where a text must end", () => {
  const { processor } = compileConstraint(named, choices(texts), { stopTokens: [999] });
  const process = (): void => processor(new Float32Array(5), { tokens: Int32Array.of(2, 2), promptLength: 0 });
  expect(process).toThrow("stopTokens must be below 5, at least one of them");
});
