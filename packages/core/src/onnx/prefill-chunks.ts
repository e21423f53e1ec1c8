import type { GraphSignature } from "./graph-signature.ts";

/** Most logits that one run of a graph may return, 32 MB of float32, unless it is asked for more or has to read fewer tokens than are sensible. */
const MAX_LOGITS = 2 ** 23;
/** Least tokens of a run of a longer text: shorter runs use the processor badly. */
const MIN_CHUNK = 64;

export interface ChunkedPass {
  readonly signature: Pick<GraphSignature, "rowCount" | "cache" | "hasCacheBranch">;
  readonly vocabSize: number;
  /** Number of tokens to read. */
  readonly tokens: number;
  /** Number of last rows that are asked for. */
  readonly rows: number;
}

/**
 * Returns where the runs before the last one end. A graph without an input for the number of rows computes and returns the logits of
 * every token that it reads, so a long prompt over a large vocabulary is read in several runs.
 */
export function chunkEnds({ signature, vocabSize, tokens, rows }: ChunkedPass): readonly number[] {
  if (signature.rowCount || signature.cache.length === 0 || signature.hasCacheBranch) return [];
  const chunk = Math.max(MIN_CHUNK, Math.floor(MAX_LOGITS / vocabSize));
  const ends: number[] = [];
  for (let end = chunk; end <= tokens - rows && end < tokens; end += chunk) ends.push(end);
  return ends;
}
