import { InvalidOptionError } from "@decodekit/core";
import { type Constraint, constraintOf } from "../constraint.ts";
import { parseGrammar } from "./parse-grammar.ts";

/**
 * Creates a constraint from a context-free grammar: the output is a text of its rule "root". The notation is GBNF, that of llama.cpp, which
 * XGrammar reads too:
 *
 * - `name ::= alternatives` defines a rule, to the beginning of the next; `#` starts a comment; `|` stands between alternatives.
 * - `"text"`, `[a-z_]`, `[^"]` and `.` stand for characters: code points without surrogates, line ends included.
 * - `(…)` groups; `*`, `+`, `?`, `{n}`, `{n,}` and `{n,m}` repeat.
 * - Escapes in texts and classes: `\\n`, `\\r`, `\\t`, `\\0`, `\\xHH`, `\\uHHHH`, `\\UHHHHHHHH`, and `\\` before any other sign.
 *
 * Rules may call themselves at the beginning, at the end or within, and be ambiguous.
 * @throws InvalidOptionError that says where the grammar is wrong, which rule is missing, or that it has no text.
 */
export function grammar(source: string): Constraint {
  const where = "grammar";
  if (typeof source !== "string")
    throw new InvalidOptionError({ where, option: "source", expected: "the text of a grammar", actual: source });
  return constraintOf("grammar", parseGrammar(where, source));
}
