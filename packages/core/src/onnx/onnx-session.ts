import type { InferenceSession, OnnxValue, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
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
  await cache.settle();
  const feeds = Object.assign(cache.feeds(), tokenFeeds(graph, tokens, cache.length));
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
  const { idType } = signature;
  const total = past + tokens.length;
  const feeds: Record<string, Tensor> = { input_ids: idTensor(ort, idType, tokens.length, (index) => tokens[index]!) };
  if (signature.hasAttentionMask) feeds.attention_mask = idTensor(ort, idType, total);
  if (signature.hasPositionIds) feeds.position_ids = idTensor(ort, idType, tokens.length, (index) => past + index);
  return feeds;
}

/** A tensor (1, length) of the type that the graph wants; of ones when no values are given. */
function idTensor(ort: typeof Ort, type: GraphSignature["idType"], length: number, valueAt?: (index: number) => number): Tensor {
  if (type === "int32") {
    const values = new Int32Array(length).fill(1);
    if (valueAt) for (let index = 0; index < length; index++) values[index] = valueAt(index);
    return new ort.Tensor("int32", values, [1, length]);
  }
  const values = new BigInt64Array(length).fill(1n);
  if (valueAt) for (let index = 0; index < length; index++) values[index] = BigInt(valueAt(index));
  return new ort.Tensor("int64", values, [1, length]);
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
