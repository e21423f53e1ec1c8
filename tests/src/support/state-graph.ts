import type { ModelFiles } from "@decodekit/core/onnx";
import { binary, json, tokenizer } from "./counting-graph.ts";
import { type Graph, type GraphNode, type GraphValue, onnxFile, type Weights } from "./onnx-writer.ts";

/** One tensor that a graph carries from pass to pass. All hold VOCAB_SIZE numbers, or that many for each position. */
export interface StateTensor {
  readonly input: string;
  readonly output: string;
  /**
   * "fixed": a sum over all tokens so far. "growing": one number for each token and element. "halved": as "growing", but of every pass only
   * every other position, as of a cache that is compressed.
   */
  readonly kind: "fixed" | "growing" | "halved";
  /** Shape of the input: (batch, …) with VOCAB_SIZE elements if it is fixed, else (batch, heads, positions, headSize) with as many for each. */
  readonly shape: readonly (number | string)[];
  /** @defaultValue "float32" */
  readonly type?: "float32" | "float16" | "int8" | "uint8";
}

const VOCAB_SIZE = 8;

/**
 * Returns a model whose logits are whole numbers: a row is the embedding of its token plus, for every state, what the state holds of the
 * tokens before it and the row's own token, weighted by position. So it has other logits as soon as one state is lost or taken twice.
 * `inputs` are further inputs, which are added to the logits.
 */
export function stateModel(states: readonly StateTensor[], inputs: readonly GraphValue[] = [], config: object = {}): ModelFiles {
  return {
    name: "states",
    files: {
      "config.json": json({ max_position_embeddings: 64, architectures: ["StateForCausalLM"], ...config }),
      "tokenizer.json": json(tokenizer(VOCAB_SIZE)),
      "model.onnx": binary(onnxFile(stateGraph(states, inputs))),
    },
  };
}

function stateGraph(states: readonly StateTensor[], inputs: readonly GraphValue[]): Graph {
  const sums = states.map((_, index) => `rows of ${index}`);
  return {
    inputs: [
      { name: "input_ids", type: "int64", shape: ["batch", "sequence"] },
      { name: "position_ids", type: "int64", shape: ["batch", "sequence"] },
      ...inputs,
      ...states.map(({ input, shape, type = "float32" }) => ({ name: input, type, shape })),
    ],
    outputs: [
      { name: "logits", type: "float32", shape: ["batch", "sequence", VOCAB_SIZE] },
      ...states.map(({ output, shape, type = "float32" }) => ({ name: output, type, shape: shape.map(asOutput) })),
    ],
    nodes: [
      { op: "Gather", inputs: ["embeddings", "input_ids"], outputs: ["embedded"] },
      { op: "Add", inputs: ["position_ids", "one"], outputs: ["places"] },
      { op: "Cast", inputs: ["places"], outputs: ["float places"], attributes: { to: 1 } },
      { op: "Unsqueeze", inputs: ["float places", "two"], outputs: ["weights of rows"] },
      { op: "Mul", inputs: ["embedded", "weights of rows"], outputs: ["weighted"] },
      ...states.flatMap((state, index) => (state.kind === "fixed" ? fixedNodes(state, index) : growingNodes(state, index))),
      ...inputs.flatMap(({ name }): GraphNode[] => [
        { op: "Cast", inputs: [name], outputs: [`float ${name}`], attributes: { to: 1 } },
        { op: "ReduceSum", inputs: [`float ${name}`], outputs: [`sum of ${name}`], attributes: { keepdims: 0 } },
      ]),
      { op: "Sum", inputs: ["embedded", ...sums, ...inputs.map(({ name }) => `sum of ${name}`)], outputs: ["logits"] },
    ],
    weights: [
      { name: "embeddings", type: "float32", dims: [VOCAB_SIZE, VOCAB_SIZE], values: EMBEDDINGS },
      numbers("one", 1),
      numbers("two", 2),
      numbers("last row", -1),
      numbers("end", 2 ** 40),
      numbers("shape of a sum", 1, 1, VOCAB_SIZE),
      numbers("shape of rows", 1, -1, VOCAB_SIZE),
      { name: "zero", type: "int64", dims: [1], values: [0] },
      { name: "two", type: "int64", dims: [1], values: [2] },
      ...states.map((state, index) => numbers(`shape of ${index}`, ...state.shape.map((dim) => (typeof dim === "number" ? dim : 1)))),
      ...states.flatMap(({ shape, kind }, index) =>
        kind === "fixed" ? [] : [numbers(`heads of ${index}`, 1, -1, Number(shape[1]), VOCAB_SIZE / Number(shape[1]))],
      ),
    ],
  };
}

