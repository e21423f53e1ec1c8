import { InvalidOptionError } from "@decodekit/core";
import { buildAutomaton, GrammarSizeError } from "./engine/automaton.ts";
import { shortestTexts } from "./engine/shortest-texts.ts";
import type { Rules } from "./expression.ts";
import { printGrammar } from "./grammar/print-grammar.ts";

/** What an output must be. A plain value, which can be printed, compared, stored and sent to a worker. */
export interface Constraint {
  readonly kind: "json-schema" | "grammar" | "regex" | "choices";
  /** The texts that are allowed, as a grammar that `grammar` reads. */
  readonly grammar: string;
}

/**
 * Returns the constraint of a grammar in which every rule is defined.
 * @throws InvalidOptionError for a grammar without a text, or one that is too large.
 */
export function constraintOf(kind: Constraint["kind"], rules: Rules): Constraint {
  const where = { "json-schema": "jsonSchema", grammar: "grammar", regex: "regex", choices: "choices" }[kind];
  try {
    const automaton = buildAutomaton(rules);
    const shortest = shortestTexts(automaton, () => true)[automaton.rules[0]!.start]!;
    if (shortest < Infinity) return Object.freeze({ kind, grammar: printGrammar(rules) });
  } catch (error) {
    if (!(error instanceof GrammarSizeError)) throw error;
    throw new InvalidOptionError({ where, option: "the grammar", expected: "smaller", actual: error.message, cause: error });
  }
  const expected = "satisfied by at least one text: every rule it needs must come to an end";
  throw new InvalidOptionError({ where, option: "the constraint", expected, actual: "a constraint that no text satisfies" });
}
