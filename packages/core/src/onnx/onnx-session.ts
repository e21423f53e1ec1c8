import { ContextLengthError, InvalidOptionError } from "../errors.ts";
import type { ForwardOptions, Session } from "../model.ts";
import { checkTokens } from "../run-decode.ts";
import { canvasFeeds, causalRows, MOST_SHARED_ROWS } from "./canvas-graph.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { type PassInput, runGraphPass } from "./graph-pass.ts";
import { idTensor } from "./id-tensor.ts";
import { emptyKvCache, type KvCache } from "./kv-cache.ts";
import { createSequence, registerSession, type Sequence } from "./sequence.ts";
import { treePasses } from "./tree-pass.ts";

export function createOnnxSession(graph: CausalGraph): Session {
  const { runtime, signature } = graph;
  return onnxSession(graph, emptyKvCache({ ort: runtime.ort, tensors: signature.cache, type: signature.cacheType }));
}

function onnxSession(graph: CausalGraph, cache: KvCache): Session {
  const sequence = createSequence(graph, cache);
  const trees = graph.canvas && treePasses(sequence, graph.canvas);

  const session: Session = {
    get length() {
      return cache.length;
    },
    async forward(tokens, { rows = "last", signal } = {}) {
      signal?.throwIfAborted();
      checkTokens("forward", "tokens", tokens, graph.vocabSize);
      const rowCount = countRows(rows, tokens.length);
      return sequence.inTurn(async () => {
        trees?.forget();
        const past = cache.length;
        const length = past + tokens.length;
        if (length > graph.contextLength) throw new ContextLengthError(length, graph.contextLength);
        const pass = await tokenPass(sequence, tokens);
        const { logits, outputs } = await runGraphPass(graph, { ...pass, cache, rows: rowCount, signal });
        cache.replace(outputs, length);
        return logits;
      });
    },
    rewindTo: (length) =>
      sequence.inTurn(async () => {
        if (!Number.isInteger(length) || length < 0 || length > cache.length) {
          throw new InvalidOptionError({
            where: "rewindTo",
            option: "length",
            expected: `an integer in [0, ${cache.length}]`,
            actual: length,
          });
        }
        trees?.forget();
        cache.length = length;
      }),
    fork: () => sequence.inTurn(async () => onnxSession(graph, cache.fork())),
    ...(trees && {
      forwardTree: (tokens, parents, { signal } = {}) => trees.forward(tokens, parents, signal),
      keepPath: (nodes) => trees.keep(nodes),
    }),
    async dispose() {
      await sequence.dispose();
      trees?.forget();
    },
  };
  return registerSession(session, sequence);
}

/** Which graph reads `tokens`, and with which feeds. */
async function tokenPass({ graph, cache, usesCanvas }: Sequence, tokens: Int32Array): Promise<Pick<PassInput, "inference" | "feeds">> {
  const past = cache.length;
  const { canvas } = graph;
  if (canvas && usesCanvas && tokens.length <= MOST_SHARED_ROWS)
    return { inference: await canvas.open(), feeds: () => canvasFeeds(graph, causalRows(tokens, past)) };
  return { inference: graph.inference, feeds: () => tokenFeeds(graph, tokens, past) };
}

function tokenFeeds({ runtime: { ort }, signature }: CausalGraph, tokens: Int32Array, past: number): ReturnType<KvCache["feeds"]> {
  const { idType } = signature;
  const feeds: ReturnType<KvCache["feeds"]> = { input_ids: idTensor(ort, idType, tokens.length, (index) => tokens[index]!) };
  if (signature.hasAttentionMask) feeds.attention_mask = idTensor(ort, idType, past + tokens.length);
  if (signature.hasPositionIds) feeds.position_ids = idTensor(ort, idType, tokens.length, (index) => past + index);
  return feeds;
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
