import { type Draft, type DraftRequest, type Drafter, DrafterError, type TokenId } from "@decodekit/core";
import { findInvalidParent, nodeDepths } from "@decodekit/core/toolkit";

/** What a draft is checked against. */
export interface DraftLimits {
  readonly drafter: Pick<Drafter, "name" | "draftKind">;
  /** If false, probabilities are neither checked nor returned. */
  readonly usesProbabilities: boolean;
  readonly vocabSize: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  /** The mask token, which no draft may contain. */
  readonly maskTokenId: TokenId | undefined;
}

/**
 * Returns the part of a valid draft to verify. A chain ends with its first stop token, which is kept: dropping a token because of
 * what was drawn would change the distribution.
 * @throws DrafterError for a draft that breaks the contract of `Draft`.
 */
export function checkDraft(draft: Draft, request: DraftRequest, limits: DraftLimits): Draft {
  const { drafter } = limits;
  const fail = (problem: string): never => {
    throw new DrafterError(drafter.name, problem);
  };
  const { tokens, parents, probabilities, confidences } = draft;
  if (!(tokens instanceof Int32Array)) fail("proposed tokens that are not an Int32Array.");
  const max = confidences ? (request.maxConfident ?? request.max) : request.max;
  if (tokens.length > max) fail(`proposed ${tokens.length} tokens where at most ${max} were requested.`);
  for (const token of tokens) {
    if (token < 0 || token >= limits.vocabSize) fail(`proposed token ${token}, which is not in [0, ${limits.vocabSize}).`);
    if (token === limits.maskTokenId) fail(`proposed the mask token, ${token}.`);
  }
  if (tokens.length === 0) return { tokens };
  if (drafter.draftKind === "tree") return checkTree(tokens, parents, request, fail);
  const stopAt = tokens.findIndex((token) => limits.stopTokens.has(token));
  const chain = stopAt < 0 ? tokens : tokens.subarray(0, stopAt + 1);
  if (confidences) checkConfidences(confidences, tokens.length, fail);
  if (!limits.usesProbabilities)
    return confidences ? { tokens: chain, confidences: confidences.subarray(0, chain.length) } : { tokens: chain };
  if (probabilities?.length !== tokens.length)
    fail(`proposed ${tokens.length} tokens with ${probabilities?.length ?? 0} rows of probabilities.`);
  for (const [place, token] of chain.entries()) checkRow(probabilities![place]!, token, limits.vocabSize, fail);
  return { tokens: chain, probabilities: probabilities!.slice(0, chain.length) };
}

type Fail = (problem: string) => never;

function checkTree(tokens: Int32Array, parents: Int32Array | undefined, { maxDepth }: DraftRequest, fail: Fail): Draft {
  if (parents?.length !== tokens.length) return fail(`proposed a tree of ${tokens.length} tokens with ${parents?.length ?? 0} parents.`);
  const invalid = findInvalidParent(parents);
  if (invalid !== undefined) fail(`proposed a tree whose node ${invalid} has parent ${parents[invalid]}.`);
  const depth = Math.max(...nodeDepths(parents));
  if (depth > maxDepth) fail(`proposed a tree of depth ${depth} where at most ${maxDepth} was requested.`);
  return { tokens, parents };
}

function checkConfidences(confidences: Float64Array, tokens: number, fail: Fail): void {
  if (confidences.length !== tokens) fail(`proposed ${tokens} tokens with ${confidences.length} confidences.`);
  for (const [place, confidence] of confidences.entries())
    if (!(confidence >= 0 && confidence <= 1)) fail(`proposed a token with the confidence ${confidence}, at index ${place}.`);
}

/** A token cannot have been drawn from a row in which its probability is 0, nor from a row that is not a distribution. */
function checkRow(row: Float64Array, token: TokenId, vocabSize: number, fail: Fail): void {
  if (row.length !== vocabSize) fail(`returned ${row.length} probabilities for a vocabulary of ${vocabSize}.`);
  let sum = 0;
  for (const probability of row) sum += probability >= 0 ? probability : NaN;
  if (!(Math.abs(sum - 1) < 1e-6)) fail(`returned probabilities that sum to ${sum}.`);
  if (row[token] === 0) fail(`drew token ${token} from a row in which its probability is 0.`);
}
