import { greedySampler, InvalidOptionError, type LogitsProcessor, type Sampler, seededRandom, softmax } from "@decodekit/core";
import { collectDecode, memoryModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { growTree } from "./candidate-tree.ts";
import { copyTracker } from "./copy-tracker.ts";
import { judgedTree, type JudgedTreeOptions } from "./judged-tree.ts";
import { chooseToken } from "./choose-token.ts";
import { successorsIn } from "./row-successors.ts";
import { successorTable } from "./token-recycling.ts";

const VOCAB = 6;
const STOP = 5;
const CONTEXT = 40;
const prompt = [3, 1, 4, 3];

/** Rows that depend on the last two tokens, so that texts repeat themselves. */
function logitsAfter(prefix: readonly number[], seed: number): Float32Array {
  const random = seededRandom(seed).fork(100 * (prefix.at(-2) ?? 9) + prefix.at(-1)!);
  return Float32Array.from({ length: VOCAB }, (_, token) => 3 * random.uniform() - (token === STOP ? 1.5 : 0));
}

type Settings = { readonly [Name in Exclude<keyof JudgedTreeOptions, "prior" | "sampler">]-?: NonNullable<JudgedTreeOptions[Name]> } & {
  readonly sampler: Sampler | undefined;
};

interface Shown {
  readonly commits: number[][];
  /** Number of tokens read in each pass. */
  readonly passes: number[];
}

/** The definition of the decoder: every path of a tree is computed by itself, and every row from the whole text. */
function byDefinition(options: Settings, seed: number, newTokens: number): Shown {
  const { natsPerToken, nodes, depth, rowCost, branches, processors, sampler } = options;
  const text = [...prompt];
  const rowAfter = (path: readonly number[]): Float32Array => logitsAfter([...text, ...path], seed);
  const choiceAfter = (path: readonly number[]) => {
    const tokens = Int32Array.from([...text, ...path]);
    return chooseToken(
      { processors, sampler },
      rowAfter(path),
      { tokens, promptLength: prompt.length },
      seededRandom(seed).fork(tokens.length),
    );
  };
  const table = successorTable();
  const copy = copyTracker(Int32Array.from(prompt));
  table.learn(prompt.at(-2)!, prompt.at(-1)!, successorsIn(rowAfter([]), branches));
  const shown: Shown = { commits: [], passes: [prompt.length] };
  const limit = Math.min(prompt.length + newTokens, CONTEXT);
  for (let tokens = [choiceAfter([]).token]; ;) {
    const stop = tokens.indexOf(STOP);
    const committed = tokens.slice(0, Math.min(stop < 0 ? Infinity : stop, limit - text.length));
    if (committed.length > 0) shown.commits.push(committed);
    text.push(...committed);
    if (stop >= 0 && committed.length === stop) return shown;
    if (text.length === limit) return shown;
    copy.observe(Int32Array.from(committed));
    const remaining = limit - text.length;
    const room = remaining > 1 ? Math.min(nodes, CONTEXT - text.length) : 0;
    const limits = { nodes: room, depth: Math.min(depth, remaining - 1), rowCost };
    const previous = text.at(-2) ?? -1;
    const sources = { successors: table, copy, copyEnd: text.length, excluded: new Set([STOP]) };
    const tree = growTree(previous, text.at(-1)!, sources, limits);
    shown.passes.push(tree.tokens.length);
    const pathTo = (node: number): readonly number[] => (node <= 0 ? [] : [...pathTo(tree.parents[node]!), tree.tokens[node]!]);
    for (const [node, token] of tree.tokens.entries())
      table.learn(node === 0 ? previous : tree.tokens[tree.parents[node]!]!, token, successorsIn(rowAfter(pathTo(node)), branches));
    const ngrams = new Set(text.flatMap((_, index) => (index < 3 ? [] : [text.slice(index - 3, index + 1).join()])));
    const valueOf = (path: readonly number[]): number =>
      path.reduce((value, token, index) => {
        const before = path.slice(0, index);
        const { token: own, natsBelowChoice } = choiceAfter(before);
        if (token === own) return value + natsPerToken;
        const repeats = ngrams.has([...text, ...before, token].slice(-4).join());
        return natsPerToken === 0 || repeats ? -Infinity : value + natsPerToken - natsBelowChoice(token);
      }, 0);
    let best: readonly number[] = [];
    for (const node of tree.tokens.keys()) {
      const path = pathTo(node);
      const gain = valueOf(path) - valueOf(best);
      if (gain > 0 || (gain === 0 && path.length > best.length)) best = path;
    }
    tokens = [...best, choiceAfter(best).token];
  }
}

const plain: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};
const forbid0: LogitsProcessor = (row) => void (row[0] = -Infinity);

