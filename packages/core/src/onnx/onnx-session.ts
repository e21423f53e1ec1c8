import { ContextLengthError, InvalidOptionError } from "../errors.ts";
import { checkReads } from "../contracts/check-reads.ts";
import type { ForwardOptions, Logits, RowReads, Session, TreeOptions } from "../contracts/model.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { concatTokens } from "../tokens/concat-tokens.ts";
import { canvasFeeds, causalRows, MAX_SHARED_ROWS } from "./canvas-graph.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { type PassInput, runGraphPass } from "./graph-pass.ts";
import { emptyCache } from "./empty-cache.ts";
import type { KvCache } from "./kv-cache.ts";
import { joinedStates, returnsStates } from "./hidden-states.ts";
import { chunkEnds } from "./prefill-chunks.ts";
import { readOneByOne } from "./one-by-one.ts";
import { tokenFeeds } from "./token-feeds.ts";
import { createSequence, registerSession, type CachedSequence } from "./cached-sequence.ts";
import { type TreePasses, treePasses } from "./tree-pass.ts";

/** What a run reads of its logits: the last `rows` rows, whole or in part. */
type Reading = Pick<PassInput, "rows" | "reads" | "layerStates" | "signal">;

/** The least that can be read of a row that nobody needs. */
const UNREAD: RowReads = { top: 1 };

export function createOnnxSession(graph: CausalGraph): Session {
  const { runtime, signature } = graph;
  return onnxSession(graph, emptyCache({ ort: runtime.ort, tensors: signature.cache }));
}

function onnxSession(graph: CausalGraph, cache: KvCache): Session {
  const { signature } = graph;
  const sequence = createSequence(graph, cache);
  return registerSession(
    (graph.canvas && !returnsStates(signature)) || graph.readsTrees ? new TreeSession(sequence) : new OnnxSession(sequence),
    sequence,
  );
}

class OnnxSession implements Session {
  readonly #sequence: CachedSequence;
  protected readonly trees: TreePasses | undefined;

  constructor(sequence: CachedSequence, trees?: TreePasses) {
    this.#sequence = sequence;
    this.trees = trees;
  }

  get length(): number {
    return this.#sequence.cache.length;
  }

  get cacheBytes(): number {
    return this.#sequence.cache.bytes;
  }

  async forward(tokens: Int32Array, { rows = "last", reads, layerStates, signal }: ForwardOptions = {}): Promise<Logits> {
    signal?.throwIfAborted();
    checkReads("forward", reads);
    checkTokens("forward", "tokens", tokens, this.#sequence.graph.vocabSize);
    const rowCount = countRows(rows, tokens.length);
    return await this.#sequence.inTurn(() => this.#forward(tokens, { rows: rowCount, reads, layerStates, signal }));
  }

  async #forward(tokens: Int32Array, pass: Reading): Promise<Logits> {
    this.trees?.forget();
    const { rows, layerStates, signal } = pass;
    const { graph, cache } = this.#sequence;
    const length = cache.length + tokens.length;
    if (length > graph.contextLength) throw new ContextLengthError(length, graph.contextLength);
    const start = cache.length;
    try {
      if (!graph.multiTokenPasses) return await this.#readOneByOne(tokens, pass);
      const before: Logits[] = [];
      for (const end of chunkEnds({ ...graph, tokens: tokens.length, rows })) {
        const chunk = { rows: 1, reads: UNREAD, layerStates, signal };
        before.push(await this.#read(tokens.subarray(cache.length - start, end), chunk));
      }
      const logits = await this.#read(tokens.subarray(cache.length - start), pass);
      return before.length === 0 ? logits : Object.assign(logits, joinedStates([...before, logits]));
    } catch (error) {
      cache.length = start;
      throw error;
    }
  }

  async #read(tokens: Int32Array, reading: Reading): Promise<Logits> {
    const { graph, cache } = this.#sequence;
    this.#sequence.holdLogits(undefined);
    const pass = await tokenPass(this.#sequence, tokens, reading.rows);
    const { logits, outputs, unread } = await runGraphPass(graph, { ...pass, ...reading, cache, count: tokens.length });
    this.#sequence.holdLogits(logits);
    cache.replace(outputs, afterUnread(unread, tokens));
    return logits;
  }

  /** Reads one token in each pass, but in the first pass of all as many as there are up to the first row. Returns whole rows. */
  async #readOneByOne(tokens: Int32Array, { rows, layerStates, signal }: Reading): Promise<Logits> {
    const together = this.length === 0 ? tokens.length - rows + 1 : 1;
    return readOneByOne(tokens, { rows, together }, (part) => this.#read(part, { rows: 1, layerStates, signal }));
  }

  rewindTo(length: number): Promise<void> {
    const { cache } = this.#sequence;
    return this.#sequence.inTurn(async () => {
      if (!Number.isInteger(length) || length < 0 || length > cache.length) {
        throw new InvalidOptionError({
          where: "rewindTo",
          option: "length",
          expected: `an integer in [0, ${cache.length}]`,
          actual: length,
        });
      }
      this.trees?.forget();
      cache.length = length;
    });
  }

  fork(): Promise<Session> {
    const { graph, cache } = this.#sequence;
    return this.#sequence.inTurn(async () => onnxSession(graph, cache.fork()));
  }

  async dispose(): Promise<void> {
    await this.#sequence.dispose();
    this.trees?.forget();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** A session of a graph that reads trees, by itself or by its canvas graph. */
class TreeSession extends OnnxSession {
  declare protected readonly trees: TreePasses;

  constructor(sequence: CachedSequence) {
    super(sequence, treePasses(sequence));
  }

  forwardTree(tokens: Int32Array, parents: Int32Array, options: TreeOptions = {}): Promise<Logits> {
    return this.trees.forward(tokens, parents, options);
  }

  keepPath(nodes: Int32Array): Promise<void> {
    return this.trees.keep(nodes);
  }
}

/** Returns the graph that reads `tokens`, and its feeds. */
async function tokenPass(
  { graph, cache, usesCanvas }: CachedSequence,
  tokens: Int32Array,
  rows: number,
): Promise<Pick<PassInput, "inference" | "feeds" | "embed">> {
  const { canvas, signature, runtime, embeddings } = graph;
  if (canvas && usesCanvas && !returnsStates(signature) && tokens.length <= MAX_SHARED_ROWS)
    return { inference: await canvas.open(), feeds: () => canvasFeeds(graph, causalRows(tokens, cache.length)) };
  return {
    inference: graph.inference,
    feeds: (unread) => tokenFeeds(runtime.ort, signature, { tokens: afterUnread(unread, tokens), past: cache.past, rows }),
    ...(embeddings && { embed: (unread) => embeddings.read(afterUnread(unread, tokens)) }),
  };
}

function afterUnread(unread: Int32Array | undefined, tokens: Int32Array): Int32Array {
  return unread ? concatTokens(unread, tokens) : tokens;
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
