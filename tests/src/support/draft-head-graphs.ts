import { seededRandom } from "@decodekit/core";
import type { ModelFiles } from "@decodekit/core/onnx";
import { binary, json, tokenizer } from "./counting-graph.ts";
import { type Graph, type GraphNode, type GraphValue, onnxFile, type Weights } from "./onnx-writer.ts";

// Small graphs with the inputs and outputs of a causal model and of draft heads as mobius exports them, so that tests need no Python.
// B branches, n positions, H hidden size, V tokens, D the head's tokens.

/** Sizes of a draft head, and of the target that it is for. */
export interface HeadSizes {
  readonly hiddenSize: number;
  /** Number of layers after which it reads the target's states. */
  readonly layers: number;
  readonly vocabSize: number;
}

export interface EagleGraphOptions extends HeadSizes {
  /** Number of tokens that the head knows. @defaultValue all */
  readonly draftSize?: number;
  /** What projects its states, shape (H, D). @defaultValue random */
  readonly projection?: readonly number[];
  readonly type?: "float32" | "float16";
}

/** How much of what a position sees is the mean of all positions, itself included: small, so that tokens matter more. */
const MIXED = 0.05;
/** Number of layers of the target below. */
const LAYERS = 3;

const integer = (name: string, value: number): Weights => ({ name, type: "int64", dims: [1], values: [value] });
const CONSTANTS: readonly Weights[] = [
  integer("one", 1),
  integer("two", 2),
  integer("end", 2 ** 31),
  { name: "mixed", type: "float32", dims: [1], values: [MIXED] },
];

/** Returns a folder with an EAGLE-3 graph, whose state at a position is its embedding, what it was given, and a little of those before. */
export function eagleHead(options: EagleGraphOptions, config: object = {}, vocabulary?: object): ModelFiles {
  return headFolder(eagleGraph(options), config, vocabulary);
}

/** Returns a folder with a DFlash graph, of which every position sees all of the context and the block. */
export function dflashHead(sizes: HeadSizes, config: object = {}): ModelFiles {
  return headFolder(dflashGraph(sizes), config);
}

function headFolder(graph: Graph, config: object, vocabulary?: object): ModelFiles {
  return {
    name: "head",
    files: {
      "config.json": json({ max_position_embeddings: 512, ...config }),
      ...(vocabulary && { "draft_vocabulary.json": json(vocabulary) }),
      "model.onnx": binary(onnxFile(graph)),
    },
  };
}

function eagleGraph({ hiddenSize: H, layers, vocabSize, draftSize = vocabSize, projection, type = "float32" }: EagleGraphOptions): Graph {
  const value = (name: string, ...shape: GraphValue["shape"]): GraphValue => ({ name, type, shape });
  const inner = type === "float16" ? { to: 1 } : undefined;
  const floats = (name: string): string => (inner ? `${name} as float32` : name);
  const casts = (...names: string[]): GraphNode[] =>
    inner ? names.map((name) => ({ op: "Cast", inputs: [name], outputs: [floats(name)], attributes: inner })) : [];
  const output = (from: string, to: string): GraphNode => ({
    op: "Cast",
    inputs: [from],
    outputs: [to],
    attributes: { to: inner ? 10 : 1 },
  });
  return {
    inputs: [
      value("inputs_embeds", "batch", "sequence_len", H),
      value("fused_hidden", "batch", "sequence_len", layers * H),
      value("recycled_hidden", "batch", "sequence_len", H),
      { name: "attention_mask", type: "int64", shape: ["batch", "past_seq_len + seq_len"] },
      { name: "position_ids", type: "int64", shape: ["batch", "sequence_len"] },
      ...cacheValues("past_key_values", "past_sequence_len", H, type),
    ],
    outputs: [
      value("draft_logits", "batch", "sequence_len", draftSize),
      value("next_hidden", "batch", "sequence_len", H),
      ...cacheValues("present", "total", H, type),
    ],
    nodes: [
      ...casts("inputs_embeds", "fused_hidden", "recycled_hidden", "past_key_values.0.key", "past_key_values.0.value"),
      { op: "MatMul", inputs: [floats("fused_hidden"), "fc"], outputs: ["fused"] },
      { op: "Add", inputs: ["fused", floats("recycled_hidden")], outputs: ["combined"] },
      { op: "Mul", inputs: ["combined", "mixed"], outputs: ["less"] },
      { op: "Add", inputs: [floats("inputs_embeds"), "less"], outputs: ["own"] },
      ...runningMean("own", { past: floats("past_key_values.0"), suffix: inner ? " as float32" : "", present: "grown.0", layer: "head" }),
      { op: "Cast", inputs: ["grown.0.key"], outputs: ["present.0.key"], attributes: { to: inner ? 10 : 1 } },
      { op: "Cast", inputs: ["grown.0.value"], outputs: ["present.0.value"], attributes: { to: inner ? 10 : 1 } },
      { op: "Add", inputs: ["own", "head seen"], outputs: ["state"] },
      output("state", "next_hidden"),
      { op: "MatMul", inputs: ["state", "projection"], outputs: ["logits"] },
      output("logits", "draft_logits"),
    ],
    weights: [
      weights("fc", [layers * H, H]),
      { name: "projection", type: "float32", dims: [H, draftSize], values: projection ?? weights("projection", [H, draftSize]).values },
      ...CONSTANTS,
    ],
  };
}

