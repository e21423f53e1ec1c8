import { type Draft, InvalidOptionError } from "@decodekit/core";
import type { Verification, Verifier } from "./verifier.ts";

/**
 * Checks what a verification rule returned for a draft: a rule may come from another package.
 * @throws InvalidOptionError if the accepted nodes are not a path of the draft from its root, or the token is not in the vocabulary.
 */
export function checkVerification(
  { name }: Verifier,
  { tokens, parents }: Draft,
  { accepted, nextToken }: Verification,
  vocabSize: number,
): void {
  const refuse = (expected: string, actual: unknown): never => {
    throw new InvalidOptionError({ where: `verification rule "${name}"`, option: "what verify returns", expected, actual });
  };
  let before = -1;
  for (const node of accepted) {
    const isNext = node < tokens.length && (parents ? parents[node] === before : node === before + 1);
    if (!isNext) refuse("accepted nodes that follow each other in the draft, from its root", accepted);
    before = node;
  }
  if (!(Number.isInteger(nextToken) && nextToken >= 0 && nextToken < vocabSize)) refuse(`a nextToken in [0, ${vocabSize})`, nextToken);
}
