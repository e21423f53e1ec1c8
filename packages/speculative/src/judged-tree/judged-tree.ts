import {
  type BoundedDecoder,
  type CausalModel,
  type DecodeContext,
  type DecodeEvent,
  defineDecoder,
  type FinishReason,
  type ForwardEndEvent,
  greedySampler,
  InvalidOptionError,
  type Logits,
  type LogitsProcessor,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type RowReads,
  type Sampler,
  type TokenId,
  type TokensProposeEvent,
} from "@decodekit/core";
import { concatTokens, firstChain, pathTokens, PROCESSORS_OPTION, SAMPLER_OPTION, type TokenTree } from "@decodekit/core/toolkit";
import { measuredCosts } from "../draft-length/cost-curve.ts";
import { newRoundCosts, type RoundCosts } from "../draft-length/length-by-gain.ts";
import { stopwatch, unwatched } from "../stopwatch.ts";
import { bestPath, type JudgedCandidates } from "./best-path.ts";
import { growTree, type TreeLimits } from "./candidate-tree.ts";
import { chooseToken, type TokenChoice, type TokenRule } from "./choose-token.ts";
import { copyTracker } from "./copy-tracker.ts";
import { type SeenNgrams, seenNgrams } from "./seen-ngrams.ts";
import { measuredTreeSize, type TreeSize } from "./measured-tree-size.ts";
import { type Successor, successorsIn, successorsInPart } from "./row-successors.ts";
import { type SuccessorPrior, successorTable } from "./token-recycling.ts";

export interface JudgedTreeOptions {
  /**
   * Nats of likelihood to give up for one more token per pass, >= 0. With 0 the tokens are those of plain decoding.
   * @defaultValue 1
   */
  readonly natsPerToken?: number | undefined;
  /** Candidates that a pass reads besides the last token, an integer >= 1. @defaultValue 32 */
  readonly nodes?: number | undefined;
  /** Maximum tokens in a path, an integer >= 1. @defaultValue 16 */
  readonly depth?: number | undefined;
  /**
   * What reading one more candidate adds to the time of a pass, as a part of a pass over one token, >= 0: candidates that are not likely
   * enough for that are left out. With 0, every pass reads `nodes` candidates, if there are so many. @defaultValue if `natsPerToken` is 0,
   * measured: as with an automatic draft length, the passes of two runs may then differ, but not the tokens; else 0
   */
  readonly rowCost?: number | undefined;
  /** Successors stored for each token, an integer >= 1. @defaultValue 8 */
  readonly branches?: number | undefined;
  /** Successors of tokens that the decode has not read yet; see `readSuccessors`. @defaultValue none */
  readonly prior?: SuccessorPrior | undefined;
  /** Draws the tokens as plain decoding with this sampler and seed would. @defaultValue none: greedy decoding */
  readonly sampler?: Sampler | undefined;
  /** Applied in order to every row. @defaultValue [] */
  readonly processors?: readonly LogitsProcessor[] | undefined;
}

/** The options that are plain values. */
export const judgedTreeOptions = {
  natsPerToken: {
    type: "number",
    help: "Nats of likelihood to give up for one more token per pass; 0 is plain decoding",
    default: 1,
    minimum: 0,
  },
  nodes: { type: "integer", help: "Candidates per pass", default: 32, minimum: 1 },
  depth: { type: "integer", help: "Maximum tokens in a path", default: 16, minimum: 1 },
  rowCost: {
    type: "number",
    help: "What one more candidate adds to the time of a pass, as a part of it; if left out, measured for natsPerToken 0, else 0",
    minimum: 0,
  },
  branches: { type: "integer", help: "Successors stored for each token", default: 8, minimum: 1 },
} as const;

const OPTIONS = {
  ...judgedTreeOptions,
  prior: objectOption("a SuccessorPrior, as readSuccessors() returns it", (value) => {
    return typeof (value as SuccessorPrior | null)?.after === "function";
  }),
  sampler: SAMPLER_OPTION,
  processors: PROCESSORS_OPTION,
} as const satisfies Readonly<Record<keyof JudgedTreeOptions, OptionDefinition>>;

interface Settings extends TokenRule, TreeLimits {
  readonly natsPerToken: number;
  readonly branches: number;
  readonly prior: SuccessorPrior | undefined;
  /** Present if the size of trees depends on measured times: what is known about those of a model. */
  readonly costsOf?: ((target: CausalModel) => RoundCosts) | undefined;
}

