import type { ModelFiles } from "@decodekit/core/onnx";
import { binary, json } from "./counting-graph.ts";
import { type Graph, type GraphNode, type GraphValue, onnxFile, type Weights } from "./onnx-writer.ts";

/** A model whose row at a position scores the token there, 10 times the one before, 100 times the one after, and 1000 times its position. */
export interface NeighbourModelOptions {
  readonly idType?: "int64" | "int32";
  readonly logitsType?: "float32" | "float16";
  /** The inputs beside the tokens. @defaultValue all */
  readonly inputs?: readonly ("attention_mask" | "position_ids" | "token_type_ids")[];
  /** Other names of inputs and of the output. */
  readonly names?: Readonly<Record<string, string>>;
  /** The length of the only texts that the graph states to read. @defaultValue any */
  readonly length?: number;
  readonly statesVocabSize?: boolean;
}

export const [CLS, SEP, MASK] = [6, 7, 8];
/** The letters a to f, and the special tokens. */
export const VOCAB_SIZE = 9;
/** Most tokens of a text, special ones included. */
export const LONGEST = 12;
const ALL_INPUTS = ["attention_mask", "position_ids", "token_type_ids"] as const;

/** Returns the row at `index` of a text; `position` is 0 for a graph without an input for positions. */
export function neighbourRow(tokens: readonly number[], index: number, position = index): Float32Array {
  const row = new Float32Array(VOCAB_SIZE).fill(1000 * position);
  for (const [at, weight] of [
    [index, 1],
    [index - 1, 10],
    [index + 1, 100],
  ] as const) {
    const token = tokens[at];
    if (token !== undefined) row[token]! += weight;
  }
  return row;
}

/** Returns the model's files as data URLs; `config` adds to config.json, and `files` are more JSON files by path. */
export function neighbourModel(
  options: NeighbourModelOptions = {},
  { config = {}, tokenizer = bracketTokenizer(), files = {} }: { config?: object; tokenizer?: object; files?: Record<string, object> } = {},
): ModelFiles {
  return {
    name: "neighbours",
    files: {
      "config.json": json({ architectures: ["BertForMaskedLM"], max_position_embeddings: LONGEST, ...config }),
      "tokenizer.json": json(tokenizer),
      "onnx/model.onnx": binary(onnxFile(neighbourGraph(options))),
      ...Object.fromEntries(Object.entries(files).map(([path, value]) => [path, json(value)])),
    },
  };
}

/** A tokenizer of letters that puts the first of `names` before a text and the second after it, unless `adds` is false. */
export function bracketTokenizer(names: readonly string[] = ["[CLS]", "[SEP]", "[MASK]"], adds = true, vocabSize = VOCAB_SIZE): object {
  const first = vocabSize - names.length;
  const letters = Array.from({ length: first }, (_, id) => [String.fromCodePoint(97 + id), id]);
  const [begin, end] = names;
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: "1.0",
    added_tokens: names.map((content, index) => ({
      id: first + index,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: adds
      ? {
          type: "TemplateProcessing",
          single: [special(begin!), { Sequence: { id: "A", type_id: 0 } }, special(end!)],
          pair: [],
          special_tokens: Object.fromEntries([begin!, end!].map((id, index) => [id, { id, ids: [first + index], tokens: [id] }])),
        }
      : null,
    decoder: { type: "Fuse" },
    model: { type: "BPE", vocab: Object.fromEntries(letters), merges: [] },
  };
}

export function neighbourGraph(options: NeighbourModelOptions = {}): Graph {
  const {
    idType = "int64",
    logitsType = "float32",
    inputs = ALL_INPUTS,
    names = {},
    length = "sequence",
    statesVocabSize = true,
  } = options;
  const nameOf = (name: string): string => names[name] ?? name;
  const steps: GraphNode[] = [];
  let last = "neighbours";
  for (const input of inputs) {
    steps.push(
      { op: "Cast", inputs: [nameOf(input)], outputs: [`float ${input}`], attributes: { to: 1 } },
      { op: "Reshape", inputs: [`float ${input}`, "column"], outputs: [`column ${input}`] },
      { op: "Mul", inputs: [`column ${input}`, "thousand"], outputs: [`scaled ${input}`] },
      input === "attention_mask"
        ? { op: "Mul", inputs: [last, `column ${input}`], outputs: [`after ${input}`] }
        : { op: "Add", inputs: [last, `scaled ${input}`], outputs: [`after ${input}`] },
    );
    last = `after ${input}`;
  }
  const values = ["input_ids", ...inputs].map((name): GraphValue => ({ name: nameOf(name), type: idType, shape: ["batch", length] }));
  return {
    inputs: values,
    outputs: [{ name: nameOf("logits"), type: logitsType, shape: ["batch", length, statesVocabSize ? VOCAB_SIZE : "vocabulary"] }],
    nodes: [
      { op: "Gather", inputs: ["one-hot", nameOf("input_ids")], outputs: ["own"] },
      { op: "Pad", inputs: ["own", "pads"], outputs: ["padded"] },
      ...slice("before", "start", "before end"),
      ...slice("after", "after start", "end"),
      { op: "Mul", inputs: ["before", "ten"], outputs: ["weighted before"] },
      { op: "Mul", inputs: ["after", "hundred"], outputs: ["weighted after"] },
      { op: "Add", inputs: ["own", "weighted before"], outputs: ["own and before"] },
      { op: "Add", inputs: ["own and before", "weighted after"], outputs: ["neighbours"] },
      ...steps,
      { op: "Cast", inputs: [last], outputs: [nameOf("logits")], attributes: { to: logitsType === "float16" ? 10 : 1 } },
    ],
    weights,
  };
}

function slice(output: string, start: string, end: string): GraphNode[] {
  return [{ op: "Slice", inputs: ["padded", start, end, "axis"], outputs: [output] }];
}

const integers = (name: string, ...values: number[]): Weights => ({ name, type: "int64", dims: [values.length], values });
const scalar = (name: string, value: number): Weights => ({ name, type: "float32", dims: [1], values: [value] });

const weights: readonly Weights[] = [
  {
    name: "one-hot",
    type: "float32",
    dims: [VOCAB_SIZE, VOCAB_SIZE],
    values: Array.from({ length: VOCAB_SIZE ** 2 }, (_, index) => (index % (VOCAB_SIZE + 1) === 0 ? 1 : 0)),
  },
  integers("pads", 0, 1, 0, 0, 1, 0),
  integers("start", 0),
  integers("before end", -2),
  integers("after start", 2),
  integers("end", 1 << 30),
  integers("axis", 1),
  integers("column", 1, -1, 1),
  scalar("ten", 10),
  scalar("hundred", 100),
  scalar("thousand", 1000),
];