/** The sum of all tokens so far, times a number that tells the states apart. */
function fixedNodes({ input, output, type = "float32" }: StateTensor, index: number): readonly GraphNode[] {
  return [
    ...Array.from({ length: index }, (_, times): GraphNode => {
      return {
        op: "Add",
        inputs: [times === 0 ? "weighted" : `${index} times ${times}`, "embedded"],
        outputs: [`${index} times ${times + 1}`],
      };
    }),
    { op: "CumSum", inputs: [index === 0 ? "weighted" : `${index} times ${index}`, "one"], outputs: [`running ${index}`] },
    { op: "Cast", inputs: [input], outputs: [`float state ${index}`], attributes: { to: 1 } },
    { op: "Reshape", inputs: [`float state ${index}`, "shape of a sum"], outputs: [`flat state ${index}`] },
    { op: "Add", inputs: [`running ${index}`, `flat state ${index}`], outputs: [`rows of ${index}`] },
    { op: "Slice", inputs: [`rows of ${index}`, "last row", "end", "one"], outputs: [`last of ${index}`] },
    { op: "Reshape", inputs: [`last of ${index}`, `shape of ${index}`], outputs: [`shaped ${index}`] },
    { op: "Cast", inputs: [`shaped ${index}`], outputs: [output], attributes: { to: CODES[type] } },
  ];
}

/** The embeddings of all tokens so far, and the sum of those up to each row. */
function growingNodes({ input, output, kind, type = "float32" }: StateTensor, index: number): readonly GraphNode[] {
  return [
    { op: "Reshape", inputs: ["embedded", `heads of ${index}`], outputs: [`split ${index}`] },
    { op: "Transpose", inputs: [`split ${index}`], outputs: [`new ${index}`], attributes: SWAPPED },
    { op: "Cast", inputs: [`new ${index}`], outputs: [`typed ${index}`], attributes: { to: CODES[type] } },
    { op: "Concat", inputs: [input, `typed ${index}`], outputs: [kind === "halved" ? `all of ${index}` : output], attributes: { axis: 2 } },
    ...(kind === "halved" ? [{ op: "Slice", inputs: [`all of ${index}`, "zero", "end", "two", "two"], outputs: [output] }] : []),
    { op: "Cast", inputs: [input], outputs: [`float past ${index}`], attributes: { to: 1 } },
    { op: "Transpose", inputs: [`float past ${index}`], outputs: [`past by row ${index}`], attributes: SWAPPED },
    { op: "Reshape", inputs: [`past by row ${index}`, "shape of rows"], outputs: [`past rows ${index}`] },
    { op: "ReduceSum", inputs: [`past rows ${index}`, "one"], outputs: [`past sum ${index}`] },
    { op: "CumSum", inputs: ["embedded", "one"], outputs: [`running ${index}`] },
    { op: "Add", inputs: [`running ${index}`, `past sum ${index}`], outputs: [`rows of ${index}`] },
  ];
}

/** Numbers of onnx.proto's TensorProto.DataType. */
const CODES = { float32: 1, uint8: 2, int8: 3, float16: 10 } as const;
/** Exchanges heads and positions. */
const SWAPPED = { perm: [0, 2, 1, 3] } as const;
/** Whole numbers up to 4, which sums of 64 keep within 8 bits where it matters, and whose rows all differ. */
const EMBEDDINGS = Array.from({ length: VOCAB_SIZE * VOCAB_SIZE }, (_, index) => (((index * index) % 13) + (index % 3)) % 5);

function numbers(name: string, ...values: readonly number[]): Weights {
  return { name, type: "int64", dims: [values.length], values };
}

function asOutput(dim: number | string): number | string {
  return typeof dim === "string" ? dim.replace("past", "total") : dim;
}
