import type { InferenceSession, OnnxValue, Tensor } from "onnxruntime-common";
import type { RowReads } from "../contracts/model.ts";
import { ModelShapeError } from "../errors.ts";
import type { CausalGraph } from "./causal-graph.ts";
import type { KvCache } from "./kv-cache.ts";
import { HIDDEN_STATES, LAYER_STATES } from "./graph-signature.ts";
import { readHiddenStates } from "./hidden-states.ts";
import { type ReadLogits, readLogits } from "./logits-rows.ts";
import { passFailure } from "./pass-failure.ts";

export type GraphOutputs = Readonly<Record<string, OnnxValue>>;

/** The result of a pass: the last rows of its logits, and its tensors, which the caller keeps or disposes. */
export interface GraphPass {
  readonly logits: ReadLogits;
  /** Without the logits if these are to be released. */
  readonly outputs: GraphOutputs;
  /** The tokens that the pass read before its own, see `KvCache.unread`. */
  readonly unread: Int32Array | undefined;
}

export interface PassInput {
  /** The graph to run over the cache: the causal one, or another with the same cache. */
  readonly inference: InferenceSession;
  readonly cache: KvCache;
  /** Returns the feeds beside the cache, for a pass that reads `unread` first, if the cache has lost these tokens. */
  feeds(unread: Int32Array | undefined): Record<string, Tensor>;
  /** Returns further feeds, which are disposed after the pass: embeddings of its tokens. */
  embed?(unread: Int32Array | undefined): Promise<Record<string, Tensor>>;
  /** Number of tokens to read beside `unread`. */
  readonly count: number;
  /** Number of last rows of logits to return. */
  readonly rows: number;
  /** The part of each row to return. @defaultValue the whole row */
  readonly reads?: RowReads | undefined;
  /** Whether to return the states after chosen layers, if the graph has them. @defaultValue false */
  readonly layerStates?: boolean | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs one pass over `cache` when its turn in the queue comes; the cache is unchanged.
 * @throws PassError if the runtime cannot run the graph.
 */
export async function runGraphPass(graph: CausalGraph, input: PassInput): Promise<GraphPass> {
  const { signal } = input;
  let unread: Int32Array | undefined;
  let read = 0;
  let past = 0;
  const run = async (): Promise<GraphOutputs> => {
    let embedded: Record<string, Tensor> | undefined;
    try {
      const settled = input.cache.compact();
      if (settled) await settled;
      unread = input.cache.unread();
      past = input.cache.past;
      read = (unread?.length ?? 0) + input.count;
      embedded = await input.embed?.(unread);
      const feeds = Object.assign(input.cache.feeds(), input.feeds(unread), embedded);
      const fetches = fetchesOf(graph, input);
      return await (fetches ? input.inference.run(feeds, fetches) : input.inference.run(feeds));
    } catch (error) {
      throw passFailure(ranGraph(graph, input), error);
    } finally {
      if (embedded) disposeOutputs(embedded);
    }
  };
  const {
    [HIDDEN_STATES]: hidden,
    [LAYER_STATES]: layers,
    ...outputs
  } = await graph.queue.enqueue(run, { signal, discard: disposeOutputs });
  const held = new Set([hidden, layers]);
  const name = graph.signature.names.logits ?? "logits";
  const tensor = outputs[name] as Tensor;
  try {
    checkGrowth(graph, outputs, { past, read });
    const logits = await readLogits(graph, tensor, input);
    // Reading a tensor disposes it.
    if (hidden) Object.assign(logits, { hiddenStates: await readHiddenStates(hidden, input.count) });
    held.delete(hidden);
    if (layers) Object.assign(logits, { layerStates: await readHiddenStates(layers, input.count) });
    held.delete(layers);
    signal?.throwIfAborted();
    if (logits.release) {
      const { [name]: _, ...others } = outputs;
      return { logits, outputs: others, unread };
    }
    if (tensor.location === "gpu-buffer") tensor.dispose();
    return { logits, outputs, unread };
  } catch (error) {
    disposeOutputs(outputs);
    for (const states of held) states?.dispose();
    throw signal?.aborted ? error : passFailure(ranGraph(graph, input), error);
  }
}

/** Returns the outputs to fetch if nobody asked for some of them; undefined for all. */
function fetchesOf({ signature }: CausalGraph, { inference, layerStates }: PassInput): readonly string[] | undefined {
  return signature.layerStates && !layerStates ? inference.outputNames.filter((name) => name !== LAYER_STATES) : undefined;
}

/** @throws ModelShapeError if a cache that should grow with every token does not, as that of a window: it could not be rewound. */
function checkGrowth(
  { source, signature }: CausalGraph,
  outputs: GraphOutputs,
  { past, read }: { readonly past: number; readonly read: number },
): void {
  for (const { output, axis, returnsNew } of signature.cache) {
    const { dims } = outputs[output] as Tensor;
    const positions = returnsNew ? read : past + read;
    if (axis === undefined || dims[axis] === positions) continue;
    const expected = `of ${positions} positions in dimension ${axis}, one for each token`;
    const actual = `shape (${dims.join(", ")}): a cache that does not grow with every token is not supported`;
    throw new ModelShapeError({ source, tensor: output, expected, actual });
  }
}

/** Returns the graph that `input` runs, for messages. */
function ranGraph({ runtime, source, inference, canvas }: CausalGraph, input: PassInput): Pick<CausalGraph, "runtime" | "source"> {
  return { runtime, source: input.inference === inference || !canvas ? source : canvas.source };
}

export function disposeOutputs(outputs: GraphOutputs): void {
  for (const output of Object.values(outputs)) output.dispose();
}
