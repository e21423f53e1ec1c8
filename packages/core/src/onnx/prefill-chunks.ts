import type { GraphSignature } from "./graph-signature.ts";

/**
 * Most tokens of one run. The work of attention in a run grows with the square of its tokens, and so does its memory; on SmolLM2-135M, runs
 * of 256 read 1000 tokens in 0.59 to 0.76 of the time of one run, and runs of 64 or 512 take longer.
 */
const MAX_TOKENS = 256;
/** Most logits that one run of a graph may return, 32 MB of float32, unless it is asked for more or has to read fewer tokens than are sensible. */
const MAX_LOGITS = 2 ** 23;
/** Least tokens of a run of a longer text: shorter runs use the processor badly. */
const MIN_TOKENS = 64;

export interface ChunkedPass {
  readonly signature: Pick<GraphSignature, "rowCount" | "cache" | "hasCacheBranch">;
  readonly vocabSize: number;
  /** Number of tokens to read. */
  readonly tokens: number;
  /** Number of last rows that are asked for. */
  readonly rows: number;
}

/**
 * Returns where the runs before the last one end. A long text is read in several runs of about the same number of tokens, fewer if the
 * graph returns the logits of every token. The last run returns all rows that are asked for.
 */
export function chunkEnds({ signature, vocabSize, tokens, rows }: ChunkedPass): readonly number[] {
  if (signature.cache.length === 0 || signature.hasCacheBranch) return [];
  const most = signature.rowCount ? MAX_TOKENS : Math.min(MAX_TOKENS, Math.max(MIN_TOKENS, Math.floor(MAX_LOGITS / vocabSize)));
  const chunk = Math.ceil(tokens / Math.ceil(tokens / most));
  const ends: number[] = [];
  for (let end = chunk; end <= tokens - rows && end < tokens; end += chunk) ends.push(end);
  return ends;
}
