import type { InferenceSession, OnnxValue, Tensor } from "onnxruntime-common";
import { ContextLengthError, DisposedError, InvalidOptionError } from "../errors.ts";
import type { ForwardOptions, Logits, Session } from "../model.ts";
import { checkTokens } from "../run-decode.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphSignature } from "./graph-signature.ts";
import { emptyKvCache, type KvCache } from "./kv-cache.ts";
import { readLogits } from "./logits-rows.ts";
import { type RunQueue, runQueue } from "./run-queue.ts";

/** A loaded causal graph, shared by its sessions. */
export interface CausalGraph {
  readonly runtime: Runtime;
  readonly signature: GraphSignature;
  readonly inference: InferenceSession;
  readonly vocabSize: number;
  readonly contextLength: number;
  /** One queue for all graphs of a runtime: it runs one at a time. */
  readonly queue: RunQueue;
  /** True once the graph was disposed. */
  disposed: boolean;
}

export function createOnnxSession(graph: CausalGraph): Session {
  const { runtime, signature } = graph;
  return onnxSession(graph, emptyKvCache({ ort: runtime.ort, tensors: signature.cache, type: signature.cacheType }));
}

function onnxSession(graph: CausalGraph, cache: KvCache): Session {
  const calls = runQueue();
  let disposed = false;

  const assertUsable = (): void => {
    if (disposed) throw new DisposedError("session");
    if (graph.disposed) throw new DisposedError("model of this session");
  };
  const inTurn = <Result>(task: () => Promise<Result>): Promise<Result> =>
    calls.enqueue(async () => {
      assertUsable();
      return task();
    });

  return {
    get length() {
      return cache.length;
    },
    async forward(tokens, { rows = "last", signal } = {}) {
      signal?.throwIfAborted();
      checkTokens("forward", "tokens", tokens, graph.vocabSize);
      const rowCount = countRows(rows, tokens.length);
      return inTurn(() => runPass(graph, cache, tokens, rowCount, signal));
    },
    rewindTo: (length) =>
      inTurn(async () => {
        if (!Number.isInteger(length) || length < 0 || length > cache.length) {
          throw new InvalidOptionError({
            where: "rewindTo",
            option: "length",
            expected: `an integer in [0, ${cache.length}]`,
            actual: length,
          });
        }
        cache.length = length;
      }),
    fork: () => inTurn(async () => onnxSession(graph, cache.fork())),
    dispose: () =>
      calls.enqueue(async () => {
        if (disposed) return;
        disposed = true;
        // A pass that was aborted may still be reading the cache.
        await graph.queue.enqueue(async () => cache.dispose());
      }),
  };
}

/** One pass over `tokens`; the cache grows only when all of it went well. */
async function runPass(
  graph: CausalGraph,
  cache: KvCache,
  tokens: Int32Array,
  rows: number,
  signal: AbortSignal | undefined,
): Promise<Logits> {
  const { runtime, inference, queue, contextLength } = graph;
  const length = cache.length + tokens.length;
  if (length > contextLength) throw new ContextLengthError(length, contextLength);
  const feeds = { ...(await cache.feeds()), ...tokenFeeds(graph, tokens, cache.length) };
  const outputs = await queue.enqueue(() => inference.run(feeds), { signal, discard: disposeAll });
  const logitsTensor = outputs.logits as Tensor;
  let logits: Logits;
  try {
    logits = await readLogits(runtime.ort, logitsTensor, rows);
    signal?.throwIfAborted();
  } catch (error) {
    disposeAll(outputs);
    throw error;
  }
  cache.replace(outputs, length);
  if (logitsTensor.location === "gpu-buffer") logitsTensor.dispose();
  return logits;
}

function tokenFeeds({ runtime: { ort }, signature }: CausalGraph, tokens: Int32Array, past: number): Record<string, Tensor> {
  const integers = (values: Int32Array): Tensor =>
    signature.idType === "int64"
      ? new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length])
      : new ort.Tensor("int32", values, [1, values.length]);
  const ones = (length: number): Tensor =>
    signature.idType === "int64"
      ? new ort.Tensor("int64", new BigInt64Array(length).fill(1n), [1, length])
      : new ort.Tensor("int32", new Int32Array(length).fill(1), [1, length]);
  return {
    input_ids: integers(tokens.slice()),
    ...(signature.hasAttentionMask && { attention_mask: ones(past + tokens.length) }),
    ...(signature.hasPositionIds && { position_ids: integers(tokens.map((_, index) => past + index)) }),
  };
}

function countRows(rows: NonNullable<ForwardOptions["rows"]>, tokens: number): number {
  if (tokens === 0) throw new InvalidOptionError({ where: "forward", option: "tokens", expected: "at least 1 token", actual: 0 });
  const count = rows === "last" ? 1 : rows === "all" ? tokens : rows;
  if (Number.isInteger(count) && count >= 1 && count <= tokens) return count;
  throw new InvalidOptionError({
    where: "forward",
    option: "rows",
    expected: `"last", "all" or an integer in [1, ${tokens}]`,
    actual: rows,
  });
}

function disposeAll(outputs: Readonly<Record<string, OnnxValue>>): void {
  for (const output of Object.values(outputs)) output.dispose();
}
