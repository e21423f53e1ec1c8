import { seededRandom } from "@decodekit/core";
import type { ModelFiles } from "@decodekit/core/onnx";
import { type Graph, type GraphNode, type GraphValue, onnxFile, type Weights } from "./onnx-writer.ts";

/**
 * Options of a language model whose logits are whole numbers that can be added up by hand, so the same sequence always gives the same bits.
 * A position contributes key × value, element by element: the key depends on its token, the value on its token and position. A row's
 * logits are the sum of the positions it sees, times a matrix. Rows of the canvas stream add a constant.
 */
export interface CountingModelOptions {
  readonly idType?: "int64" | "int32";
  readonly cacheType?: "float32" | "float16";
  readonly attentionMask?: boolean;
  readonly positionIds?: boolean;
  /** Whether the graph declares the vocabulary size in the shape of its logits. */
  readonly statesVocabSize?: boolean;
}

export const VOCAB_SIZE = 7;
export const CONTEXT_LENGTH = 24;
export const MASK_TOKEN = 6;
const LAYERS = 2;
const HEADS = 2;
const HEAD_SIZE = 3;
const WIDTH = HEADS * HEAD_SIZE;

const random = seededRandom(1);
const integers = (count: number, most: number): number[] => Array.from({ length: count }, () => 1 + Math.floor(random.uniform() * most));
const layers = Array.from({ length: LAYERS }, () => ({
  keys: integers(VOCAB_SIZE * WIDTH, 2),
  values: integers(VOCAB_SIZE * WIDTH, 2),
  places: integers(CONTEXT_LENGTH * WIDTH, 3),
}));
const projection = integers(WIDTH * VOCAB_SIZE, 3).map((value) => value - 2);
const canvasOffset = integers(VOCAB_SIZE, 9);

/** The tokens that a row sees, each with its position. */
export type Seen = readonly (readonly [token: number, position: number])[];

/** Returns the logits of a row that sees `seen`, added up without a cache. */
export function countedRow(seen: Seen, stream: "causal" | "canvas" = "causal"): Float32Array {
  const sums = Array.from({ length: WIDTH }, (_, index) => {
    let sum = 0;
    for (const { keys, values, places } of layers) {
      for (const [token, position] of seen)
        sum += keys[token * WIDTH + index]! * (values[token * WIDTH + index]! + places[position * WIDTH + index]!);
    }
    return sum;
  });
  return Float32Array.from({ length: VOCAB_SIZE }, (_, token) =>
    sums.reduce(
      (total, sum, index) => total + sum * projection[index * VOCAB_SIZE + token]!,
      stream === "canvas" ? canvasOffset[token]! : 0,
    ),
  );
}

/** Returns `tokens` at consecutive positions from 0. */
export function straight(tokens: Iterable<number>): Seen {
  return Array.from(tokens, (token, position) => [token, position]);
}

/** Returns the model's files as data URLs, with a canvas graph if `canvas` is true. */
export function countingModel(options: CountingModelOptions & { readonly canvas?: boolean } = {}, config: object = {}): ModelFiles {
  const { canvas = false } = options;
  return {
    name: "counting",
    files: {
      "config.json": json({
        max_position_embeddings: CONTEXT_LENGTH,
        ...(canvas && { canvas: {}, mask_token_id: MASK_TOKEN }),
        ...config,
      }),
      "tokenizer.json": json(tokenizer(VOCAB_SIZE)),
      "onnx/model.onnx": binary(onnxFile(causalGraph(options))),
      ...(canvas && { "onnx/canvas.onnx": binary(onnxFile(canvasGraph(options))) }),
    },
  };
}

/** A tokenizer whose tokens are the letters a, b, c … */
export function tokenizer(vocabSize: number): object {
  const letters = Array.from({ length: vocabSize }, (_, id) => [String.fromCharCode(97 + id), id]);
  return {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: "BPE", vocab: Object.fromEntries(letters), merges: [] },
  };
}

export function json(value: unknown): string {
  return `data:application/json,${encodeURIComponent(JSON.stringify(value))}`;
}

