import { type Draft, type Drafter } from "@decodekit/core";
import { findInvalidParent, nodeDepths } from "@decodekit/core/toolkit";
import { expect } from "./expect.ts";

/** The limits of a draft. */
export interface DraftLimits {
  readonly draftKind: Drafter["draftKind"];
  readonly maxTokens: number;
  readonly vocabSize: number;
  /** Set if the drafter requires a masked model. */
  readonly maskTokenId: number | undefined;
}

/** @throws Error for a draft that breaks the contract of `Draft` in `@decodekit/core`; `where` names it. */
export function checkDraft(draft: Draft, limits: DraftLimits, where: string): void {
  const { tokens } = draft;
  const { draftKind, maxTokens, vocabSize, maskTokenId } = limits;
  expect(tokens instanceof Int32Array, `${where}: the tokens are not an Int32Array`);
  expect(tokens.length <= maxTokens, `${where}: ${tokens.length} tokens, at most ${maxTokens} were requested (request.max)`);
  for (const [place, token] of tokens.entries()) {
    expect(token >= 0 && token < vocabSize, `${where}: token ${token} at index ${place} is not in [0, ${vocabSize})`);
    expect(token !== maskTokenId, `${where}: the token at index ${place} is the mask token, ${token}`);
  }
  if (draft.confidences) checkConfidences(tokens.length, draft.confidences, where);
  if (draftKind === "probabilities") checkRows(draft, vocabSize, where);
  if (draftKind === "tree") checkTree(draft, maxTokens, where);
}

function checkConfidences(tokens: number, confidences: Float64Array, where: string): void {
  expect(confidences.length === tokens, `${where}: ${tokens} tokens with ${confidences.length} confidences`);
  for (const [place, confidence] of confidences.entries())
    expect(confidence >= 0 && confidence <= 1, `${where}: the confidence at index ${place} is ${confidence}, not in [0, 1]`);
}

function checkRows({ tokens, probabilities = [] }: Draft, vocabSize: number, where: string): void {
  expect(probabilities.length === tokens.length, `${where}: ${tokens.length} tokens with ${probabilities.length} rows of probabilities`);
  for (const [place, row] of probabilities.entries()) {
    const what = `${where}: row ${place}`;
    expect(row.length === vocabSize, `${what} has ${row.length} probabilities, the vocabulary ${vocabSize} tokens`);
    const sum = row.reduce((total, probability) => total + (probability >= 0 ? probability : NaN), 0);
    expect(Math.abs(sum - 1) < 1e-6, `${what} sums to ${sum}, not to 1`);
    const token = tokens[place]!;
    expect(row[token]! > 0, `${what} assigns probability 0 to the drawn token ${token}`);
  }
}

function checkTree({ tokens, parents }: Draft, maxDepth: number, where: string): void {
  const given = parents ?? new Int32Array(0);
  expect(given.length === tokens.length, `${where}: ${tokens.length} tokens with ${given.length} parents`);
  const invalid = findInvalidParent(given);
  expect(invalid === undefined, `${where}: node ${invalid} has the parent ${given[invalid ?? 0]}, which must be an earlier node, or -1`);
  for (const [node, depth] of nodeDepths(given).entries())
    expect(depth <= maxDepth, `${where}: node ${node} is ${depth} deep, at most ${maxDepth} was requested (request.maxDepth)`);
}
