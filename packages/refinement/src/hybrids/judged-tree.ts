import {
  checkOptions,
  type DecodeEvent,
  type DecodeRun,
  type FinishReason,
  integerBetween,
  InvalidOptionError,
  type Logits,
  type LogitsProcessor,
  numberBetween,
  type OptionCheck,
  runDecode,
  type Sampler,
  type TokenId,
} from "@decodekit/core";
import { bestPath, type JudgedCandidates, type Said } from "./best-path.ts";
import type { BoundedDecoder } from "./bounded-decoder.ts";
import { type CandidateTree, growTree, type TreeLimits } from "./candidate-tree.ts";
import { copying } from "./copying.ts";
import { type Repetition, repetition } from "./repetition.ts";
import { saidBy } from "./saying.ts";
import { type SuccessorPrior, successorTable } from "./successors.ts";
import { joined } from "./two-streams.ts";

export interface JudgedTreeOptions {
  /** Nats of likelihood that one token more per pass may cost, >= 0. 0: the very tokens that would be said one by one. @defaultValue 1 */
  readonly worth?: number | undefined;
  /** Candidates that a pass reads beside the last token, an integer >= 1. @defaultValue 32 */
  readonly nodes?: number | undefined;
  /** Most tokens in a path, an integer >= 1. @defaultValue 16 */
  readonly depth?: number | undefined;
  /** Successors that are remembered of each token, an integer >= 1. @defaultValue 8 */
  readonly branches?: number | undefined;
  /** What may follow tokens that the decode has not read yet, see `readSuccessors`. @defaultValue none */
  readonly prior?: SuccessorPrior | undefined;
  /** Draws the tokens, those of a seed as in a decode that says one by one. @defaultValue none: the likeliest, as greedy decoding does */
  readonly sampler?: Sampler | undefined;
  /** Edit every row first. @defaultValue [] */
  readonly processors?: readonly LogitsProcessor[] | undefined;
}

const checks: Readonly<Record<keyof JudgedTreeOptions, OptionCheck>> = {
  worth: numberBetween(0, Infinity),
  nodes: integerBetween(1),
  depth: integerBetween(1),
  branches: integerBetween(1),
  prior: {
    expected: "what readSuccessors() gives",
    accepts: (value) => typeof (value as SuccessorPrior | null)?.after === "function",
  },
  sampler: {
    expected: "a sampler",
    accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
  },
  processors: {
    expected: "an array of functions",
    accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === "function"),
  },
};

type Settings = { readonly [Name in keyof Omit<JudgedTreeOptions, "prior" | "sampler">]-?: NonNullable<JudgedTreeOptions[Name]> } & {
  readonly prior: SuccessorPrior | undefined;
  readonly sampler: Sampler | undefined;
};

/**
 * Makes the decoder that has one causal pass judge a tree of candidates, and takes the path that gives the most tokens for the least
 * likelihood, see `bestPath`: where a slightly less likely token opens a path whose next tokens are read already, it is taken.
 * `worth` is the exchange rate. At 0 the output is greedy decoding's, or the sampler's, and the decoder lossless speculation; above
 * 0 it is not.
 *
 * The candidates cost no pass and no second model: what the model said last after each token (token recycling, Luo et al. 2024,
 * arXiv 2408.08696), and where the text repeats an earlier passage, its continuation, with replaced words replaced again. The
 * tree grows best first, to `nodes` candidates. Where other relaxed rules judge each token by itself (Medusa's typical
 * acceptance, arXiv 2401.10774), here paths compete as a whole. Needs `capabilities.tree`.
 * @throws InvalidOptionError for an unknown option or one out of range; at decoding for a model that reads no trees.
 */