export function binary(bytes: Uint8Array): string {
  return `data:application/octet-stream;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

/** A graph whose rows see themselves and the positions before them, as a running sum. */
export function causalGraph(options: CountingModelOptions = {}): Graph {
  return graphOf(options, {
    inputs: [],
    nodes: [
      { op: "CumSum", inputs: ["contributions", "two"], outputs: ["sums of all"] },
      { op: "Shape", inputs: ["input_ids"], outputs: ["shape"] },
      { op: "Gather", inputs: ["shape", "one"], outputs: ["rows"] },
      { op: "Neg", inputs: ["rows"], outputs: ["start"] },
      { op: "Slice", inputs: ["sums of all", "start", "end", "two"], outputs: ["sums"] },
    ],
    offset: [],
  });
}

/** A graph whose rows see the positions that the attention bias allows. */
export function canvasGraph(options: CountingModelOptions = {}): Graph {
  const { idType = "int64" } = options;
  return graphOf(
    { ...options, positionIds: true, attentionMask: false },
    {
      inputs: [
        { name: "mode_ids", type: idType, shape: [1, "rows"] },
        { name: "attention_bias", type: "float32", shape: [1, 1, "rows", "all"] },
      ],
      nodes: [
        { op: "Exp", inputs: ["attention_bias"], outputs: ["weights"] },
        { op: "MatMul", inputs: ["weights", "contributions"], outputs: ["sums"] },
      ],
      offset: [
        { op: "Cast", inputs: ["mode_ids"], outputs: ["modes"], attributes: { to: 1 } },
        { op: "Reshape", inputs: ["modes", "column"], outputs: ["mode column"] },
        { op: "Mul", inputs: ["mode column", "canvas offset"], outputs: ["offset"] },
      ],
    },
  );
}

interface Stream {
  readonly inputs: readonly GraphValue[];
  /** Compute "sums" (1, heads, rows, headSize) from "contributions" (1, heads, all, headSize). */
  readonly nodes: readonly GraphNode[];
  /** Compute "offset" (1, rows, vocabSize); empty for no offset. */
  readonly offset: readonly GraphNode[];
}

function graphOf(options: CountingModelOptions, stream: Stream): Graph {
  const { idType = "int64", cacheType = "float32", attentionMask = true, positionIds = true, statesVocabSize = true } = options;
  const float = { to: cacheType === "float16" ? 10 : 1 };
  const cached = layers.flatMap((_, layer) => [`${layer}.key`, `${layer}.value`]);
  const hasOffset = stream.offset.length > 0;
  return {
    inputs: [
      { name: "input_ids", type: idType, shape: [1, "rows"] },
      ...(attentionMask ? [{ name: "attention_mask", type: idType, shape: [1, "all"] } as const] : []),
      ...(positionIds ? [{ name: "position_ids", type: idType, shape: [1, "rows"] } as const] : []),
      ...stream.inputs,
      ...cached.map((name) => ({ name: `past_key_values.${name}`, type: cacheType, shape: [1, HEADS, "past", HEAD_SIZE] })),
    ],
    outputs: [
      { name: "logits", type: cacheType, shape: [1, "rows", statesVocabSize ? VOCAB_SIZE : "vocabulary"] },
      ...cached.map((name) => ({ name: `present.${name}`, type: cacheType, shape: [1, HEADS, "all", HEAD_SIZE] })),
    ],
    nodes: [
      ...layers.flatMap((_, layer) => layerNodes(layer, { cacheType, positionIds })),
      { op: "Add", inputs: ["contribution 0", "contribution 1"], outputs: [attentionMask ? "unmasked" : "contributions"] },
      ...(attentionMask ? maskNodes : []),
      ...stream.nodes,
      { op: "Transpose", inputs: ["sums"], outputs: ["sums by row"], attributes: { perm: [0, 2, 1, 3] } },
      { op: "Reshape", inputs: ["sums by row", "wide"], outputs: ["wide sums"] },
      { op: "MatMul", inputs: ["wide sums", "projection"], outputs: [hasOffset ? "projected" : "float logits"] },
      ...stream.offset,
      ...(hasOffset ? [{ op: "Add", inputs: ["projected", "offset"], outputs: ["float logits"] }] : []),
      { op: "Cast", inputs: ["float logits"], outputs: [statesVocabSize ? "logits" : "all logits"], attributes: float },
      ...(statesVocabSize ? [] : hideVocabSizeNodes),
    ],
    weights,
  };
}

/** Slices the logits at an index known only at run time, so that no runtime can infer the vocabulary size from the weights. */
const hideVocabSizeNodes: readonly GraphNode[] = [
  { op: "ReduceMax", inputs: ["input_ids"], outputs: ["largest"], attributes: { keepdims: 0 } },
  { op: "Mul", inputs: ["largest", "zero"], outputs: ["nothing"] },
  { op: "Add", inputs: ["nothing", "vocabulary size"], outputs: ["vocabulary end"] },
  { op: "Slice", inputs: ["all logits", "zero", "vocabulary end", "two"], outputs: ["logits"] },
];

const maskNodes: readonly GraphNode[] = [
  { op: "Cast", inputs: ["attention_mask"], outputs: ["float mask"], attributes: { to: 1 } },
  { op: "Reshape", inputs: ["float mask", "mask shape"], outputs: ["shaped mask"] },
  { op: "Mul", inputs: ["unmasked", "shaped mask"], outputs: ["contributions"] },
];

function layerNodes(
  layer: number,
  { cacheType, positionIds }: Required<Pick<CountingModelOptions, "cacheType" | "positionIds">>,
): GraphNode[] {
  const float = { to: cacheType === "float16" ? 10 : 1 };
  const grow = (kind: string): GraphNode[] => [
    { op: "Reshape", inputs: [`new ${kind} ${layer}`, "split"], outputs: [`split ${kind} ${layer}`] },
    { op: "Transpose", inputs: [`split ${kind} ${layer}`], outputs: [`heads ${kind} ${layer}`], attributes: { perm: [0, 2, 1, 3] } },
    { op: "Cast", inputs: [`heads ${kind} ${layer}`], outputs: [`cast ${kind} ${layer}`], attributes: float },
    {
      op: "Concat",
      inputs: [`past_key_values.${layer}.${kind}`, `cast ${kind} ${layer}`],
      outputs: [`present.${layer}.${kind}`],
      attributes: { axis: 2 },
    },
    { op: "Cast", inputs: [`present.${layer}.${kind}`], outputs: [`float ${kind} ${layer}`], attributes: { to: 1 } },
  ];
  return [
    { op: "Gather", inputs: [`keys ${layer}`, "input_ids"], outputs: [`new key ${layer}`] },
    { op: "Gather", inputs: [`values ${layer}`, "input_ids"], outputs: [positionIds ? `token value ${layer}` : `new value ${layer}`] },
    ...(positionIds
      ? [
          { op: "Gather", inputs: [`places ${layer}`, "position_ids"], outputs: [`place ${layer}`] },
          { op: "Add", inputs: [`token value ${layer}`, `place ${layer}`], outputs: [`new value ${layer}`] },
        ]
      : []),
    ...grow("key"),
    ...grow("value"),
    { op: "Mul", inputs: [`float key ${layer}`, `float value ${layer}`], outputs: [`contribution ${layer}`] },
  ];
}

const shape = (name: string, ...values: number[]): Weights => ({ name, type: "int64", dims: [values.length], values });

const weights: readonly Weights[] = [
  ...layers.flatMap(({ keys, values, places }, layer): Weights[] => [
    { name: `keys ${layer}`, type: "float32", dims: [VOCAB_SIZE, WIDTH], values: keys },
    { name: `values ${layer}`, type: "float32", dims: [VOCAB_SIZE, WIDTH], values },
    { name: `places ${layer}`, type: "float32", dims: [CONTEXT_LENGTH, WIDTH], values: places },
  ]),
  { name: "projection", type: "float32", dims: [WIDTH, VOCAB_SIZE], values: projection },
  { name: "canvas offset", type: "float32", dims: [1, 1, VOCAB_SIZE], values: canvasOffset },
  shape("split", 0, -1, HEADS, HEAD_SIZE),
  shape("wide", 1, -1, WIDTH),
  shape("mask shape", 1, 1, -1, 1),
  shape("column", 1, -1, 1),
  shape("zero", 0),
  shape("vocabulary size", VOCAB_SIZE),
  shape("one", 1),
  shape("two", 2),
  shape("end", 1 << 30),
];
