import {
  type BoundedDecoder,
  type DecodeContext,
  type DecodeEvent,
  defineDecoder,
  type FinishReason,
  InvalidOptionError,
  type Logits,
  type LogitsProcessor,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type Sampler,
  type TokenId,
} from "@decodekit/core";
import { concatTokens, pathTokens, PROCESSORS_OPTION, SAMPLER_OPTION, type TokenTree } from "@decodekit/core/toolkit";
import { bestPath, type JudgedCandidates } from "./best-path.ts";
import { growTree, type TreeLimits } from "./candidate-tree.ts";
import { chooseToken, type TokenChoice, type TokenRule } from "./choose-token.ts";
import { copyTracker } from "./copy-tracker.ts";
import { type SeenNgrams, seenNgrams } from "./seen-ngrams.ts";
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
   * enough for that are left out. About 0.04 for float32 on native, 0.08 on WASM or for 4 bits, less on a GPU. With 0, every pass reads
   * `nodes` candidates, if there are so many. @defaultValue 0.05 if `natsPerToken` is 0, else 0
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
    help: "What one more candidate adds to the time of a pass, as a part of it; 0.05 for natsPerToken 0, else 0",
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

/** Between what was measured for float32 on native and on WASM; half or twice the cost gives 0.95 of the speed or more. */
const LOSSLESS_ROW_COST = 0.05;

interface Settings extends TokenRule, TreeLimits {
  readonly natsPerToken: number;
  readonly branches: number;
  readonly prior: SuccessorPrior | undefined;
}

/**
 * Creates a decoder that reads a tree of candidates in one causal pass and accepts the path with the best trade of tokens for likelihood
 * (see `bestPath`): a slightly less likely token is accepted if it starts a path whose next tokens have already been read. `natsPerToken`
 * is the exchange rate. With 0 the output is that of greedy decoding or of the sampler, and the decoder is lossless; above 0 it is not.
 *
 * The candidates need no extra pass and no second model. They are the model's last predictions after each token (token recycling, Luo et
 * al. 2024, arXiv 2408.08696). Where the text repeats an earlier passage, the passage's continuation is added, with replaced words
 * replaced again. The tree is built best-first, up to `nodes` candidates, and
 * ends where one more would cost more time than it is expected to save (`rowCost`). Other relaxed rules judge each token by itself (Medusa's
 * typical acceptance, arXiv 2401.10774); this one compares whole paths. Requires `capabilities.tree`.
 * @throws InvalidOptionError for an unknown or invalid option. The decode throws it for a model that cannot read trees.
 */
export function judgedTree(options: JudgedTreeOptions = {}): BoundedDecoder<"causal"> {
  const { processors = [], ...rest } = resolveOptions("judgedTree", options, OPTIONS);
  const { rowCost = rest.natsPerToken === 0 ? LOSSLESS_ROW_COST : 0 } = rest;
  const settings = { ...rest, rowCost, processors };
  const decoder = defineDecoder({
    name: "judged-tree",
    requires: ["causal"],
    capabilities: ["tree"],
    lossless: settings.natsPerToken === 0,
    run: (context: DecodeContext<"causal">) => decodeTrees(context, settings),
  });
  return { ...decoder, maxPasses: (newTokens) => newTokens };
}

async function* decodeTrees(context: DecodeContext<"causal">, settings: Settings): AsyncGenerator<DecodeEvent, FinishReason, void> {
  if (!context.models.causal.capabilities.tree) {
    const expected = "able to read trees (capabilities.tree)";
    throw new InvalidOptionError({ where: "judgedTree", option: "the causal model", expected, actual: "one that is not" });
  }
  const target = await context.openSession("causal");
  const successors = successorTable(settings.branches, settings.prior);
  const copy = copyTracker(context.tokens);
  const seen = seenNgrams();
  seen.observe(context.tokens);
  const prefill = yield* target.forward(context.tokens, "prefill", "all");
  for (const [index, token] of context.tokens.entries()) successors.learn(context.tokens[index - 1] ?? -1, token, prefill.row(index));
  let tokens: Int32Array = Int32Array.of(choiceAfter(context, settings, prefill.row(prefill.rows - 1), context.tokens).token);
  for (;;) {
    const start = context.tokens.length;
    const finishReason = yield* context.commit(tokens);
    if (finishReason) return finishReason;
    copy.observe(tokens);
    seen.observe(tokens);
    const sources = { successors, copy, copyEnd: context.tokens.length, excluded: context.stopTokens };
    const last = start + tokens.length - 1;
    const previous = context.tokens[last - 1] ?? -1;
    const tree = growTree(previous, context.tokens[last]!, sources, limitsOf(context, settings));
    const logits = yield* target.forwardTree(tree.tokens, tree.parents, tree.tokens.length > 1 ? "verify" : "decode");
    for (const [node, token] of tree.tokens.entries())
      successors.learn(node === 0 ? previous : tree.tokens[tree.parents[node]!]!, token, logits.row(node));
    const { nodes, next } = bestPath(withChoices(context, settings, { tree, logits, seen }), settings.natsPerToken);
    await target.session.keepPath!(Int32Array.from(nodes));
    const accepted = Int32Array.from(nodes.slice(1), (node) => tree.tokens[node]!);
    tokens = concatTokens(accepted, [next]);
  }
}

/** No path is longer than the tokens that may still be committed besides the one after it, and no tree exceeds the context. */
function limitsOf({ models, tokens, remaining }: DecodeContext<"causal">, { nodes, depth, rowCost }: Settings): TreeLimits {
  const room = models.causal.contextLength - tokens.length;
  return { nodes: remaining > 1 ? Math.min(nodes, room) : 0, depth: Math.min(depth, remaining - 1), rowCost };
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
    choiceAfter: (node) => choiceAfter(context, settings, logits.row(node), concatTokens(context.tokens, draftedTokens(node))),
    repeats: (node) => seen.completedBy(draftedTokens(node)),
  };
}

/** The token at position n draws from `random.fork(n)`. */
function choiceAfter(
  { promptLength, random }: DecodeContext<"causal">,
  rule: TokenRule,
  row: Float32Array,
  tokens: Int32Array,
): TokenChoice {
  return chooseToken(rule, row, { tokens, promptLength }, random.fork(tokens.length));
}