export function judgedTree(options: JudgedTreeOptions = {}): BoundedDecoder<"causal"> {
  checkOptions("judgedTree", options, checks);
  const { worth = 1, nodes = 32, depth = 16, branches = 8, prior, sampler, processors = [] } = options;
  const settings = { worth, nodes, depth, branches, prior, sampler, processors };
  const decoder: BoundedDecoder<"causal"> = {
    name: "judged-tree",
    requires: ["causal"],
    lossless: worth === 0,
    mostPasses: (newTokens) => newTokens,
    decode: (models, prompt, decodeOptions) => runDecode(decoder, models, prompt, decodeOptions, (run) => decodeTrees(run, settings)),
  };
  return decoder;
}

async function* decodeTrees(run: DecodeRun<"causal">, settings: Settings): AsyncGenerator<DecodeEvent, FinishReason, void> {
  if (!run.models.causal.capabilities.tree) {
    const expected = "able to read trees (capabilities.tree)";
    throw new InvalidOptionError({ where: "judgedTree", option: "the causal model", expected, actual: "one that is not" });
  }
  const target = await run.openSession("causal");
  const successors = successorTable(settings.branches, settings.prior);
  const copy = copying(run.tokens);
  const repeated = repetition();
  repeated.observe(run.tokens);
  const prefill = yield* target.forward(run.tokens, "prefill", "all");
  for (const [index, token] of run.tokens.entries()) successors.learn(run.tokens[index - 1] ?? -1, token, prefill.row(index));
  let tokens: Int32Array = Int32Array.of(saidAfter(run, settings, prefill.row(prefill.rows - 1), run.tokens).token);
  for (;;) {
    const start = run.tokens.length;
    const finishReason = yield* run.commit(tokens);
    if (finishReason) return finishReason;
    copy.observe(tokens);
    repeated.observe(tokens);
    const sources = { successors, copy, copyEnd: run.tokens.length, excluded: run.stopTokens };
    const last = start + tokens.length - 1;
    const tree = growTree(run.tokens[last - 1] ?? -1, run.tokens[last]!, sources, limitsOf(run, settings));
    const logits = yield* target.forwardTree(tree.tokens, tree.parents, tree.tokens.length > 1 ? "verify" : "decode");
    for (const [node, token] of tree.tokens.entries()) {
      successors.learn(node === 0 ? (run.tokens[last - 1] ?? -1) : tree.tokens[tree.parents[node]!]!, token, logits.row(node));
    }
    const { nodes, next } = bestPath(judge(run, settings, { tree, logits, repeated }), settings.worth);
    await target.session.keepPath!(Int32Array.from(nodes));
    tokens = joined(
      Int32Array.from(nodes.slice(1), (node) => tree.tokens[node]!),
      [next],
    );
  }
}

/** No path longer than what may still be committed besides the token after it, and no tree that the context does not hold. */
function limitsOf({ models, tokens, remaining }: DecodeRun<"causal">, { nodes, depth }: Settings): TreeLimits {
  const room = models.causal.contextLength - tokens.length;
  return { nodes: remaining > 1 ? Math.min(nodes, room) : 0, depth: Math.min(depth, remaining - 1) };
}

/** The tree and what would be said after each of its nodes. The token at position n draws from `random.fork(n)`. */
function judge(
  run: DecodeRun<"causal">,
  settings: Settings,
  read: { readonly tree: CandidateTree; readonly logits: Logits; readonly repeated: Repetition },
): JudgedCandidates {
  const { tree, logits, repeated } = read;
  const { tokens, parents } = tree;
  const pathTo = (node: number): TokenId[] => {
    const path: TokenId[] = [];
    for (let step = node; step > 0; step = parents[step]!) path.unshift(tokens[step]!);
    return path;
  };
  return {
    tokens,
    parents,
    saidAfter: (node) => saidAfter(run, settings, logits.row(node), joined(run.tokens, pathTo(node))),
    repeats: (node) => repeated.completedBy(pathTo(node)),
  };
}

function saidAfter({ promptLength, random }: DecodeRun<"causal">, settings: Settings, row: Float32Array, tokens: Int32Array): Said {
  return saidBy(settings, row, { tokens, promptLength }, random.fork(tokens.length));
}
