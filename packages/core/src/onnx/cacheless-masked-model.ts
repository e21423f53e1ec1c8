import type { InferenceSession, Tensor } from "onnxruntime-common";
import type { ForwardOptions, Logits, MaskedModel, MaskedSession, TokenId } from "../contracts/model.ts";
import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { concatTokens } from "../tokens/concat-tokens.ts";
import type { Runtime } from "./environment/environment.ts";
import { disposeOutputs, type GraphOutputs } from "./graph-pass.ts";
import type { BufferPool } from "./gpu-rows/buffer-pool.ts";
import type { GraphSignature } from "./graph-signature.ts";
import { readLogits } from "./logits-rows.ts";
import { passFailure } from "./pass-failure.ts";
import { type RunQueue, runQueue } from "./run-queue.ts";
import { beginsWith, type TextEnds } from "./text-ends.ts";
import { tokenFeeds } from "./token-feeds.ts";

/** A loaded graph that predicts the tokens of a whole text at once, shared by its sessions. */
export interface CachelessGraph {
  /** URL, path or name of the graph, for messages. */
  readonly source: string;
  readonly runtime: Runtime;
  readonly signature: GraphSignature;
  readonly inference: InferenceSession;
  readonly vocabSize: number;
  /** Most tokens of prefix and canvas, so that the tokens around a text fit too. */
  readonly contextLength: number;
  readonly maskTokenId: TokenId;
  readonly ends: TextEnds;
  /** The queue of all graphs of the runtime, which runs one graph at a time. */
  readonly queue: RunQueue;
  /** The buffers that logits are read with. */
  readonly buffers: BufferPool;
  /** True once the graph was disposed. */
  disposed: boolean;
}

/** Creates the masked model of a graph without a cache: every pass reads the whole text, and every position sees all of it. */
export function cachelessMaskedModel(graph: CachelessGraph): MaskedModel {
  const { vocabSize, contextLength, maskTokenId } = graph;
  return {
    kind: "masked",
    vocabSize,
    contextLength,
    maskTokenId,
    async createSession() {
      if (graph.disposed) throw new DisposedError("model");
      return new PrefixSession(graph);
    },
  };
}

type PassOptions = Pick<ForwardOptions, "signal">;

/** A session that keeps its prefix as tokens, since the graph has no cache. */
class PrefixSession implements MaskedSession {
  readonly #graph: CachelessGraph;
  readonly #calls = runQueue();
  #prefix: Int32Array = new Int32Array();
  #disposed = false;

  constructor(graph: CachelessGraph) {
    this.#graph = graph;
  }

  get length(): number {
    return this.#prefix.length;
  }

  async predict(canvas: Int32Array, { signal }: PassOptions = {}): Promise<Logits> {
    signal?.throwIfAborted();
    this.#check("predict", "canvas", canvas);
    return this.#inTurn(() => {
      this.#checkLength(canvas);
      return predictCanvas(this.#graph, { prefix: this.#prefix, canvas, signal });
    });
  }

  async commit(tokens: Int32Array, { signal }: PassOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#check("commit", "tokens", tokens);
    await this.#inTurn(async () => {
      signal?.throwIfAborted();
      this.#checkLength(tokens);
      this.#prefix = concatTokens(this.#prefix, tokens);
    });
  }

  rewindTo(length: number): Promise<void> {
    return this.#inTurn(async () => {
      const { length: most } = this.#prefix;
      if (!(Number.isInteger(length) && length >= 0 && length <= most))
        throw new InvalidOptionError({ where: "rewindTo", option: "length", expected: `an integer in [0, ${most}]`, actual: length });
      this.#prefix = this.#prefix.slice(0, length);
    });
  }

  dispose(): Promise<void> {
    return this.#calls.enqueue(async () => {
      this.#disposed = true;
      this.#prefix = new Int32Array();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#calls.enqueue(async () => {
      if (this.#disposed) throw new DisposedError("session");
      if (this.#graph.disposed) throw new DisposedError("model of this session");
      return task();
    });
  }

  #check(where: string, option: string, tokens: Int32Array): void {
    checkTokens(where, option, tokens, this.#graph.vocabSize);
    if (tokens.length === 0) throw new InvalidOptionError({ where, option, expected: "at least 1 token", actual: 0 });
  }

  #checkLength(added: Int32Array): void {
    const length = this.#prefix.length + added.length;
    if (length > this.#graph.contextLength) throw new ContextLengthError(length, this.#graph.contextLength);
  }
}

interface CanvasPass {
  readonly prefix: Int32Array;
  readonly canvas: Int32Array;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs one pass over the text of `prefix` and `canvas`, and returns the rows of the canvas.
 * @throws PassError if the runtime cannot run the graph.
 */
async function predictCanvas(graph: CachelessGraph, { prefix, canvas, signal }: CanvasPass): Promise<Logits> {
  const { queue, inference, signature, ends } = graph;
  const begin = beginsWith(prefix, ends.begin) ? new Int32Array() : ends.begin;
  const tokens = Int32Array.from([...begin, ...prefix, ...canvas, ...ends.end]);
  const rows = canvas.length + ends.end.length;
  const logits = signature.names.logits ?? "logits";
  const run = async (): Promise<GraphOutputs> => {
    try {
      return await inference.run(tokenFeeds(graph.runtime.ort, signature, { tokens, past: 0, rows }), [logits]);
    } catch (error) {
      throw passFailure(graph, error);
    }
  };
  const outputs = await queue.enqueue(run, { signal, discard: disposeOutputs });
  try {
    const read = await readLogits(graph, outputs[logits] as Tensor, { rows });
    signal?.throwIfAborted();
    return firstRows(read, canvas.length);
  } finally {
    disposeOutputs(outputs);
  }
}

/** Returns the logits without the rows of the tokens that end the text. */
function firstRows(logits: Logits, rows: number): Logits {
  return {
    rows,
    vocabSize: logits.vocabSize,
    row(index) {
      if (!(index >= 0 && index < rows)) throw new RangeError(`row must be in [0, ${rows}), got ${index}`);
      return logits.row(index);
    },
  };
}
