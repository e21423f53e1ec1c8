import type { LogitsProcessor } from "@decodekit/core";
import type { Constraint } from "./constraint.ts";

/**
 * How an output stands to its constraint. "complete": it is one of the texts, and a longer one may begin with it. "final": it is one of the
 * texts, and nothing can follow. "incomplete": a text begins with it. "violated": none does.
 */
export type OutputStatus = "complete" | "final" | "incomplete" | "violated";

/** A constraint for the vocabulary of one model. Holds no resources but memory; any number of decodes may use it, also at the same time. */
export interface CompiledConstraint {
  readonly constraint: Constraint;
  /**
   * Forbids the tokens that the constraint does not allow after the row's own output, the tokens after `promptLength`: for
   * `generate({ processors })`, or `withProcessors`, which needs `promptLength`: without it the prompt counts as output. It takes the row of a processor before it, such as a penalty; what samplers cut off
   * comes later. Stop tokens are allowed when the text is complete, and only they if it is final. A row after an output that violates the
   * constraint stays as it is: no decoder that draws from these rows commits such an output, but a pass over a draft may return such rows.
   */
  readonly processor: LogitsProcessor;
  /** Every text has at least so many tokens, without a stop token. Exact for short texts; otherwise a lower bound. */
  readonly minTokens: number;
  /** Returns how an output, shape (n,), without prompt and stop token, stands to the constraint. */
  status(output: Int32Array): OutputStatus;
  /** Returns the tokens that may follow an output, in ascending order; none if it violates the constraint. */
  allowedTokens(output: Int32Array): Int32Array;
  /** Returns the longest text with which everything that may follow an output begins; whole characters only, empty if there is none. */
  forcedText(output: Int32Array): string;
  /**
   * Returns the tokens into which the tokenizer splits that text, and the stop token if the text is final with it: what a model that knows
   * the constraint most likely writes next. It may split the text in another way.
   */
  forcedTokens(output: Int32Array): Int32Array;
}
