import { expect, test } from "vitest";
import { readEditableGraph } from "./editable-graph.ts";
import type { NewNode } from "./graph-encoding.ts";
import { encodeGraph, linesOf, node } from "./graph-for-tests.ts";
import { rewriteFile } from "./graph-edit.ts";
import { withHiddenStates } from "./hidden-states.ts";
import { withRowCount } from "./rows.ts";

const WEIGHTS = { scale: { type: "float32", value: 2 } } as const;
const TABLES = [{ name: "table", type: 1, dims: [9, 4] }];
const fileOf = (...nodes: readonly NewNode[]): Uint8Array =>
  encodeGraph({ nodes: [node("x = Gather(table, input_ids)"), ...nodes], weights: WEIGHTS, tables: TABLES });

const plain = fileOf(node("y = MatMul(x, table)"), node("logits = Mul(y, scale)"));

test("what the last projection reads is returned too, whole", () => {
  const edited = rewriteFile(plain, withHiddenStates)!;
  expect(readEditableGraph(edited).outputs).toEqual(["logits", "decodekit.hidden_states"]);
  expect(linesOf(rewriteFile(edited, withRowCount)!)).toEqual([
    "x = Gather(table, input_ids)",
    "decodekit.hidden_states = Identity(x)",
    "decodekit.start = Neg(num_logits_to_keep)",
    "decodekit.rows = Slice(x, decodekit.start, decodekit.end, decodekit.axis)",
    "y = MatMul(decodekit.rows, table)",
    "logits = Mul(y, scale)",
  ]);
});

test("in a graph of 8 bits it is what is quantised", () => {
  const file = fileOf(
    node("q = DynamicQuantizeLinear(x)"),
    node("y = MatMulInteger(q, table)"),
    node("z = Cast(y)"),
    node("logits = Mul(z, scale)"),
  );
  expect(linesOf(rewriteFile(file, withHiddenStates)!)).toContain("decodekit.hidden_states = Identity(x)");
});

test.each<[string, Uint8Array]>([
  ["whose logits are not those of a product", fileOf(node("logits = Softmax(x)"))],
  ["of two products", fileOf(node("y = MatMul(x, table)"), node("z = MatMul(x, table)"), node("logits = Add(y, z)"))],
  ["that projects a weight", fileOf(node("logits = MatMul(table, x)"))],
])("a graph %s has none", (_, file) => {
  expect(rewriteFile(file, withHiddenStates)).toBeUndefined();
});