/**
 * Creates a decoder that reads a tree of candidates in one causal pass and accepts the path with the best trade of tokens for likelihood
 * (see `bestPath`): a slightly less likely token is accepted if it starts a path whose next tokens have already been read. `natsPerToken`
 * is the exchange rate. With 0 the output is that of greedy decoding or of the sampler, and the decoder is lossless; above 0 it is not.
 *
 * The candidates need no extra pass and no second model. They are the model's last predictions after each token (token recycling, Luo et
 * al. 2024, arXiv 2408.08696). Where the text repeats an earlier passage, the passage's continuation is added, with replaced words
 * replaced again. The tree is built best-first, up to `nodes` candidates, and
 * ends where one more would cost more time than it is expected to save (`rowCost`, or with `natsPerToken` 0 what passes are measured to cost;
 * times are kept between decodes of one model). Other relaxed rules judge each token by itself (Medusa's
 * typical acceptance, arXiv 2401.10774); this one compares whole paths. Requires `capabilities.tree`.
 * @throws InvalidOptionError for an unknown or invalid option. The decode throws it for a model that cannot read trees.
 */
export function judgedTree(options: JudgedTreeOptions = {}): BoundedDecoder<"causal"> {
  const { processors = [], ...rest } = resolveOptions("judgedTree", options, OPTIONS);
  const { rowCost = 0 } = rest;
  const isMeasured = rest.natsPerToken === 0 && rest.rowCost === undefined;
  const settings = { ...rest, rowCost, processors, costsOf: isMeasured ? costsByModel() : undefined };
  const decoder = defineDecoder({
    name: "judged-tree",
    requires: ["causal"],
    capabilities: ["tree"],
    lossless: settings.natsPerToken === 0,
    sampler: samplerOf(settings),
    run: (context: DecodeContext<"causal">) => decodeTrees(context, settings),
  });
  return { ...decoder, maxPasses: (newTokens) => newTokens };
}

/** Above 0 nats, a token may be less likely than the one that was drawn; processors are not part of a sampler. */
function samplerOf({ natsPerToken, sampler = greedySampler, processors }: Settings): Sampler | undefined {
  return natsPerToken === 0 && processors.length === 0 ? sampler : undefined;
}

function costsByModel(): (target: CausalModel) => RoundCosts {
  const known = new WeakMap<CausalModel, RoundCosts>();
  return (target) => {
    const costs = known.get(target) ?? newRoundCosts(measuredCosts());
    known.set(target, costs);
    return costs;
  };
}

async function* decodeTrees(context: DecodeContext<"causal">, settings: Settings): AsyncGenerator<DecodeEvent, FinishReason, void> {
  const { causal } = context.models;
  if (!causal.capabilities.tree) {
    const expected = "able to read trees (capabilities.tree)";
    throw new InvalidOptionError({ where: "judgedTree", option: "the causal model", expected, actual: "one that is not" });
  }
  const { branches, costsOf } = settings;
  const reads = readsFor(settings);
  const target = await context.openSession("causal");
  const successors = successorTable(settings.prior);
  const copy = copyTracker(context.tokens);
  const seen = seenNgrams();
  seen.observe(context.tokens);
  const size = costsOf && measuredTreeSize(settings.nodes, costsOf(causal));
  const watch = stopwatch();
  // Only the last row: all of them would make little more of the later candidates likely, and could not come from a prefix cache.
  const prefill = yield* target.forward(context.tokens, "prefill", "last", reads);
  await readMissingRows(prefill);
  successors.learn(context.tokens.at(-2) ?? -1, context.tokens.at(-1)!, successorsAfter(prefill, 0, branches));
  let tokens: Int32Array = Int32Array.of(choiceAfter(context, settings, { logits: prefill, index: 0 }, context.tokens).token);
  for (;;) {
    const start = context.tokens.length;
    const finishReason = yield* context.commit(tokens);
    if (finishReason) return finishReason;
    watch.restart();
    copy.observe(tokens);
    seen.observe(tokens);
    const sources = { successors, copy, copyEnd: context.tokens.length, excluded: context.stopTokens };
    const last = start + tokens.length - 1;
    const previous = context.tokens[last - 1] ?? -1;
    const grown = growTree(previous, context.tokens[last]!, sources, limitsOf(context, settings, size));
    const tree = size?.cut(grown) ?? grown;
    const drafted = tree.tokens.length - 1;
    const proposed = drafted > 0 ? proposal(context.tokens.length, tree) : undefined;
    if (proposed) yield* unwatched(watch, proposed);
    const pass = target.forwardTree(tree.tokens, tree.parents, proposed ? "verify" : "decode", reads);
    const passed = (await pass.next()) as IteratorYieldResult<ForwardEndEvent>;
    watch.pause();
    yield passed.value;
    watch.resume();
    const { value: logits } = (await pass.next()) as IteratorReturnResult<Logits>;
    await readMissingRows(logits);
    for (const [node, token] of tree.tokens.entries())
      successors.learn(node === 0 ? previous : tree.tokens[tree.parents[node]!]!, token, successorsAfter(logits, node, branches));
    const { nodes, next } = bestPath(withChoices(context, settings, { tree, logits, seen }), settings.natsPerToken);
    await target.session.keepPath!(Int32Array.from(nodes));
    const accepted = Int32Array.from(nodes.slice(1), (node) => tree.tokens[node]!);
    tokens = concatTokens(accepted, [next]);
    if (proposed) yield* unwatched(watch, { type: "draft-verify", start: proposed.start, drafted, accepted: accepted.length });
    const { milliseconds: passMilliseconds } = passed.value;
    const round = { requested: drafted, drafted, accepted: accepted.length, committed: tokens };
    size?.observe({ ...round, milliseconds: watch.elapsed(), passMilliseconds });
  }
}

