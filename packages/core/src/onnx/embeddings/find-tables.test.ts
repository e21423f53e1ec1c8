import { expect, test } from "vitest";
import { findTables } from "./find-tables.ts";
import { FLOAT16, FLOAT32, INT8, UINT8, type GraphNode, type GraphTensor } from "./graph-parts.ts";

const external = { location: "data", offset: "64", length: "48" };
const tensors: Readonly<Record<string, GraphTensor>> = {
  float: { dims: [3, 4], dataType: FLOAT32, external, values: [] },
  half: { dims: [3, 4], dataType: FLOAT16, external, values: [] },
  inline: { dims: [1, 2], dataType: FLOAT32, external: {}, values: [1, 2] },
  bytes: { dims: [3, 4], dataType: UINT8, external, values: [] },
  signed: { dims: [3, 4], dataType: INT8, external, values: [] },
  zero: { dims: [], dataType: UINT8, external: {}, values: [128] },
  two: { dims: [], dataType: FLOAT32, external: {}, values: [2] },
  three: { dims: [1, 1], dataType: FLOAT32, external: {}, values: [3] },
  many: { dims: [4], dataType: FLOAT32, external: {}, values: [1, 2, 3, 4] },
};

type Node = readonly [op: string, inputs: readonly string[], output: string, integers?: Readonly<Record<string, number>>];

const find = (nodes: readonly Node[], outputs: readonly string[] = ["out"]) =>
  findTables(
    {
      nodes: nodes.map(([op, inputs, output, integers = {}]): GraphNode => ({ op, inputs, outputs: [output], integers })),
      tensors: new Map(Object.entries(tensors)),
      inputs: ["ids"],
      outputs,
    },
    "ids",
  );

const table = { output: "out", file: "data", offset: 64, rows: 3, width: 4, reshapes: false };

test.each<readonly [string, readonly Node[], object]>([
  ["a look-up", [["Gather", ["float", "ids"], "out"]], { stored: "float32", type: "float32", scales: [] }],
  [
    "a look-up of bytes with one scale",
    [
      ["Gather", ["bytes", "ids"], "a"],
      ["DequantizeLinear", ["a", "two", "zero"], "b"],
      ["Mul", ["b", "three"], "out"],
    ],
    { stored: "uint8", zero: 128, type: "float32", scales: [2, 3] },
  ],
  [
    "a table of signed bytes that is converted as a whole, without a zero point",
    [
      ["DequantizeLinear", ["signed", "two"], "a"],
      ["Gather", ["a", "ids"], "out"],
    ],
    { stored: "int8", zero: 0, type: "float32", scales: [2] },
  ],
  ["a look-up of halves", [["Gather", ["half", "ids"], "out", { axis: 0 }]], { stored: "float16", type: "float16", scales: [] }],
  [
    "a look-up by ids that were cast",
    [
      ["Cast", ["ids"], "wide", { to: 7 }],
      ["Gather", ["float", "wide"], "out"],
    ],
    { scales: [] },
  ],
  [
    "a cast of the whole table",
    [
      ["Cast", ["half"], "cast", { to: FLOAT32 }],
      ["Gather", ["cast", "ids"], "out"],
    ],
    { stored: "float16", type: "float32", scales: [] },
  ],
  [
    "rows that are cast, multiplied twice and reshaped",
    [
      ["Gather", ["half", "ids"], "a"],
      ["Cast", ["a"], "b", { to: FLOAT32 }],
      ["Mul", ["b", "two"], "c"],
      ["Mul", ["three", "c"], "d"],
      ["Identity", ["d"], "e"],
      ["Reshape", ["e", "shape"], "out"],
    ],
    { stored: "float16", type: "float32", scales: [2, 3], reshapes: true },
  ],
])("%s is read from the file", (_, nodes, expected) => {
  expect(find(nodes)).toEqual([expect.objectContaining({ ...table, ...expected })]);
});

test.each<readonly [string, readonly Node[]]>([
  ["a look-up of other dimensions", [["Gather", ["float", "ids"], "out", { axis: 1 }]]],
  ["a look-up of something else", [["Gather", ["float", "float"], "out"]]],
  ["a table within the graph", [["Gather", ["inline", "ids"], "out"]]],
  ["packed bits", [["com.microsoft.GatherBlockQuantized", ["float", "ids", "two"], "out"]]],
  ["bytes", [["Gather", ["bytes", "ids"], "out"]]],
  [
    "bytes with a scale for each column",
    [
      ["Gather", ["bytes", "ids"], "a"],
      ["DequantizeLinear", ["a", "many", "zero"], "out"],
    ],
  ],
  [
    "bytes that are cast",
    [
      ["Gather", ["bytes", "ids"], "a"],
      ["Cast", ["a"], "out", { to: FLOAT32 }],
    ],
  ],
  [
    "a product of halves, which the graph rounds",
    [
      ["Gather", ["half", "ids"], "a"],
      ["Mul", ["a", "two"], "out"],
    ],
  ],
  [
    "a cast to halves, which the graph rounds",
    [
      ["Gather", ["float", "ids"], "a"],
      ["Cast", ["a"], "out", { to: FLOAT16 }],
    ],
  ],
  [
    "a product with a row",
    [
      ["Gather", ["float", "ids"], "a"],
      ["Mul", ["a", "many"], "out"],
    ],
  ],
  [
    "a norm",
    [
      ["Gather", ["float", "ids"], "a"],
      ["LayerNormalization", ["a", "many"], "out"],
    ],
  ],
])("%s is left to the graph", (_, nodes) => {
  expect(find(nodes)).toBeUndefined();
});

test("a graph is run if one of its outputs is computed", () => {
  const nodes: readonly Node[] = [
    ["Gather", ["float", "ids"], "out"],
    ["Neg", ["out"], "other"],
  ];
  expect(find(nodes, ["out"])).toHaveLength(1);
  expect(find(nodes, ["out", "other"])).toBeUndefined();
});