function dflashGraph({ hiddenSize: H, layers }: HeadSizes): Graph {
  const value = (name: string, ...shape: GraphValue["shape"]): GraphValue => ({ name, type: "float32", shape });
  return {
    inputs: [
      value("noise_embedding", "batch", "q_len", H),
      value("target_hidden", "batch", "ctx_len", layers * H),
      { name: "position_ids", type: "int64", shape: ["batch", "ctx_len + q_len"] },
      { name: "q_position_ids", type: "int64", shape: ["batch", "q_len"] },
      ...cacheValues("past_key_values", "past_sequence_len", H, "float32"),
    ],
    outputs: [value("draft_hidden", "batch", "q_len", H), ...cacheValues("present", "total", H, "float32")],
    nodes: [
      { op: "MatMul", inputs: ["target_hidden", "fc"], outputs: ["context"] },
      { op: "Concat", inputs: ["context", "noise_embedding"], outputs: ["all"], attributes: { axis: 1 } },
      { op: "Unsqueeze", inputs: ["all", "one"], outputs: ["heads"] },
      { op: "Concat", inputs: ["past_key_values.0.key", "heads"], outputs: ["present.0.key"], attributes: { axis: 2 } },
      { op: "Concat", inputs: ["past_key_values.0.value", "heads"], outputs: ["present.0.value"], attributes: { axis: 2 } },
      { op: "ReduceMean", inputs: ["present.0.value"], outputs: ["mean of heads"], attributes: { axes: [2] } },
      { op: "Squeeze", inputs: ["mean of heads", "one"], outputs: ["mean"] },
      { op: "Cast", inputs: ["q_position_ids"], outputs: ["places"], attributes: { to: 1 } },
      { op: "Unsqueeze", inputs: ["places", "two"], outputs: ["column"] },
      { op: "Mul", inputs: ["column", "directions"], outputs: ["turned"] },
      { op: "Sin", inputs: ["turned"], outputs: ["placed"] },
      { op: "Add", inputs: ["noise_embedding", "mean"], outputs: ["seen"] },
      { op: "Add", inputs: ["seen", "placed"], outputs: ["draft_hidden"] },
    ],
    weights: [weights("fc", [layers * H, H]), weights("directions", [1, 1, H]), ...CONSTANTS],
  };
}

/** Number of tokens of the target, and its hidden size: an embedding is 1 at its token. */
export const TARGET_SIZE = 12;

/** What predicts mostly the token after a token, in a circle: shape (H, V), row t is largest at t + 1. */
export const NEXT_IN_CIRCLE: readonly number[] = Array.from({ length: TARGET_SIZE * TARGET_SIZE }, (_, index) => {
  const [from, to] = [Math.floor(index / TARGET_SIZE), index % TARGET_SIZE];
  return to === (from + 1) % TARGET_SIZE ? 4 : 0;
});

