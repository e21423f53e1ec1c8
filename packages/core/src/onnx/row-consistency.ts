import { PbfReader } from "pbf";
import type { RowConsistency } from "../contracts/model.ts";
import { eachField, endOfMessage } from "./graph-outline.ts";
import type { Execution } from "./model-source.ts";

// Field numbers of onnx.proto (IR version 13).
const MODEL = { graph: 7, functions: 25 } as const;
const GRAPH_NODE = 1;
const FUNCTION_NODE = 7;
const NODE = { opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integer: 3, graph: 6, graphs: 11 } as const;

/** Operators that compute one scale of 8 bits for all rows of a pass. */
const ONE_SCALE: ReadonlySet<string> = new Set(["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"]);
/** Operators on activations of 8 bits whose scales do not depend on other rows by themselves. */
const EIGHT_BITS: ReadonlySet<string> = new Set([
  "MatMulInteger",
  "MatMulInteger16",
  "MatMulIntegerToFloat",
  "ConvInteger",
  "QuantizeLinear",
  "QAttention",
  "QGemm",
]);
/** Beginning of the names of other such operators, as QLinearMatMul. */
const QUANTIZED = "QLinear";
/** Value of the attribute `accuracy_level` of MatMulNBits that rounds activations to 8 bits. */
const INT8_ACCURACY = 4;
const ORDER: readonly RowConsistency[] = ["exact", "rounding", "approximate", "mixed"];

/**
 * Reads from an encoded ModelProto what the operators of a graph, its subgraphs and its functions do to the rows of a pass when `execution`
 * runs it. @throws Error if it is not a ModelProto.
 */
export function readRowConsistency(outline: Uint8Array, execution: Execution): RowConsistency {
  const reader = new PbfReader(outline);
  let found: RowConsistency = "rounding";
  const readNodes = (field: number): void =>
    eachField(reader, endOfMessage(reader), (part) => {
      if (part !== field) return;
      const own = readNode();
      found = worseConsistency(found, own);
    });
  /** Reads a node, and the graphs within it, which change `found`. */
  const readNode = (): RowConsistency => {
    let op = "";
    const integers: Record<string, number> = {};
    eachField(reader, endOfMessage(reader), (part) => {
      if (part === NODE.opType) op = reader.readString();
      else if (part === NODE.attribute) readAttribute(integers);
    });
    return consistencyOf(op, integers, execution);
  };
  const readAttribute = (integers: Record<string, number>): void => {
    let name = "";
    eachField(reader, endOfMessage(reader), (part) => {
      if (part === ATTRIBUTE.name) name = reader.readString();
      else if (part === ATTRIBUTE.integer) integers[name] = reader.readVarint(true);
      else if (part === ATTRIBUTE.graph || part === ATTRIBUTE.graphs) readNodes(GRAPH_NODE);
    });
  };
  eachField(reader, reader.length, (field) => {
    if (field === MODEL.graph) readNodes(GRAPH_NODE);
    else if (field === MODEL.functions) readNodes(FUNCTION_NODE);
  });
  return found;
}

/** Returns the one of two that promises less. */
export function worseConsistency(one: RowConsistency, other: RowConsistency): RowConsistency {
  return ORDER.indexOf(one) < ORDER.indexOf(other) ? other : one;
}

function consistencyOf(op: string, integers: Readonly<Record<string, number>>, execution: Execution): RowConsistency {
  if (ONE_SCALE.has(op)) return "mixed";
  if (EIGHT_BITS.has(op) || op.startsWith(QUANTIZED)) return "approximate";
  // The WASM kernel multiplies in float32 whatever the level: rows of SmolLM2-135M move by 2e-5 there, and by 0.8 on native.
  const roundsTo8Bits = op === "MatMulNBits" && integers["accuracy_level"] === INT8_ACCURACY && execution !== "wasm";
  return roundsTo8Bits ? "approximate" : "rounding";
}