/** The candidates that the next pass reads: `tree` without its root, which is committed. */
function proposal(start: number, { tokens, parents }: TokenTree): TokensProposeEvent {
  const tree = { tokens: tokens.slice(1), parents: Int32Array.from(parents.subarray(1), (parent) => parent - 1) };
  return { type: "tokens-propose", start, tokens: firstChain(tree), tree };
}

/** Plain greedy decoding needs a few logits of each row, anything else whole rows. */
function readsFor({ natsPerToken, branches, sampler, processors }: Settings): RowReads | undefined {
  return natsPerToken === 0 && !sampler && processors.length === 0 ? { top: branches, temperature: 1 } : undefined;
}

/** Reads the rows in full of which no part could be read. */
async function readMissingRows(logits: Logits): Promise<void> {
  if (!logits.part) return;
  for (let index = 0; index < logits.rows; index++) if (logits.part(index).tokens.length === 0) await logits.readRow!(index);
}

/** Returns the `count` most likely tokens after a row. */
function successorsAfter(logits: Logits, index: number, count: number): readonly Successor[] {
  const part = logits.part?.(index);
  return part && part.tokens.length > 0 ? successorsInPart(part) : successorsIn(logits.row(index), count);
}

/** No path is longer than the tokens that may still be committed besides the one after it, and no tree exceeds the context. */
function limitsOf(
  { models, tokens, remaining }: DecodeContext<"causal">,
  { nodes, depth, rowCost }: Settings,
  size: TreeSize | undefined,
): TreeLimits {
  const room = models.causal.contextLength - tokens.length;
  return { nodes: remaining > 1 ? Math.min(size?.maximum ?? nodes, room) : 0, depth: Math.min(depth, remaining - 1), rowCost };
}

/** Returns the tree with the choice after each of its nodes. */
function withChoices(
  context: DecodeContext<"causal">,
  settings: Settings,
  { tree, logits, seen }: { readonly tree: TokenTree; readonly logits: Logits; readonly seen: SeenNgrams },
): JudgedCandidates {
  // Without the root, which is committed.
  const draftedTokens = (node: number): TokenId[] => pathTokens(node, tree).slice(1);
  return {
    ...tree,
    choiceAfter: (node) => choiceAfter(context, settings, { logits, index: node }, concatTokens(context.tokens, draftedTokens(node))),
    repeats: (node) => seen.completedBy(draftedTokens(node)),
  };
}

/** Returns the choice after a row, which follows `tokens`. The token at position n draws from `random.fork(n)`. */
function choiceAfter(
  { promptLength, random }: DecodeContext<"causal">,
  rule: TokenRule,
  { logits, index }: { readonly logits: Logits; readonly index: number },
  tokens: Int32Array,
): TokenChoice {
  const likeliest = logits.part?.(index).tokens[0];
  // Rows are read in part only if no other token is ever accepted.
  if (likeliest !== undefined) return { token: likeliest, natsBelowChoice: () => Infinity };
  return chooseToken(rule, logits.row(index), { tokens, promptLength }, random.fork(tokens.length));
}
