import type { Draft, Drafter } from "@decodekit/core";
import { expect } from "./expect.ts";

/** What a draft must keep to. */
export interface DraftLimits {
  readonly gives: Drafter["gives"];
  readonly most: number;
  readonly vocabSize: number;
  /** Where the drafter requires a masked model. */
  readonly maskTokenId: number | undefined;
}

/** @throws Error for a draft that breaks the contract of `Draft` in `@decodekit/core`; `where` names it. */
export function checkDraft(draft: Draft, limits: DraftLimits, where: string): void {
  const { tokens } = draft;
  const { gives, most, vocabSize, maskTokenId } = limits;
  expect(tokens instanceof Int32Array, `${where}: the tokens are no Int32Array`);
  expect(tokens.length <= most, `${where}: ${tokens.length} tokens, at most ${most} were asked for (request.max)`);
  for (const [place, token] of tokens.entries()) {
    expect(token >= 0 && token < vocabSize, `${where}: token ${token} at place ${place} is not in [0, ${vocabSize})`);
    expect(token !== maskTokenId, `${where}: the token at place ${place} is the mask token, ${token}, which stands for an unknown one`);
  }
  if (gives === "probabilities") checkRows(draft, vocabSize, where);
  if (gives === "tree") checkTree(draft, most, where);
}

function checkRows({ tokens, probabilities = [] }: Draft, vocabSize: number, where: string): void {
  expect(probabilities.length === tokens.length, `${where}: ${tokens.length} tokens with ${probabilities.length} rows of probabilities`);
  for (const [place, row] of probabilities.entries()) {
    const what = `${where}: the row at place ${place}`;
    expect(row.length === vocabSize, `${what} has ${row.length} probabilities, the vocabulary ${vocabSize} tokens`);
    const sum = row.reduce((total, probability) => total + (probability >= 0 ? probability : NaN), 0);
    expect(Math.abs(sum - 1) < 1e-6, `${what} sums to ${sum}, not to 1`);
    const token = tokens[place]!;
    expect(row[token]! > 0, `${what} gives token ${token}, which was drawn, the probability 0`);
  }
}

function checkTree({ tokens, parents }: Draft, maxDepth: number, where: string): void {
  const given = parents ?? new Int32Array(0);
  expect(given.length === tokens.length, `${where}: ${tokens.length} tokens with ${given.length} parents`);
  const depths: number[] = [];
  for (const [node, parent] of given.entries()) {
    expect(parent >= -1 && parent < node, `${where}: node ${node} has the parent ${parent}, which must be an earlier node, or -1`);
    const depth = parent < 0 ? 1 : depths[parent]! + 1;
    depths.push(depth);
    expect(depth <= maxDepth, `${where}: node ${node} is ${depth} deep, at most ${maxDepth} was asked for (request.maxDepth)`);
  }
}
