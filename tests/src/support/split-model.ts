import { PbfReader, PbfWriter } from "pbf";

// Field numbers of onnx.proto (IR version 13).
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2 } as const;
const TENSOR = { dims: 1, name: 8 } as const;
const VALUE_NAME = 1;

const IDS = "input_ids";
const EMBEDS = "inputs_embeds";

/** A model cut in two, as exporters cut models of several kinds of input. */
export interface SplitModel {
  /** `input_ids` → `inputs_embeds`. */
  readonly embeddings: Uint8Array;
  /** The rest: `inputs_embeds` → `logits`. */
  readonly decoder: Uint8Array;
}

/** Cuts a model file whose embeddings are one Gather of a table, or of a table that was cast. Both parts hold the table. */
export function splitModel(file: Uint8Array): SplitModel {
  const model = fieldsOf(file);
  const graph = fieldsOf(model.find(({ field }) => field === MODEL_GRAPH)!.content);
  const nodes = graph.filter(({ field }) => field === GRAPH.node);
  const gather = nodes.find((node) => textsIn(node, NODE.input)[1] === IDS)!;
  const [data] = textsIn(gather, NODE.input);
  const [hidden] = textsIn(gather, NODE.output);
  const cast = nodes.filter((node) => textsIn(node, NODE.output)[0] === data);
  const name = cast[0] ? textsIn(cast[0], NODE.input)[0] : data;
  const table = graph.find((each) => each.field === GRAPH.initializer && textsIn(each, TENSOR.name)[0] === name)!;
  const ids = graph.find((each) => each.field === GRAPH.input && textsIn(each, VALUE_NAME)[0] === IDS)!;
  const embeds = (field: number): Field => fieldWith(field, valueInfo(EMBEDS, ["batch_size", "sequence_length", widthOf(table)]));
  const withGraph = (parts: readonly Field[]): Uint8Array =>
    encode(model.map((each) => (each.field === MODEL_GRAPH ? fieldWith(MODEL_GRAPH, encode(parts)) : each)));
  return {
    embeddings: withGraph([...cast, renamed(gather, NODE.output, { [hidden!]: EMBEDS }), table, ids, embeds(GRAPH.output)]),
    decoder: withGraph(
      graph
        .filter((each) => each !== gather)
        .map((each) => {
          if (each === ids) return embeds(GRAPH.input);
          return each.field === GRAPH.node ? renamed(each, NODE.input, { [hidden!]: EMBEDS, [IDS]: EMBEDS }) : each;
        }),
    ),
  };
}

/** A field of a protocol buffer; `content` is empty for one that is a number. */
interface Field {
  readonly field: number;
  readonly content: Uint8Array;
  /** The field as it is encoded. */
  readonly raw: Uint8Array;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const reader = new PbfReader(bytes);
  const fields: Field[] = [];
  while (reader.pos < reader.length) {
    const start = reader.pos;
    const tag = reader.readVarint();
    const holdsBytes = (tag & 7) === 2;
    const content = holdsBytes ? reader.readBytes() : new Uint8Array();
    if (!holdsBytes) reader.skip(tag);
    fields.push({ field: tag >> 3, content, raw: bytes.subarray(start, reader.pos) });
  }
  return fields;
}

function encode(fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, { raw }) => sum + raw.length, 0));
  let offset = 0;
  for (const { raw } of fields) {
    bytes.set(raw, offset);
    offset += raw.length;
  }
  return bytes;
}

function fieldWith(field: number, content: Uint8Array): Field {
  const writer = new PbfWriter();
  writer.writeBytesField(field, content);
  return { field, content, raw: writer.finish() };
}

function renamed({ field, content }: Field, part: number, names: Readonly<Record<string, string>>): Field {
  const parts = fieldsOf(content).map((each) => {
    const name = each.field === part ? names[textOf(each)] : undefined;
    return name === undefined ? each : fieldWith(part, new TextEncoder().encode(name));
  });
  return fieldWith(field, encode(parts));
}

function textsIn({ content }: Field, part: number): string[] {
  return fieldsOf(content).flatMap((each) => (each.field === part ? [textOf(each)] : []));
}

function textOf({ content }: Field): string {
  return new TextDecoder().decode(content);
}

function widthOf({ content }: Field): number {
  const dims: number[] = [];
  const reader = new PbfReader(content);
  while (reader.pos < reader.length) {
    const tag = reader.readVarint();
    reader.type = tag & 7;
    if (tag >> 3 === TENSOR.dims) reader.readPackedVarint(dims);
    else reader.skip(tag);
  }
  return dims[1]!;
}

/** Returns an encoded ValueInfoProto of type float32. */
function valueInfo(name: string, shape: readonly (number | string)[]): Uint8Array {
  const writer = new PbfWriter();
  const writeDim = (dim: number | string, each: PbfWriter): void =>
    typeof dim === "number" ? each.writeVarintField(1, dim) : each.writeStringField(2, dim);
  const writeTensor = (_: null, each: PbfWriter): void => {
    each.writeVarintField(1, 1);
    each.writeMessage(2, (__: null, dims: PbfWriter) => shape.forEach((dim) => dims.writeMessage(1, writeDim, dim)), null);
  };
  writer.writeStringField(VALUE_NAME, name);
  writer.writeMessage(2, (_: null, each: PbfWriter) => each.writeMessage(1, writeTensor, null), null);
  return writer.finish();
}
