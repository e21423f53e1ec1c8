import { PbfWriter } from "pbf";
import { type Constant, type NewNode, writeConstant, writeNode } from "./graph-encoding.ts";
import { readEditableGraph } from "./editable-graph.ts";

/** Returns a node from "output = Op(input, input)"; an input that is left out is "-". */
export function node(line: string, attributes?: NewNode["attributes"]): NewNode {
  const [, output, op, inputs] = /^(\S+) = (\w+)\((.*)\)$/u.exec(line)!;
  const names = inputs === "" ? [] : inputs!.split(", ").map((name) => (name === "-" ? "" : name));
  return { op: op!, inputs: names, outputs: [output!], ...(attributes && { attributes }) };
}

export interface SmallGraph {
  readonly nodes: readonly NewNode[];
  readonly weights?: Readonly<Record<string, Constant>>;
  /** Weights without content; the type is that of onnx.proto. */
  readonly tables?: readonly { readonly name: string; readonly type: number; readonly dims: readonly number[] }[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

/** Returns an encoded ModelProto. The numbers are those of onnx.proto. */
export function encodeGraph({
  nodes,
  weights = {},
  tables = [],
  inputs = ["input_ids"],
  outputs = ["logits"],
  opset = 18,
}: SmallGraph): Uint8Array {
  const writer = new PbfWriter();
  const graph = (_: undefined, each: PbfWriter): void => {
    for (const one of nodes) each.writeMessage(1, writeNode, one);
    for (const weight of Object.entries(weights)) each.writeMessage(5, writeConstant, weight);
    for (const { name, type, dims } of tables)
      each.writeMessage(
        5,
        (_table, tensor) => {
          tensor.writePackedVarint(1, [...dims]);
          tensor.writeVarintField(2, type);
          tensor.writeStringField(8, name);
        },
        undefined,
      );
    for (const name of inputs) each.writeMessage(11, (_input, value) => value.writeStringField(1, name), undefined);
    for (const name of outputs) each.writeMessage(12, (_output, value) => value.writeStringField(1, name), undefined);
  };
  writer.writeMessage(8, (_, each: PbfWriter) => each.writeVarintField(2, opset), undefined);
  writer.writeMessage(7, graph, undefined);
  return writer.finish();
}

/** Returns the nodes of an encoded ModelProto as `node` reads them. */
export function linesOf(file: Uint8Array): readonly string[] {
  return readEditableGraph(file).nodes.map(
    ({ op, inputs, outputs }) => `${outputs.join()} = ${op}(${inputs.map((name) => name || "-").join(", ")})`,
  );
}
