import { rewriteFile } from "./graph-edit.ts";
import { expect, test } from "vitest";
import type { Constant, NewNode } from "./graph-encoding.ts";
import { encodeGraph, linesOf, node } from "./graph-for-tests.ts";
import { withSharedHeads } from "./shared-heads.ts";

const integer = (value: bigint): Constant => ({ type: "int64", value });
const WEIGHTS = {
  zero: integer(0n),
  one: integer(1n),
  two: integer(2n),
  copies: integer(3n),
  half: { type: "float32", value: 0.5 },
} as const satisfies Record<string, Constant>;

/** Copies of a tensor's heads, as exporters write them. */
const copy = (of: string, axis = "two"): readonly NewNode[] => [
  node(`${of}.wide = Unsqueeze(${of}, ${axis})`),
  node(`${of}.copies = Expand(${of}.wide, ${of}.five)`),
  node(`${of}.four = Concat(b, h, t, d)`, { axis: 0 }),
  node(`${of}.all = Reshape(${of}.copies, ${of}.four)`),
];
const sizes = (of: string): readonly NewNode[] => [
  node(`${of}.shape = Shape(${of})`),
  node(`${of}.length = Gather(${of}.shape, two)`),
  node(`${of}.five = Concat(b, h, copies, ${of}.length, d)`, { axis: 0 }),
];
const scores: readonly NewNode[] = [
  node("turned = Transpose(k.all)", { perm: [0, 1, 3, 2] }),
  node("small = Mul(turned, half)"),
  node("scores = MatMul(q, small)"),
  node("p = Softmax(scores)"),
];
const attention = [...sizes("k"), ...copy("k"), ...scores, ...sizes("v"), ...copy("v"), node("logits = MatMul(p, v.all)")];
const rewrite = (nodes: readonly NewNode[], outputs = ["logits"]): readonly string[] | undefined => {
  const file = rewriteFile(encodeGraph({ nodes, weights: WEIGHTS, inputs: ["q", "k", "v", "b", "h", "t", "d"], outputs }), withSharedHeads);
  return file && linesOf(file);
};

const rowsOf = (product: string, queries: string, source: string): readonly string[] => {
  const [rows, heads] = [`decodekit.heads.rows/${product}`, `decodekit.heads.shape/${product}`];
  const shape = (value: string, name: string): readonly string[] => [
    `${name}.sizes = Shape(${value})`,
    `${name}.count = Gather(${name}.sizes, decodekit.heads.one)`,
    `${name}.shape = Concat(decodekit.heads.keep, ${name}.count, decodekit.heads.rest, decodekit.heads.keep)`,
  ];
  return [...shape(source, rows), ...shape(queries, heads), `${rows} = Reshape(${queries}, ${rows}.shape)`];
};

test("heads that share keys and values are rows of one product, and copies are gone with what only they need", () => {
  expect(rewrite(attention)).toEqual([
    "turned = Transpose(k)",
    "small = Mul(turned, half)",
    ...rowsOf("scores", "q", "k"),
    "decodekit.heads.product/scores = MatMul(decodekit.heads.rows/scores, small)",
    "scores = Reshape(decodekit.heads.product/scores, decodekit.heads.shape/scores.shape)",
    "p = Softmax(scores)",
    ...rowsOf("logits", "p", "v"),
    "decodekit.heads.product/logits = MatMul(decodekit.heads.rows/logits, v)",
    "logits = Reshape(decodekit.heads.product/logits, decodekit.heads.shape/logits.shape)",
  ]);
});

test("the number of positions of a copy is asked of its source", () => {
  const lines = rewrite([...attention, node("all = Shape(k.all)"), node("positions = Gather(all, two)")], ["logits", "positions"])!;
  expect(lines.slice(-2)).toEqual(["all = Shape(k)", "positions = Gather(all, two)"]);
  expect(lines.some((line) => line.includes("Expand"))).toBe(false);
});

test("what others need of a copy stays", () => {
  const lines = rewrite([...attention, node("lengths = Add(k.length, v.length)")], ["logits", "lengths"])!;
  expect(lines.slice(0, 2)).toEqual(["k.shape = Shape(k)", "k.length = Gather(k.shape, two)"]);
  expect(lines.some((line) => line.includes("Expand"))).toBe(false);
});

test.each<[string, readonly NewNode[], string[]?]>([
  ["at another axis", [...sizes("k"), ...copy("k", "one"), ...scores]],
  ["that another node reads", [...sizes("k"), ...copy("k"), ...scores, node("more = Neg(k.all)")]],
  ["that is an output", [...sizes("k"), ...copy("k"), ...scores], ["logits", "k.all"]],
  ["whose heads are counted", [...sizes("k"), ...copy("k"), ...scores, node("all = Shape(k.all)"), node("heads = Gather(all, one)")]],
  [
    "whose sizes are not taken one by one",
    [...sizes("k"), ...copy("k"), ...scores, node("all = Shape(k.all)"), node("x = Cast(all)", { to: 1 })],
  ],
  ["that is scaled by head", [...sizes("k"), ...copy("k"), node("small = Mul(k.all, q)"), node("scores = MatMul(q, small)")]],
  [
    "with another order",
    [...sizes("k"), ...copy("k"), node("turned = Transpose(k.all)", { perm: [0, 3, 1, 2] }), node("s = MatMul(q, turned)")],
  ],
  ["on the left of a product", [...sizes("k"), ...copy("k"), node("scores = MatMul(k.all, q)")]],
])("a copy %s stays", (_, nodes, outputs) => {
  expect(rewrite(nodes, outputs)).toBeUndefined();
});