/** Returns a causal model of 3 layers whose residual stream begins with the token alone, so that its next token is mostly that in a circle. */
export function circleTarget(config: object = {}): ModelFiles {
  const H = TARGET_SIZE;
  const layers = Array.from({ length: LAYERS }, (_, layer) => layer);
  const graph: Graph = {
    inputs: [
      { name: "input_ids", type: "int64", shape: [1, "rows"] },
      ...layers.flatMap((layer) => cacheValues("past_key_values", "past", H, "float32", layer)),
    ],
    outputs: [
      { name: "logits", type: "float32", shape: [1, "rows", H] },
      ...layers.flatMap((layer) => cacheValues("present", "all", H, "float32", layer)),
    ],
    nodes: [
      { op: "Gather", inputs: ["embeddings", "input_ids"], outputs: ["stream 0"] },
      ...layers.flatMap((layer): GraphNode[] => [
        { op: "MatMul", inputs: [`stream ${layer}`, `mix ${layer}`], outputs: [`mixed ${layer}`] },
        { op: "Tanh", inputs: [`mixed ${layer}`], outputs: [`bounded ${layer}`] },
        ...runningMean(`bounded ${layer}`, { past: `past_key_values.${layer}`, present: `present.${layer}`, layer: `layer ${layer}` }),
        { op: "Add", inputs: [`stream ${layer}`, `layer ${layer} seen`], outputs: [`stream ${layer + 1}`] },
      ]),
      { op: "MatMul", inputs: [`stream ${LAYERS}`, "circle"], outputs: ["logits"] },
    ],
    weights: [
      {
        name: "embeddings",
        type: "float32",
        dims: [H, H],
        values: Array.from({ length: H * H }, (_, index) => (index % (H + 1) === 0 ? 1 : 0)),
      },
      { name: "circle", type: "float32", dims: [H, H], values: NEXT_IN_CIRCLE },
      ...layers.map((layer) => weights(`mix ${layer}`, [H, H], 20)),
      ...CONSTANTS,
    ],
  };
  return {
    name: "circle",
    files: {
      "config.json": json({ max_position_embeddings: 64, num_hidden_layers: LAYERS, ...config }),
      "tokenizer.json": json(tokenizer(TARGET_SIZE)),
      "model.onnx": binary(onnxFile(graph)),
    },
  };
}

interface RunningMean {
  /** Beginning of the names of the cached keys and values. */
  readonly past: string;
  /** End of these names. */
  readonly suffix?: string;
  readonly present: string;
  /** Beginning of the names of values. */
  readonly layer: string;
}

/** Nodes that add up all positions of `value` (B, n, H) so far, times a little, as "<layer> seen"; the positions are the cache. */
function runningMean(value: string, { past, suffix = "", present, layer }: RunningMean): readonly GraphNode[] {
  const name = (part: string): string => `${layer} ${part}`;
  const pastOf = (part: string): string => `${past.replace(/ as float32$/, "")}.${part}${suffix}`;
  return [
    { op: "Unsqueeze", inputs: [value, "one"], outputs: [name("heads")] },
    { op: "Concat", inputs: [pastOf("key"), name("heads")], outputs: [`${present}.key`], attributes: { axis: 2 } },
    { op: "Concat", inputs: [pastOf("value"), name("heads")], outputs: [`${present}.value`], attributes: { axis: 2 } },
    { op: "Mul", inputs: [`${present}.value`, "mixed"], outputs: [name("less")] },
    { op: "CumSum", inputs: [name("less"), "two"], outputs: [name("sums of all")] },
    { op: "Shape", inputs: [value], outputs: [name("shape")] },
    { op: "Gather", inputs: [name("shape"), "one"], outputs: [name("rows")] },
    { op: "Neg", inputs: [name("rows")], outputs: [name("start")] },
    { op: "Slice", inputs: [name("sums of all"), name("start"), "end", "two"], outputs: [name("sums")] },
    { op: "Squeeze", inputs: [name("sums"), "one"], outputs: [name("seen")] },
  ];
}

function cacheValues(name: string, positions: string, size: number, type: "float32" | "float16", layer = 0): readonly GraphValue[] {
  return ["key", "value"].map((part) => ({ name: `${name}.${layer}.${part}`, type, shape: ["batch", 1, positions, size] }));
}

/** Returns random weights, the same ones for a name. */
function weights(name: string, dims: readonly number[], factor = 1): Weights {
  const random = seededRandom(Array.from(name).reduce((sum, letter) => sum + letter.charCodeAt(0), dims[0]!));
  const count = dims.reduce((product, dim) => product * dim, 1);
  const scale = factor / Math.sqrt(dims[0]!);
  return { name, type: "float32", dims, values: Array.from({ length: count }, () => scale * (2 * random.uniform() - 1)) };
}
