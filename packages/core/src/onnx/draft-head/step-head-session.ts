import type { Tensor } from "onnxruntime-common";
import type { HeadBranches, StepHeadSession } from "../../contracts/draft-head.ts";
import type { ForwardOptions } from "../../contracts/model.ts";
import { DisposedError, InvalidOptionError } from "../../errors.ts";
import { idTensor } from "../id-tensor.ts";
import { type FloatType, floatTensor, selectRows, takeFloats } from "./float-tensors.ts";
import { cacheFeeds, emptyTensors, freeInTurn, grownTensors, type HeadGraph, runHead } from "./head-graph.ts";
import type { TokenEmbeddings } from "./target-embeddings.ts";

/** An EAGLE-3 graph, with what it borrows of its target. Dimensions: B branches, n positions, H the hidden size, V draft tokens. */
export interface EagleGraph extends HeadGraph {
  readonly type: FloatType;
  /** H. */
  readonly hiddenSize: number;
  /** Number of values of the target's states at one position. */
  readonly stateSize: number;
  readonly vocabSize: number;
  /** The target's token of each of the graph's, shape (V,); undefined if they are the same. */
  readonly targetIds: Int32Array | undefined;
  readonly embeddings: TokenEmbeddings;
}

/** Most positions, and most logits, of one run. A head returns the logits of all its positions. */
const MAX_POSITIONS = 256;
const MAX_LOGITS = 2 ** 23;

export function stepHeadSession(graph: EagleGraph): StepHeadSession {
  return new EagleSession(graph);
}

type PassOptions = Pick<ForwardOptions, "signal">;

/** What a pass reads. */
interface Pass {
  /** The cache before it, of B branches of `length` positions. */
  readonly tensors: readonly Tensor[];
  readonly length: number;
  readonly branches: number;
  /** The tokens after its positions, shape (B, n). */
  readonly tokens: Int32Array;
  /** The target's states, shape (B, n, stateSize); undefined for zeros. */
  readonly states: Float32Array | undefined;
  /** The head's own states, shape (B, n, H); undefined for zeros. */
  readonly recycled: Float32Array | undefined;
}

/** Branches with what continues them. */
class Branches implements HeadBranches {
  readonly count: number;
  readonly length: number;
  /** The cache of all branches. */
  readonly tensors: readonly Tensor[];
  /** The head's own states after each branch, shape (count, H). */
  readonly hidden: Float32Array;
  readonly #logits: Float32Array;
  readonly #graph: EagleGraph;

  constructor(graph: EagleGraph, parts: Pick<Branches, "count" | "length" | "tensors" | "hidden">, logits: Float32Array) {
    this.count = parts.count;
    this.length = parts.length;
    this.tensors = parts.tensors;
    this.hidden = parts.hidden;
    this.#logits = logits;
    this.#graph = graph;
  }

  row(index: number): Float32Array {
    if (!(index >= 0 && index < this.count)) throw new RangeError(`branch must be in [0, ${this.count}), got ${index}`);
    const { vocabSize, targetIds } = this.#graph;
    const size = this.#logits.length / this.count;
    const own = this.#logits.subarray(index * size, (index + 1) * size);
    if (!targetIds) return own.slice();
    const row = new Float32Array(vocabSize).fill(-Infinity);
    for (const [place, token] of targetIds.entries()) row[token] = own[place]!;
    return row;
  }
}

class EagleSession implements StepHeadSession {
  readonly #graph: EagleGraph;
  /** The cache of the committed positions. */
  #tensors: readonly Tensor[];
  #length = 0;
  /** Caches of branches that differ from the committed one. */
  readonly #drafted = new Set<readonly Tensor[]>();
  #disposed = false;

  constructor(graph: EagleGraph) {
    this.#graph = graph;
    this.#tensors = emptyTensors(graph);
  }

  get length(): number {
    return this.#length;
  }

