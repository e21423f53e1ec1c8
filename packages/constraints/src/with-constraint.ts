import { type CausalModel, InvalidOptionError, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { withProcessors } from "@decodekit/core/toolkit";
import type { CompiledConstraint } from "./compiled-constraint.ts";

export interface WithConstraintOptions {
  /** Number of tokens at the start of every sequence that are the prompt, an integer >= 0: the constraint is for what follows. */
  readonly promptLength: number;
}

const OPTIONS = {
  promptLength: { type: "integer", help: "Number of tokens that are the prompt", minimum: 0, required: true },
} as const satisfies OptionDefinitions<WithConstraintOptions>;

/**
 * Returns the model under a constraint that was compiled for its vocabulary, for sessions and decoders that you run yourself: every row is
 * masked by the output before it, in any order, through rewinds, forks and trees. `generate({ processors: [constraint.processor] })` does
 * the same and knows the prompt.
 * @throws InvalidOptionError for a constraint that is not compiled, and an unknown, missing or invalid option.
 */
export function withConstraint(model: CausalModel, constraint: CompiledConstraint, options: WithConstraintOptions): CausalModel {
  const where = "withConstraint";
  const { promptLength } = resolveOptions<WithConstraintOptions, typeof OPTIONS>(where, options, OPTIONS);
  if (typeof (constraint as CompiledConstraint | null)?.processor !== "function") {
    const expected = "a compiled constraint, from compileConstraint(model, constraint)";
    throw new InvalidOptionError({ where, option: "constraint", expected, actual: constraint });
  }
  return withProcessors(model, [constraint.processor], { promptLength });
}
