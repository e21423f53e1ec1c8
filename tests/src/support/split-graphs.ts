import { bytesOf, type Graph, type GraphNode, onnxFile, type Weights } from "./onnx-writer.ts";
import type { ModelFiles } from "@decodekit/core/onnx";
import { binary, json, tokenizer } from "./counting-graph.ts";

/** "uint8" stores each number twice as large, around 128. */
type Stored = "float32" | "float16" | "uint8";

/** Options of a model in two graphs, whose logits are whole numbers that can be added up by hand. */
export interface SplitGraphsOptions {
  /** Type of the embeddings between the graphs. @defaultValue "float32" */
  readonly between?: "float32" | "float16";
  /** Type of the tables. @defaultValue "float32" */
  readonly stored?: Stored;
  /** Factor of the rows of the first table. @defaultValue 3 */
  readonly scale?: number;
  /** Whether the embedding graph adds nothing to the rows, so that it does more than looking them up. @defaultValue false */
  readonly computes?: boolean;
  /** Whether the embedding graph also reads features of images, and adds their sum to every row. @defaultValue false */
  readonly features?: boolean;
  /** Whether the decoder keeps a sum in place of keys, so that it reads tokens again after a rewind. @defaultValue false */
  readonly keepsSum?: boolean;
}

const SPLIT_VOCAB_SIZE = 6;
const WIDTH = 4;
const SCALE = 3;
const table = Array.from({ length: SPLIT_VOCAB_SIZE * WIDTH }, (_, index) => ((index * 7) % 5) - 2);
const perLayer = Array.from({ length: SPLIT_VOCAB_SIZE * WIDTH }, (_, index) => ((index * 11) % 7) - 3);
const projection = Array.from({ length: WIDTH * SPLIT_VOCAB_SIZE }, (_, index) => ((index * 5) % 11) - 5);

/** Returns the logits after `tokens`, added up without a cache: a position adds its embeddings and its place, and a row sees all before it. */
export function splitRow(tokens: readonly number[], scale = SCALE): Float32Array {
  const sums = Array.from({ length: WIDTH }, (_, at) =>
    tokens.reduce((sum, token, place) => sum + scale * table[token * WIDTH + at]! + perLayer[token * WIDTH + at]! + place, 0),
  );
  return Float32Array.from({ length: SPLIT_VOCAB_SIZE }, (_, token) =>
    sums.reduce((total, sum, at) => total + sum * projection[at * SPLIT_VOCAB_SIZE + token]!, 0),
  );
}

/** Returns the model's files as data URLs. `names` are those of the decoder's and of the embeddings' file. */
export function splitGraphs(
  options: SplitGraphsOptions = {},
  [decoder, embeddings]: readonly [string, string] = ["decoder_model_merged.onnx", "embed_tokens.onnx"],
): ModelFiles {
  const tables = tableWeights(options.stored ?? "float32");
  return {
    name: "split",
    files: {
      "config.json": json({ text_config: { max_position_embeddings: 32, eos_token_id: 5 } }),
      "tokenizer.json": json(tokenizer(SPLIT_VOCAB_SIZE)),
      [`onnx/${decoder}`]: binary(onnxFile(decoderGraph(options))),
      [`onnx/${embeddings}`]: binary(onnxFile(embeddingGraph(options, tables))),
      "onnx/embed_tokens.onnx_data": binary(Uint8Array.from(tables.flatMap((each) => [...bytesOf(each)]))),
    },
  };
}

const ENCODINGS: Readonly<Record<Stored, (value: number) => number>> = {
  float32: (value) => value,
  float16: halfOf,
  uint8: (value) => 2 * value + 128,
};

function tableWeights(stored: Stored): readonly Weights[] {
  const weights = [table, perLayer].map((values, index): Weights => {
    const encoded = values.map(ENCODINGS[stored]);
    return { name: index === 0 ? "table" : "per layer", type: stored, dims: [SPLIT_VOCAB_SIZE, WIDTH], values: encoded };
  });
  const [{ length }] = weights.map(bytesOf) as [Uint8Array];
  return weights.map((each, index) => ({ ...each, external: { location: "embed_tokens.onnx_data", offset: index * length } }));
}

