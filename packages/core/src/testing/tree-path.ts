import { InvalidOptionError } from "../errors.ts";

/** @throws InvalidOptionError when `parents` is no tree over `tokens`. */
export function checkTree(tokens: Int32Array, parents: Int32Array): void {
  const wrong = parents.length === tokens.length ? parents.findIndex((parent, node) => parent < -1 || parent >= node) : parents.length;
  if (wrong < 0) return;
  const expected = "one earlier node, or -1, per token";
  throw new InvalidOptionError({ where: "forwardTree", option: `parents[${wrong}]`, expected, actual: parents[wrong] });
}

/** Tokens from the root down to `node`. */
export function pathOf({ tokens, parents }: { readonly tokens: Int32Array; readonly parents: Int32Array }, node: number): number[] {
  const path: number[] = [];
  for (let step = node; step >= 0; step = parents[step]!) path.unshift(tokens[step]!);
  return path;
}
