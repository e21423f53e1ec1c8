import type { RowConsistency, RowPart, RowReads } from "@decodekit/core";
import { concatTokens, pathTokens } from "@decodekit/core/toolkit";

/** What a pass asks of a server. Nothing depends on earlier requests: the server's cache only makes it cheap. */
export interface PassRequest {
  /** All tokens of the session, shape (n,). */
  readonly committed: Int32Array;
  /** The tokens of the pass, shape (m,), m >= 1. */
  readonly tokens: Int32Array;
  /** Their parents, shape (m,), if they are a tree: see `Session.forwardTree`. @defaultValue each token follows the one before it */
  readonly parents?: Int32Array | undefined;
  /** For which tokens of the pass rows are wanted, ascending, at least one. */
  readonly wanted: readonly number[];
  /** What is read of each row. @defaultValue whole rows */
  readonly reads?: RowReads | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Names the session, for servers that keep its cache on one replica. */
  readonly session: string;
}

/** A row as far as it was asked for: shape (vocabSize,), or a part of it. */
export type AnsweredRow = Float32Array | RowPart;

/** A served causal model: what a session needs of it. */
export interface RowServer {
  readonly vocabSize: number;
  /** Most tokens of a sequence after which the server gives a row. */
  readonly contextLength: number;
  /** Whether it gives the rows of trees. */
  readonly tree: boolean;
  readonly rowConsistency: RowConsistency;
  /**
   * Returns the wanted rows, in their order: parts only if `reads` was given.
   * @throws RemoteError "parts-only" if whole rows were asked for and it has none.
   */
  rowsOf(request: PassRequest): Promise<readonly AnsweredRow[]>;
  /** Checks that it serves the same model as when it was connected to. @throws RemoteError "wrong-model" if not. */
  check(signal?: AbortSignal): Promise<void>;
}

/** Returns the sequence that ends with token `index` of a pass, shape (k,). */
export function sequenceTo(
  index: number,
  { committed, tokens, parents }: Pick<PassRequest, "committed" | "tokens" | "parents">,
): Int32Array {
  return concatTokens(committed, parents ? pathTokens(index, { tokens, parents }) : tokens.subarray(0, index + 1));
}
