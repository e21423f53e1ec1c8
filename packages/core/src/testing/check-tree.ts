import { InvalidOptionError } from "../errors.ts";
import { findInvalidParent } from "../tokens/token-tree.ts";

/** @throws InvalidOptionError if `parents` is not a tree over `tokens`. */
export function checkTree(tokens: Int32Array, parents: Int32Array): void {
  const invalid = parents.length === tokens.length ? findInvalidParent(parents) : parents.length;
  if (invalid === undefined) return;
  const expected = "one earlier node, or -1, per token";
  throw new InvalidOptionError({ where: "forwardTree", option: `parents[${invalid}]`, expected, actual: parents[invalid] });
}