const settings: readonly Settings[] = [
  { natsPerToken: 1, nodes: 8, depth: 4, rowCost: 0, branches: 3, processors: [], sampler: undefined },
  { natsPerToken: 0.3, nodes: 20, depth: 6, rowCost: 0.02, branches: 2, processors: [forbid0], sampler: greedySampler },
  { natsPerToken: 0, nodes: 12, depth: 3, rowCost: 0.2, branches: 4, processors: [], sampler: plain },
  { natsPerToken: 0.8, nodes: 5, depth: 9, rowCost: 0, branches: 1, processors: [], sampler: plain },
];

describe.each(settings)("the judged tree by definition: natsPerToken $natsPerToken, $nodes nodes", (options) => {
  test.each([0, 1, 2, 3, 4, 5])("seed %d", async (seed) => {
    for (const newTokens of [1, 2, 9, 60]) {
      const causal = memoryModel({
        vocabSize: VOCAB,
        contextLength: CONTEXT,
        tree: true,
        logitsAfter: (prefix) => logitsAfter([...prefix], seed),
      });
      const decode = judgedTree(options).decode({ causal }, Int32Array.from(prompt), { maxNewTokens: newTokens, stopTokens: [STOP], seed });
      const { events } = await collectDecode(decode);
      const shown: Shown = {
        commits: events.flatMap((event) => (event.type === "tokens-commit" ? [[...event.tokens]] : [])),
        passes: events.flatMap((event) => (event.type === "forward-end" ? [event.positions] : [])),
      };
      expect(shown).toEqual(byDefinition(options, seed, newTokens));
      for (const event of events)
        if (event.type === "forward-end" && event.phase !== "prefill") expect(event.phase).toBe(event.positions > 1 ? "verify" : "decode");
    }
  });
});

test.each([
  [{ prior: null }, "judgedTree: prior must be a SuccessorPrior, as readSuccessors() returns it, got null."],
  [{ prior: {} }, "judgedTree: prior must be a SuccessorPrior, as readSuccessors() returns it, got an object."],
  [{ sampler: null }, "judgedTree: sampler must be a Sampler, for example topPSampler(), got null."],
  [{ processors: forbid0 }, "judgedTree: processors must be an array of functions"],
  [{ processors: [forbid0, 1] }, "judgedTree: processors must be an array of functions"],
  [{ rowCost: -1 }, "judgedTree: rowCost must be a number >= 0, got -1."],
  [{ depth: 0 }, "judgedTree: depth must be an integer >= 1, got 0."],
] as const)("rejects %o", (options, message) => {
  expect(() => judgedTree(options as unknown as JudgedTreeOptions)).toThrow(InvalidOptionError);
  expect(() => judgedTree(options as unknown as JudgedTreeOptions)).toThrow(message);
});

test("accepts a prior and no processors", () => {
  expect(judgedTree({ prior: { after: () => [] }, processors: [] }).name).toBe("judged-tree");
});

test("the decode rejects a model that cannot read trees", async () => {
  const causal = memoryModel({ vocabSize: VOCAB, contextLength: CONTEXT, logitsAfter: (prefix) => logitsAfter([...prefix], 0) });
  const decode = judgedTree().decode({ causal }, Int32Array.from(prompt), { maxNewTokens: 2 });
  await expect(collectDecode(decode)).rejects.toThrow(
    'judgedTree: the causal model must be able to read trees (capabilities.tree), got "one that is not".',
  );
});
