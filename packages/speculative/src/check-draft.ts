import { type Draft, type DraftRequest, type Drafter, DrafterError, type TokenId } from "@decodekit/core";

/** What a draft is checked against. */
export interface DraftLimits {
  readonly drafter: Pick<Drafter, "name" | "gives">;
  /** Probabilities that are not used are neither checked nor passed on. */
  readonly usesProbabilities: boolean;
  readonly vocabSize: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  /** Stands for an unknown token, so that no draft may hold it. */
  readonly maskTokenId: TokenId | undefined;
}

/**
 * The draft as far as it is worth verifying: a chain ends with its first stop token, which is kept, since leaving out a
 * token because of what was drawn would shift the distribution.
 * @throws DrafterError for a draft that breaks the contract of `Draft`.
 */
export function checkDraft(draft: Draft, request: DraftRequest, limits: DraftLimits): Draft {
  const { drafter } = limits;
  const fail = (problem: string): never => {
    throw new DrafterError(drafter.name, problem);
  };
  const { tokens, parents, probabilities } = draft;
  if (!(tokens instanceof Int32Array)) fail("proposed something that is no Int32Array.");
  if (tokens.length > request.max) fail(`proposed ${tokens.length} tokens where at most ${request.max} were asked for.`);
  for (const token of tokens) {
    if (token < 0 || token >= limits.vocabSize) fail(`proposed token ${token}, which is not in [0, ${limits.vocabSize}).`);
    if (token === limits.maskTokenId) fail(`proposed the mask token, ${token}.`);
  }
  if (tokens.length === 0) return { tokens };
  if (drafter.gives === "tree") return checkTree(tokens, parents, request, fail);
  const stopAt = tokens.findIndex((token) => limits.stopTokens.has(token));
  const chain = stopAt < 0 ? tokens : tokens.subarray(0, stopAt + 1);
  if (!limits.usesProbabilities) return { tokens: chain };
  if (probabilities?.length !== tokens.length)
    fail(`proposed ${tokens.length} tokens with ${probabilities?.length ?? 0} rows of probabilities.`);
  for (const [place, token] of chain.entries()) checkRow(probabilities![place]!, token, limits.vocabSize, fail);
  return { tokens: chain, probabilities: probabilities!.slice(0, chain.length) };
}

type Fail = (problem: string) => never;

function checkTree(tokens: Int32Array, parents: Int32Array | undefined, { maxDepth }: DraftRequest, fail: Fail): Draft {
  if (parents?.length !== tokens.length) return fail(`proposed a tree of ${tokens.length} tokens with ${parents?.length ?? 0} parents.`);
  const depths: number[] = [];
  for (const [node, parent] of parents.entries()) {
    if (parent < -1 || parent >= node) fail(`proposed a tree whose node ${node} has parent ${parent}.`);
    depths.push(parent < 0 ? 1 : depths[parent]! + 1);
    if (depths[node]! > maxDepth) fail(`proposed a tree of depth ${depths[node]} where at most ${maxDepth} was asked for.`);
  }
  return { tokens, parents };
}

/** A token cannot have been drawn from a row that gives it nothing, nor from one that is no distribution. */
function checkRow(row: Float64Array, token: TokenId, vocabSize: number, fail: Fail): void {
  if (row.length !== vocabSize) fail(`gave ${row.length} probabilities for a vocabulary of ${vocabSize}.`);
  let sum = 0;
  for (const probability of row) sum += probability >= 0 ? probability : NaN;
  if (!(Math.abs(sum - 1) < 1e-6)) fail(`gave probabilities that sum to ${sum}.`);
  if (row[token] === 0) fail(`drew token ${token} from a row in which its probability is 0.`);
}
