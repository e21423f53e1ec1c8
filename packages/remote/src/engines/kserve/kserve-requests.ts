import { invalidAnswer } from "../../connection/answer-errors.ts";
import type { Connection } from "../../connection/connection.ts";
import { AnswerValue } from "../answer-value.ts";
import { sequenceTo } from "../../session/row-server.ts";
import type { EngineServer } from "../engine-server.ts";
import type { Identity } from "../identity.ts";
import { inferBody, type InputTensor, readOutput } from "./tensors.ts";

export interface KserveNames {
  readonly model: string;
  readonly version: string | undefined;
  readonly contextLength: number;
  /** Header that gets the session's name. */
  readonly sessionHeader: string | undefined;
}

type IntegerType = InputTensor["datatype"];

/** What the inputs of a graph get, by name: values of shape (1, n), or of (1,) for the number of rows. */
const INPUTS: Readonly<Record<string, (tokens: Int32Array, rows: number) => ArrayLike<number>>> = {
  input_ids: (tokens) => tokens,
  attention_mask: ({ length }) => new Int32Array(length).fill(1),
  position_ids: ({ length }) => Int32Array.from({ length }, (_, position) => position),
  rows: (_, rows) => [rows],
  num_logits_to_keep: (_, rows) => [rows],
};
const ROW_INPUTS = new Set(["rows", "num_logits_to_keep"]);
const OUTPUT = "logits";

/** What a model's metadata says. */
interface Signature {
  readonly inputs: ReadonlyMap<string, IntegerType>;
  readonly vocabSize: number;
}

/** The requests to a server of the Open Inference Protocol, for one of its models. */
export class KserveRequests implements EngineServer {
  readonly source: string;
  readonly model: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly mostLogits: number;
  readonly tree = false;
  readonly used = { tokensSent: 0 };
  readonly #connection: Connection;
  readonly #names: KserveNames;
  readonly #signature: Signature;

  private constructor(connection: Connection, names: KserveNames, signature: Signature) {
    this.source = connection.source;
    this.model = names.model;
    this.vocabSize = this.mostLogits = signature.vocabSize;
    this.contextLength = names.contextLength;
    this.#connection = connection;
    this.#names = names;
    this.#signature = signature;
  }

  static async connect(connection: Connection, names: KserveNames, signal: AbortSignal | undefined): Promise<KserveRequests> {
    return new KserveRequests(connection, names, await signatureOf(connection, names, signal));
  }

  async identity(signal: AbortSignal | undefined): Promise<Identity> {
    const { inputs, vocabSize } = await signatureOf(this.#connection, this.#names, signal);
    return { "its inputs": [...inputs.keys()].join(", "), "its vocabulary": vocabSize };
  }

  rowsOf: EngineServer["rowsOf"] = async (request) => {
    const { wanted, tokens, session, signal } = request;
    const first = wanted[0]!;
    const rows = await this.lastRows(sequenceTo(tokens.length - 1, request), tokens.length - first, { session, signal });
    return wanted.map((index) => rows[index - first]!);
  };

  /** Returns the last `rows` rows of logits for `tokens`, each of shape (vocabSize,). */
  async lastRows(
    tokens: Int32Array,
    rows: number,
    call: { readonly session: string; readonly signal: AbortSignal | undefined },
  ): Promise<Float32Array[]> {
    const { sessionHeader } = this.#names;
    const inputs = Array.from(this.#signature.inputs, ([name, datatype]): InputTensor => {
      const values = INPUTS[name]!(tokens, rows);
      return { name, datatype, shape: ROW_INPUTS.has(name) ? [1] : [1, tokens.length], values };
    });
    this.used.tokensSent += tokens.length;
    const { content, headers } = inferBody(inputs, OUTPUT);
    return this.#connection.send({
      path: `${pathOf(this.#names)}/infer`,
      body: { content, headers: { ...headers, ...(sessionHeader !== undefined && { [sessionHeader]: call.session }) } },
      signal: call.signal,
      read: (answer, source) => {
        const { shape, values } = readOutput(answer, source, OUTPUT);
        const given = shape.length === 3 && shape[0] === 1 && shape[2] === this.vocabSize ? shape[1]! : 0;
        if (given < rows)
          throw invalidAnswer(source, `logits must have the shape [1, ${rows} or more, ${this.vocabSize}], got [${shape.join()}]`);
        return Array.from({ length: rows }, (_, row) => {
          const start = (given - rows + row) * this.vocabSize;
          return values.subarray(start, start + this.vocabSize);
        });
      },
    });
  }
}

function pathOf({ model, version }: KserveNames): string {
  const ofVersion = version === undefined ? "" : `/versions/${encodeURIComponent(version)}`;
  return `/v2/models/${encodeURIComponent(model)}${ofVersion}`;
}

function signatureOf(connection: Connection, names: KserveNames, signal: AbortSignal | undefined): Promise<Signature> {
  return connection.sendJson({
    path: pathOf(names),
    signal,
    read: (answer, source) => {
      const metadata = new AnswerValue(answer, source);
      const inputs = new Map(
        metadata
          .member("inputs")
          .items()
          .map((input) => [input.member("name").text(), integerType(input.member("datatype"))]),
      );
      const unknown = [...inputs.keys()].filter((name) => !Object.hasOwn(INPUTS, name));
      if (!inputs.has("input_ids") || unknown.length > 0) {
        const known = Object.keys(INPUTS).join(", ");
        throw invalidAnswer(source, `the model's inputs must be input_ids and others of ${known}, got ${[...inputs.keys()].join(", ")}`);
      }
      const output = metadata
        .member("outputs")
        .items()
        .find((each) => each.member("name").text() === OUTPUT);
      if (!output) throw metadata.error(`a model with the output ${OUTPUT}`);
      const shape = output.member("shape").items();
      return { inputs, vocabSize: (shape.at(-1) ?? output.member("shape").item(0)).integer(1) };
    },
  });
}

function integerType(datatype: AnswerValue): IntegerType {
  const type = datatype.text();
  if (type === "INT64" || type === "INT32") return type;
  throw datatype.error("INT64 or INT32");
}