/** `input_ids` → `inputs_embeds` (1, rows, 4), the rows of a table times 3, and `per_layer_inputs` (1, rows, 2, 2), those of another. */
function embeddingGraph(
  { between = "float32", stored = "float32", computes = false, features = false, scale = SCALE }: SplitGraphsOptions,
  tables: readonly Weights[],
): Graph {
  const cast = (from: string, to: string): GraphNode => ({ op: "Cast", inputs: [from], outputs: [to], attributes: { to: CODES[between] } });
  const toFloat = (from: string, to: string): GraphNode =>
    stored === "uint8"
      ? { op: "DequantizeLinear", inputs: [from, "half", "middle"], outputs: [to] }
      : { op: "Cast", inputs: [from], outputs: [to], attributes: { to: CODES.float32 } };
  // A product of float16 would be rounded; there is none when rows stay as they are stored.
  const stays = stored === "float16" && between === "float16";
  return {
    inputs: [
      { name: "input_ids", type: "int64", shape: ["batch", "rows"] },
      ...(features ? [{ name: "image_features", type: "float32", shape: ["images", WIDTH] } as const] : []),
    ],
    outputs: [
      { name: "inputs_embeds", type: between, shape: ["batch", "rows", WIDTH] },
      { name: "per_layer_inputs", type: between, shape: ["batch", "rows", 2, 2] },
    ],
    nodes: [
      { op: "Gather", inputs: ["table", "input_ids"], outputs: ["rows"] },
      ...(stays
        ? [{ op: "Identity", inputs: ["rows"], outputs: ["inputs_embeds"] }]
        : [
            toFloat("rows", "float rows"),
            { op: "Mul", inputs: ["float rows", "scale"], outputs: ["scaled"] },
            ...(features ? featureNodes : []),
            {
              op: computes || features ? "Add" : "Identity",
              inputs: features ? ["scaled", "seen"] : computes ? ["scaled", "zero"] : ["scaled"],
              outputs: ["computed"],
            },
            cast("computed", "inputs_embeds"),
          ]),
      { op: "Gather", inputs: ["per layer", "input_ids"], outputs: ["flat"] },
      ...(stored === "uint8" ? [toFloat("flat", "numbers")] : []),
      { op: "Reshape", inputs: [stored === "uint8" ? "numbers" : "flat", "layers"], outputs: ["shaped"] },
      cast("shaped", "per_layer_inputs"),
    ],
    weights: [
      ...tables,
      { name: "scale", type: "float32", dims: [1], values: [scale] },
      { name: "zero", type: "float32", dims: [1], values: [0] },
      { name: "half", type: "float32", dims: [], values: [0.5] },
      { name: "middle", type: "uint8", dims: [], values: [128] },
      { name: "no image", type: "float32", dims: [1, WIDTH], values: [0, 0, 0, 0] },
      { name: "first axis", type: "int64", dims: [1], values: [0] },
      { name: "layers", type: "int64", dims: [4], values: [0, 0, 2, 2] },
    ],
  };
}

const featureNodes: readonly GraphNode[] = [
  { op: "Concat", inputs: ["image_features", "no image"], outputs: ["all images"], attributes: { axis: 0 } },
  { op: "ReduceSum", inputs: ["all images", "first axis"], outputs: ["seen"], attributes: { keepdims: 0 } },
];

const CODES = { float32: 1, float16: 10 } as const;

const keyNodes: readonly GraphNode[] = [
  { op: "Concat", inputs: ["past_key_values.0.key", "keys"], outputs: ["unmasked"], attributes: { axis: 2 } },
  { op: "Cast", inputs: ["attention_mask"], outputs: ["float mask"], attributes: { to: 1 } },
  { op: "Reshape", inputs: ["float mask", "mask shape"], outputs: ["mask"] },
  { op: "Mul", inputs: ["unmasked", "mask"], outputs: ["present.0.key"] },
  { op: "CumSum", inputs: ["present.0.key", "positions"], outputs: ["sums"] },
];

