/** A node of a parsed template. */
interface SyntaxNode {
  readonly type: string;
  readonly callee?: SyntaxNode;
  readonly args?: readonly SyntaxNode[];
  readonly object?: SyntaxNode;
  readonly property?: SyntaxNode;
  readonly computed?: boolean;
  readonly value?: unknown;
}

const METHODS = ["strip", "lstrip", "rstrip"];

/** A name that no template can use for a variable. */
const functionOf = (method: string): string => `${method} of characters`;

/**
 * Replaces calls such as `content.lstrip("\n")` within a parsed template by calls of `stripFunctions`: the renderer's own methods ignore
 * their argument, and would remove all spaces.
 */
export function replaceStripMethods(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  const children: readonly unknown[] = node instanceof Map ? [...node].flat() : Object.values(node);
  children.forEach(replaceStripMethods);
  const { type, callee, args } = node as SyntaxNode;
  const method = callee?.property?.value;
  if (type !== "CallExpression" || callee?.type !== "MemberExpression" || callee.computed || args?.length !== 1) return;
  if (typeof method !== "string" || !METHODS.includes(method)) return;
  Object.assign(node, { callee: { type: "Identifier", value: functionOf(method) }, args: [callee.object, ...args] });
}

/** The functions that `replaceStripMethods` calls, by name: Python's `str.strip`, `str.lstrip` and `str.rstrip` with an argument. */
export const stripFunctions: Readonly<Record<string, (text: string, characters: string) => string>> = Object.fromEntries(
  METHODS.map((method) => [functionOf(method), (text: string, characters: string) => strip(text, characters, method)]),
);

function strip(text: string, characters: string, method: string): string {
  if (typeof text !== "string" || typeof characters !== "string") throw new Error(`${method} needs a string`);
  const letters = Array.from(text);
  const removed = new Set(characters);
  let start = 0;
  let end = letters.length;
  if (method !== "rstrip") while (start < end && removed.has(letters[start]!)) start++;
  if (method !== "lstrip") while (end > start && removed.has(letters[end - 1]!)) end--;
  return letters.slice(start, end).join("");
}
