import type { CausalModel, Logits } from "../contracts/model.ts";
import { decoratedModel, type RowDecoration } from "./decorated-session.ts";
import type { RowPrefixes } from "./row-prefixes.ts";

/** The rows of one pass, while they are valid. */
interface Pass {
  readonly logits: Logits;
  readonly prefixes: RowPrefixes;
}

interface KeptRow {
  readonly prefix: Int32Array;
  readonly row: Float32Array;
}

/**
 * Finds the row that a model's sessions returned after a sequence. A row that is about to become invalid is copied if it may still be
 * asked for: if it follows the committed tokens and others that may be committed later. Plain and speculative decoders commit before the
 * next pass, so that nothing is copied.
 */
export class RecordedRows {
  /** The committed sequence, shape (n,). */
  #committed: Int32Array;
  /** The last pass of each session, the newest last. */
  #passes: Pass[] = [];
  #kept: KeptRow[] = [];

  /** Starts with the prompt, shape (n,), which is not written to. */
  constructor(prompt: Int32Array) {
    this.#committed = prompt;
  }

  /** Returns the model with sessions whose rows are recorded; the rows themselves are unchanged. */
  record(model: CausalModel): CausalModel {
    return decoratedModel(model, () => this.#recording());
  }

  /**
   * Returns the newest row after exactly `tokens`, shape (n,), which begin with the committed tokens, or undefined if no session returned
   * one. Valid until the session's next pass.
   */
  rowAfter(tokens: Int32Array): Float32Array | undefined {
    for (const { logits, prefixes } of this.#passes.toReversed()) {
      for (let row = 0; row < logits.rows; row++) {
        if (prefixes.lengthOf(row) === tokens.length && startsWith(tokens, prefixes.tokensOf(row))) return logits.row(row);
      }
    }
    return this.#kept.findLast(({ prefix }) => prefix.length === tokens.length && startsWith(tokens, prefix))?.row;
  }

  /** Commits: `tokens`, shape (n,), is now the committed sequence, which is not written to. Forgets rows that it does not lead to. */
  commit(tokens: Int32Array): void {
    this.#committed = tokens;
    this.#kept = this.#kept.filter(({ prefix }) => startsWith(prefix, tokens));
  }

  #recording(): RowDecoration {
    let last: Pass | undefined;
    return {
      decorate: (logits, prefixes) => {
        this.#passes.push((last = { logits, prefixes }));
        return logits;
      },
      end: () => {
        if (last) this.#end(last);
        last = undefined;
      },
    };
  }

  #end(pass: Pass): void {
    this.#passes = this.#passes.filter((each) => each !== pass);
    const { logits, prefixes } = pass;
    for (let row = 0; row < logits.rows; row++) {
      if (prefixes.lengthOf(row) < this.#committed.length) continue;
      const prefix = prefixes.tokensOf(row);
      if (startsWith(prefix, this.#committed)) this.#kept.push({ prefix, row: logits.row(row).slice() });
    }
  }
}

/** Returns whether the first tokens of `tokens` are `start`. */
function startsWith(tokens: Int32Array, start: Int32Array): boolean {
  if (tokens.length < start.length) return false;
  // A plain loop, once or more for every token: a call for each token of a long text would cost more than all else here. From the end,
  // where most sequences that part do so.
  for (let index = start.length - 1; index >= 0; index--) if (tokens[index] !== start[index]) return false;
  return true;
}