const sumNodes: readonly GraphNode[] = [
  { op: "CumSum", inputs: ["keys", "positions"], outputs: ["new sums"] },
  { op: "Add", inputs: ["new sums", "past_sum"], outputs: ["sums"] },
  { op: "Slice", inputs: ["sums", "minus one", "end", "positions"], outputs: ["present_sum"] },
];

function decoderGraph({ between = "float32", keepsSum = false }: SplitGraphsOptions): Graph {
  const cache = (name: string, positions: string) => ({ name, type: "float32", shape: ["batch", 1, positions, WIDTH] }) as const;
  const sum = (name: string) => ({ name, type: "float32", shape: ["batch", 1, 1, WIDTH] }) as const;
  return {
    inputs: [
      { name: "inputs_embeds", type: between, shape: ["batch", "rows", WIDTH] },
      { name: "per_layer_inputs", type: between, shape: ["batch", "rows", 2, 2] },
      { name: "attention_mask", type: "int64", shape: ["batch", "all"] },
      { name: "position_ids", type: "int64", shape: [3, "batch", "rows"] },
      { name: "num_logits_to_keep", type: "int64", shape: [] },
      keepsSum ? sum("past_sum") : cache("past_key_values.0.key", "past"),
    ],
    outputs: [
      { name: "logits", type: "float32", shape: ["batch", "kept", SPLIT_VOCAB_SIZE] },
      keepsSum ? sum("present_sum") : cache("present.0.key", "all"),
    ],
    nodes: [
      { op: "Cast", inputs: ["inputs_embeds"], outputs: ["float embeds"], attributes: { to: 1 } },
      { op: "Cast", inputs: ["per_layer_inputs"], outputs: ["float layers"], attributes: { to: 1 } },
      { op: "Reshape", inputs: ["float layers", "flat"], outputs: ["flat layers"] },
      { op: "Add", inputs: ["float embeds", "flat layers"], outputs: ["embedded"] },
      { op: "Cast", inputs: ["position_ids"], outputs: ["places"], attributes: { to: 1 } },
      // The parts of a position are the same for text, so their mean is each of them.
      { op: "ReduceMean", inputs: ["places"], outputs: ["place"], attributes: { axes: [0], keepdims: 0 } },
      { op: "Reshape", inputs: ["place", "column"], outputs: ["place column"] },
      { op: "Add", inputs: ["embedded", "place column"], outputs: ["hidden"] },
      { op: "Reshape", inputs: ["hidden", "heads"], outputs: ["keys"] },
      ...(keepsSum ? sumNodes : keyNodes),
      { op: "Reshape", inputs: ["num_logits_to_keep", "one"], outputs: ["kept"] },
      { op: "Neg", inputs: ["kept"], outputs: ["start"] },
      { op: "Slice", inputs: ["sums", "start", "end", "positions"], outputs: ["last sums"] },
      { op: "Reshape", inputs: ["last sums", "flat"], outputs: ["wide sums"] },
      { op: "MatMul", inputs: ["wide sums", "projection"], outputs: ["logits"] },
    ],
    weights: [
      { name: "projection", type: "float32", dims: [WIDTH, SPLIT_VOCAB_SIZE], values: projection },
      { name: "flat", type: "int64", dims: [3], values: [1, -1, WIDTH] },
      { name: "heads", type: "int64", dims: [4], values: [1, 1, -1, WIDTH] },
      { name: "column", type: "int64", dims: [3], values: [1, -1, 1] },
      { name: "mask shape", type: "int64", dims: [4], values: [1, 1, -1, 1] },
      { name: "positions", type: "int64", dims: [1], values: [2] },
      { name: "one", type: "int64", dims: [1], values: [1] },
      { name: "end", type: "int64", dims: [1], values: [1 << 30] },
      { name: "minus one", type: "int64", dims: [1], values: [-1] },
    ],
  };
}

/** Returns the bits of a small whole number in half precision. */
function halfOf(value: number): number {
  if (value === 0) return 0;
  const size = Math.abs(value);
  const exponent = Math.floor(Math.log2(size));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}