  async read(tokens: Int32Array, states: Float32Array, { signal }: PassOptions = {}): Promise<HeadBranches> {
    this.#assertOpen();
    const { stateSize } = this.#graph;
    if (tokens.length === 0 || states.length !== tokens.length * stateSize) {
      const expected = `${tokens.length} × ${stateSize} values for ${tokens.length} tokens, at least one`;
      throw new InvalidOptionError({ where: "DraftHead.read", option: "states", expected, actual: `${states.length} values` });
    }
    this.#forget();
    const chunk = this.#chunkLength();
    let length = this.#length;
    let tensors = this.#tensors;
    let last: Branches | undefined;
    try {
      for (let start = 0; start < tokens.length; start += chunk) {
        const end = Math.min(start + chunk, tokens.length);
        const part = { tokens: tokens.subarray(start, end), states: states.subarray(start * stateSize, end * stateSize) };
        const next = await this.#run({ tensors, length, branches: 1, ...part, recycled: undefined }, signal);
        if (tensors !== this.#tensors) dispose(tensors);
        ({ tensors, length } = next);
        last = next;
      }
    } catch (error) {
      if (tensors !== this.#tensors) void freeInTurn(this.#graph, tensors);
      throw error;
    }
    dispose(this.#tensors);
    this.#tensors = tensors;
    this.#length = length;
    return last!;
  }

  async extend(branches: HeadBranches, from: Int32Array, tokens: Int32Array, { signal }: PassOptions = {}): Promise<HeadBranches> {
    this.#assertOpen();
    const { ort } = this.#graph.runtime;
    if (!(branches instanceof Branches) || from.length === 0 || from.length !== tokens.length) {
      const expected = "branches of this session, with one token for each of at least 1";
      throw new InvalidOptionError({ where: "DraftHead.extend", option: "from", expected, actual: from.length });
    }
    const { hiddenSize } = this.#graph;
    const recycled = new Float32Array(from.length * hiddenSize);
    for (const [index, branch] of from.entries())
      recycled.set(branches.hidden.subarray(branch * hiddenSize, (branch + 1) * hiddenSize), index * hiddenSize);
    const isSame = from.length === branches.count && from.every((branch, index) => branch === index);
    const selected = isSame ? undefined : await Promise.all(branches.tensors.map((tensor) => selectRows(ort, tensor, from)));
    try {
      const pass = { tensors: selected ?? branches.tensors, length: branches.length, branches: from.length };
      const next = await this.#run({ ...pass, tokens, states: undefined, recycled }, signal);
      this.#drafted.add(next.tensors);
      return next;
    } finally {
      if (selected) void freeInTurn(this.#graph, selected);
    }
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const drafted = [...this.#drafted].flat();
    this.#drafted.clear();
    await freeInTurn(this.#graph, [...drafted, ...this.#tensors]);
  }

  async #run({ tensors, length, branches, tokens, states, recycled }: Pass, signal: AbortSignal | undefined): Promise<Branches> {
    const graph = this.#graph;
    const { runtime, type, hiddenSize, stateSize, embeddings } = graph;
    const { ort } = runtime;
    signal?.throwIfAborted();
    const count = tokens.length / branches;
    const positions = length + count;
    const embedded = await embeddings.of(tokens);
    const floats = (values: Float32Array | undefined, size: number): Tensor =>
      floatTensor(ort, type, values ?? new Float32Array(tokens.length * size), [branches, count, size]);
    const outputs = await runHead(
      graph,
      {
        inputs_embeds: floats(embedded, hiddenSize),
        fused_hidden: floats(states, stateSize),
        recycled_hidden: floats(recycled, hiddenSize),
        attention_mask: idTensor(ort, "int64", branches * positions, () => 1, [branches, positions]),
        position_ids: idTensor(ort, "int64", branches * count, (index) => length + (index % count), [branches, count]),
        ...cacheFeeds(graph, tensors),
      },
      signal,
    );
    const { draft_logits: logits, next_hidden: hidden, ...others } = outputs;
    const left = new Set(Object.values(outputs));
    try {
      left.delete(logits!);
      const rows = lastOfEach(await takeFloats(logits as Tensor), branches, count);
      left.delete(hidden!);
      const own = lastOfEach(await takeFloats(hidden as Tensor), branches, count);
      this.#assertOpen();
      signal?.throwIfAborted();
      return new Branches(graph, { count: branches, length: positions, tensors: grownTensors(graph, others), hidden: own }, rows);
    } catch (error) {
      for (const output of left) output.dispose();
      throw error;
    }
  }

  /** Returns how many positions are read in one run. */
  #chunkLength(): number {
    const { vocabSize, targetIds } = this.#graph;
    return Math.min(MAX_POSITIONS, Math.max(1, Math.floor(MAX_LOGITS / (targetIds?.length ?? vocabSize))));
  }

  #forget(): void {
    for (const tensors of this.#drafted) dispose(tensors);
    this.#drafted.clear();
  }

  #assertOpen(): void {
    if (this.#disposed) throw new DisposedError("session of the draft head");
  }
}

/** Returns the last of the `count` rows of each branch. */
function lastOfEach(values: Float32Array, branches: number, count: number): Float32Array {
  if (count === 1) return values;
  const size = values.length / (branches * count);
  const last = new Float32Array(branches * size);
  for (let branch = 0; branch < branches; branch++) {
    const end = (branch + 1) * count * size;
    last.set(values.subarray(end - size, end), branch * size);
  }
  return last;
}

function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
