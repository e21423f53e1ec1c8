import type { CausalModel } from "@decodekit/core";
import { withProcessors } from "@decodekit/core/toolkit";
import type { CompiledConstraint } from "./compiled-constraint.ts";

export interface WithConstraintOptions {
  /** Number of tokens at the start of every sequence that are the prompt, an integer >= 0: the constraint is for what follows. */
  readonly promptLength: number;
}

/**
 * Returns the model under a constraint that was compiled for its vocabulary, for sessions and decoders that you run yourself: every row is
 * masked by the output before it, in any order, through rewinds, forks and trees. `generate({ processors: [constraint.processor] })` does
 * the same and knows the prompt.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function withConstraint(model: CausalModel, constraint: CompiledConstraint, options: WithConstraintOptions): CausalModel {
  return withProcessors(model, [constraint.processor], options);
}
