import { InvalidOptionError } from "@decodekit/core";
import {
  type CharacterRange,
  characters,
  choice,
  type Expression,
  LAST_CHARACTER,
  otherRanges,
  repeat,
  ROOT,
  rule,
  type Rules,
  sequence,
  text,
} from "../expression.ts";
import { TextReader } from "../text-reader.ts";

const NAME = /[A-Za-z0-9_-]/;
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, "0": 0 };
const HEXADECIMAL: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * Reads a grammar, see `grammar`; `where` names the called function.
 * @throws InvalidOptionError that says where it is wrong, or which rule is missing.
 */
export function parseGrammar(where: string, source: string): Rules {
  const reader = new TextReader(where, source);
  const parser = new GrammarReader(reader);
  const rules = new Map<string, Expression>();
  for (skipSpace(reader); reader.next !== undefined; skipSpace(reader)) {
    const start = reader.position;
    const name = reader.takeWhile(NAME);
    if (name === "") reader.fail("the name of a rule");
    if (rules.has(name)) reader.fail(`another name than "${name}", which is defined already`, start);
    skipSpace(reader);
    if (!reader.take("::=")) reader.fail('"::="');
    rules.set(name, parser.alternatives());
  }
  const names = [...rules.keys()].join(", ");
  for (const [name, position] of parser.uses) {
    if (!rules.has(name)) reader.fail(`a rule that is defined, and "${name}" is not (rules: ${names})`, position);
  }
  if (rules.has(ROOT)) return rules;
  const actual = names === "" ? "no rules" : `rules ${names}`;
  throw new InvalidOptionError({ where, option: "source", expected: `a grammar with the rule "${ROOT}"`, actual });
}

/** Skips spaces, line ends and comments. */
function skipSpace(reader: TextReader): void {
  for (;;) {
    reader.takeWhile(/\s/);
    if (reader.next !== "#") return;
    reader.takeWhile(/[^\n]/);
  }
}

class GrammarReader {
  /** Where each name is used first. */
  readonly uses = new Map<string, number>();
  readonly #reader: TextReader;

  constructor(reader: TextReader) {
    this.#reader = reader;
  }

  alternatives(): Expression {
    const alternatives = [this.#sequence()];
    while (this.#reader.take("|")) alternatives.push(this.#sequence());
    return choice(...alternatives);
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    for (;;) {
      skipSpace(this.#reader);
      const part = this.#isNextRule() ? undefined : this.#atom();
      if (!part) break;
      parts.push(this.#repetitions(part));
    }
    return sequence(...parts);
  }

  /** Returns whether a name and "::=" are next, which end the rule before. */
  #isNextRule(): boolean {
    const start = this.#reader.position;
    const name = this.#reader.takeWhile(NAME);
    skipSpace(this.#reader);
    const isRule = name !== "" && this.#reader.take("::=");
    this.#reader.position = start;
    return isRule;
  }

  #atom(): Expression | undefined {
    const reader = this.#reader;
    const start = reader.position;
    if (reader.take('"')) return this.#text();
    if (reader.take("[")) return this.#class();
    if (reader.take(".")) return characters([0, LAST_CHARACTER]);
    if (reader.take("(")) {
      const inner = this.alternatives();
      if (!reader.take(")")) reader.fail('")"');
      return inner;
    }
    const name = reader.takeWhile(NAME);
    if (name !== "") {
      if (!this.uses.has(name)) this.uses.set(name, start);
      return rule(name);
    }
    if (reader.next === undefined || reader.next === "|" || reader.next === ")") return undefined;
    return reader.fail('a name, "text", [characters], "(" or "."');
  }

  #repetitions(part: Expression): Expression {
    let repeated = part;
    for (;;) {
      const reader = this.#reader;
      if (reader.take("*")) repeated = repeat(repeated, 0, Infinity);
      else if (reader.take("+")) repeated = repeat(repeated, 1, Infinity);
      else if (reader.take("?")) repeated = repeat(repeated, 0, 1);
      else if (reader.take("{")) repeated = this.#counted(repeated);
      else return repeated;
    }
  }

  #counted(part: Expression): Expression {
    const reader = this.#reader;
    const start = reader.position;
    const from = reader.takeWhile(/[0-9]/);
    const to = reader.take(",") ? reader.takeWhile(/[0-9]/) || "Infinity" : from;
    const [min, max] = [Number(from), Number(to)];
    if (from === "" || !reader.take("}") || max < min) reader.fail("{count}, {min,} or {min,max}, with min <= max,", start);
    return repeat(part, min, max);
  }

  #text(): Expression {
    const points: number[] = [];
    while (!this.#reader.take('"')) points.push(this.#character('a closing " on the same line'));
    return text(String.fromCodePoint(...points));
  }

  #class(): Expression {
    const isNegated = this.#reader.take("^");
    const ranges: CharacterRange[] = [];
    while (!this.#reader.take("]")) {
      const start = this.#reader.position;
      const first = this.#character('a closing "]" on the same line');
      const isRange = this.#reader.next === "-" && this.#reader.characters[this.#reader.position + 1] !== "]";
      if (isRange) this.#reader.position++;
      const last = isRange ? this.#character('a closing "]" on the same line') : first;
      if (last < first) this.#reader.fail("a range from a lower to a higher character", start);
      ranges.push([first, last]);
    }
    return characters(...(isNegated ? otherRanges(ranges) : ranges));
  }

  #character(expected: string): number {
    const reader = this.#reader;
    const start = reader.position;
    const character = reader.next;
    if (character === undefined || character === "\n") return reader.fail(expected);
    reader.position++;
    let point = character.codePointAt(0)!;
    if (character === "\\") {
      const escape = reader.next;
      if (escape === undefined || escape === "\n") return reader.fail("a character after the backslash");
      reader.position++;
      const digits = HEXADECIMAL[escape];
      point = digits === undefined ? this.#simpleEscape(escape, start) : reader.hexadecimal(digits);
    }
    if (point > LAST_CHARACTER || (point >= 0xd800 && point <= 0xdfff)) reader.fail("a Unicode character", start);
    return point;
  }

  #simpleEscape(escape: string, start: number): number {
    if (/[A-Za-z1-9]/.test(escape) && ESCAPES[escape] === undefined)
      this.#reader.fail('an escape: \\n \\r \\t \\0 \\xHH \\uHHHH \\UHHHHHHHH, or "\\" before a sign', start);
    return ESCAPES[escape] ?? escape.codePointAt(0)!;
  }
}
