import type { Tensor } from "onnxruntime-common";
import type { BlockHeadSession } from "../../contracts/draft-head.ts";
import type { ForwardOptions, TokenId } from "../../contracts/model.ts";
import { DisposedError, InvalidOptionError } from "../../errors.ts";
import { disposeOutputs } from "../graph-pass.ts";
import { idTensor } from "../id-tensor.ts";
import { type FloatType, floatTensor, keepFirst, takeFloats } from "./float-tensors.ts";
import { cacheFeeds, emptyTensors, freeInTurn, grownTensors, type HeadGraph, runHead } from "./head-graph.ts";
import type { TokenEmbeddings } from "./target-embeddings.ts";
import type { Projection } from "./target-projection.ts";

/** A DFlash graph, with what it borrows of its target. */
export interface DflashGraph extends HeadGraph {
  readonly type: FloatType;
  readonly hiddenSize: number;
  /** Number of values of the target's states at one position. */
  readonly stateSize: number;
  readonly blockSize: number;
  readonly maskTokenId: TokenId;
  readonly embeddings: TokenEmbeddings;
  readonly projection: Projection;
}

export function blockHeadSession(graph: DflashGraph): BlockHeadSession {
  return new DflashSession(graph);
}

class DflashSession implements BlockHeadSession {
  readonly #graph: DflashGraph;
  /** The cache of the committed positions: that of the block is cut off after each draft. */
  #tensors: readonly Tensor[];
  #length = 0;
  #disposed = false;

  constructor(graph: DflashGraph) {
    this.#graph = graph;
    this.#tensors = emptyTensors(graph);
  }

  get length(): number {
    return this.#length;
  }

  async draft(
    states: Float32Array,
    last: TokenId,
    count: number,
    { signal }: Pick<ForwardOptions, "signal"> = {},
  ): Promise<readonly Float32Array[]> {
    this.#assertOpen();
    signal?.throwIfAborted();
    const { blockSize, stateSize, maskTokenId, hiddenSize, embeddings, projection } = this.#graph;
    if (!(Number.isInteger(count) && count >= 1 && count < blockSize))
      throw new InvalidOptionError({ where: "DraftHead.draft", option: "count", expected: `in [1, ${blockSize})`, actual: count });
    const read = states.length / stateSize;
    if (!Number.isInteger(read) || read === 0) {
      const expected = `a multiple of ${stateSize} values, at least one`;
      throw new InvalidOptionError({ where: "DraftHead.draft", option: "states", expected, actual: `${states.length} values` });
    }
    // The head was trained with whole blocks, so that it reads one whatever part is used.
    const block = new Int32Array(blockSize).fill(maskTokenId);
    block[0] = last;
    const outputs = await runHead(this.#graph, this.#feeds(await embeddings.of(block), states, read), signal);
    let kept: readonly Tensor[] | undefined;
    let hidden: Float32Array;
    try {
      kept = await this.#cut(grownTensors(this.#graph, outputs), this.#length + read);
      hidden = await takeFloats(outputs["draft_hidden"] as Tensor);
      this.#assertOpen();
      signal?.throwIfAborted();
    } catch (error) {
      if (kept) dispose(kept);
      throw error;
    } finally {
      const { draft_hidden: _, ...others } = outputs;
      disposeOutputs(others);
    }
    dispose(this.#tensors);
    this.#tensors = kept;
    this.#length += read;
    return projection.rows(hidden.slice(hiddenSize, (count + 1) * hiddenSize), count, signal);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await freeInTurn(this.#graph, this.#tensors);
  }

  #feeds(noise: Float32Array, states: Float32Array, read: number): Record<string, Tensor> {
    const graph = this.#graph;
    const { runtime, type, hiddenSize, stateSize, blockSize } = graph;
    const { ort } = runtime;
    const start = this.#length;
    return {
      noise_embedding: floatTensor(ort, type, noise, [1, blockSize, hiddenSize]),
      target_hidden: floatTensor(ort, type, states, [1, read, stateSize]),
      position_ids: idTensor(ort, "int64", read + blockSize, (index) => start + index),
      q_position_ids: idTensor(ort, "int64", blockSize, (index) => start + read + index),
      ...cacheFeeds(graph, this.#tensors),
    };
  }

  /** Returns the first `length` positions of a cache. */
  #cut(tensors: readonly Tensor[], length: number): Promise<readonly Tensor[]> {
    const { runtime, cache } = this.#graph;
    return Promise.all(tensors.map((tensor, index) => keepFirst(runtime.ort, tensor, cache[index]!.axis!, length)));
  }

  #assertOpen(): void {
    if (this.#disposed) throw new DisposedError("session of the draft head");
  }
}

function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
