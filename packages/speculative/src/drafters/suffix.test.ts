import { greedySampler, InvalidOptionError, seededRandom, type TokenId } from "@decodekit/core";
import { expect, test } from "vitest";
import { suffix, type SuffixOptions } from "./suffix.ts";

const VOCAB_SIZE = 50;

interface Proposing {
  readonly prompt: readonly TokenId[];
  /** The tokens committed before each further draft. */
  readonly commits?: readonly (readonly TokenId[])[];
  readonly max?: number;
}

/** The drafts of one decode: after the prompt, and after each commit. */
async function drafts(drafter: ReturnType<typeof suffix>, { prompt, commits = [], max = 8 }: Proposing): Promise<number[][]> {
  const session = await drafter.start({
    models: {},
    prompt: Int32Array.from(prompt),
    vocabSize: VOCAB_SIZE,
    stopTokens: new Set(),
    sampler: greedySampler,
    usesProbabilities: false,
    signal: undefined,
    openSession: () => expect.unreachable(),
    openMaskedSession: () => expect.unreachable(),
  });
  const proposed: number[][] = [];
  const propose = async (): Promise<void> => {
    const draft = session.propose({ max, maxDepth: max, random: seededRandom(1) });
    proposed.push([...(await (draft as Promise<{ readonly tokens: Int32Array }>)).tokens]);
  };
  await propose();
  for (const tokens of commits) {
    session.observe({ tokens: Int32Array.from(tokens), drafted: 0, accepted: 0 });
    await propose();
  }
  return proposed;
}

const draftOf = async (options: SuffixOptions, prompt: readonly TokenId[], max = 8): Promise<number[]> =>
  (await drafts(suffix(options), { prompt, max }))[0]!;
const texts = (...all: readonly (readonly TokenId[])[]): readonly Int32Array[] => all.map((text) => Int32Array.from(text));

test("proposes what followed the end of the text in the prompt, up to the requested length", async () => {
  expect(await draftOf({}, [1, 2, 3, 4, 1, 2], 2)).toEqual([3, 4]);
  expect(await draftOf({}, [1, 2, 3, 4, 1, 2], 1)).toEqual([3]);
  expect(await draftOf({}, [1, 2, 3, 4])).toEqual([]);
});

test("proposes what followed it in the corpus, in every decode; decodes do not learn from each other", async () => {
  const drafter = suffix({ corpus: texts([1, 2, 3, 4], [9, 7]) });
  expect(await drafts(drafter, { prompt: [8, 1, 2] })).toEqual([[3, 4]]);
  expect(await drafts(drafter, { prompt: [5, 6, 5, 9] })).toEqual([[7]]);
  expect(await drafts(drafter, { prompt: [5] })).toEqual([[]]);
  expect(await draftOf({}, [8, 1, 2])).toEqual([]);
});

test("counts committed tokens like the prompt, each exactly once", async () => {
  expect(await drafts(suffix(), { prompt: [1, 2], commits: [[3], [1, 2]], max: 1 })).toEqual([[], [], [3]]);
  // "1 2" and "1 3" occur once each: among equals the first wins, unless one is counted twice.
  expect(await drafts(suffix({ minProbability: 0.05 }), { prompt: [1, 2], commits: [[1, 3], [1]], max: 1 })).toEqual([[], [], [2]]);
});

test("looks up at most the last maxMatch tokens of the text", async () => {
  const corpus = texts([5, 1, 7], [6, 1, 8], [6, 1, 8]);
  const settings = { corpus, minProbability: 0.3 };
  expect(await draftOf({ ...settings, maxMatch: 2 }, [5, 1], 1)).toEqual([7]);
  expect(await draftOf({ ...settings, maxMatch: 1 }, [5, 1], 1)).toEqual([8]);
});

test("looks up at least minMatch tokens, which may equal maxMatch", async () => {
  const corpus = texts([5, 1, 7]);
  expect(await draftOf({ corpus, minMatch: 2, maxMatch: 2 }, [5, 1])).toEqual([7]);
  expect(await draftOf({ corpus, minMatch: 2, maxMatch: 2 }, [6, 1])).toEqual([]);
});

test("the probability of the whole draft is at least minProbability", async () => {
  const corpus = texts([1, 2, 3], [1, 2, 4]);
  expect(await draftOf({ corpus }, [1])).toEqual([2]);
  expect(await draftOf({ corpus, minProbability: 0.1 }, [1])).toEqual([2, 3]);
});

test.each([
  [
    [1, 0, VOCAB_SIZE - 1, 3],
    [0, VOCAB_SIZE - 1, 3],
  ],
  [[1, 2, VOCAB_SIZE, 3], [2]],
  [[1, 2, -1, 3], [2]],
  [[1, VOCAB_SIZE], []],
])("a draft from the corpus %j ends before a token that is not in the vocabulary", async (text, expected) => {
  expect(await draftOf({ corpus: texts(text), minProbability: 0 }, [1])).toEqual(expected);
});

test.each([
  [{ corpus: [Int32Array.of(1), [2]] }, "corpus must be an array of Int32Array"],
  [{ corpus: Int32Array.of(1) }, "corpus must be an array of Int32Array"],
  [{ minMatch: 17 }, "minMatch must be at most maxMatch, 16, got 17"],
  [{ minMatch: 3, maxMatch: 2 }, "minMatch must be at most maxMatch, 2, got 3"],
])("rejects %j", (options, message) => {
  expect(() => suffix(options as unknown as SuffixOptions)).toThrow(InvalidOptionError);
  expect(() => suffix(options as unknown as SuffixOptions)).toThrow(message);
});
