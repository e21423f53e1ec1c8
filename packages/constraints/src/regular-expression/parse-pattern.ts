import { InvalidOptionError } from "@decodekit/core";
import {
  type CharacterRange,
  characters,
  choice,
  EMPTY,
  type Expression,
  LAST_CHARACTER,
  otherRanges,
  repeat,
  sequence,
  text,
} from "../expression.ts";
import { TextReader } from "../text-reader.ts";
import { CLASS_ESCAPES, LINE_ENDS, propertyRanges } from "./character-sets.ts";

/** One alternative of a pattern, and whether it begins with ^ and ends with $. */
export interface PatternAlternative {
  readonly expression: Expression;
  readonly startsText: boolean;
  readonly endsText: boolean;
}

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };

/**
 * Reads an ECMAScript pattern; `where` names the called function.
 * @throws InvalidOptionError for an invalid pattern, or one with look-around, word boundaries, back-references, or ^ and $ elsewhere than at
 * the ends of an alternative of the whole pattern.
 */
export function parsePattern(where: string, pattern: string, dotAll = false): readonly PatternAlternative[] {
  checkSyntax(where, pattern);
  return new PatternReader(new TextReader(where, pattern), dotAll).pattern();
}

/** The runtime's own parser says what is a pattern. JSON schemas are also written without the flag u. */
function checkSyntax(where: string, pattern: string): void {
  try {
    void new RegExp(pattern, "u");
  } catch (error) {
    try {
      void new RegExp(pattern, "");
    } catch {
      throw new InvalidOptionError({
        where,
        option: "pattern",
        expected: `a valid regular expression (${(error as Error).message})`,
        actual: pattern,
        cause: error,
      });
    }
  }
}

class PatternReader {
  readonly #reader: TextReader;
  readonly #dotAll: boolean;

  constructor(reader: TextReader, dotAll: boolean) {
    this.#reader = reader;
    this.#dotAll = dotAll;
  }

  pattern(): readonly PatternAlternative[] {
    const alternatives: PatternAlternative[] = [];
    do {
      const startsText = this.#reader.take("^");
      const expression = this.#terms();
      alternatives.push({ startsText, expression, endsText: this.#reader.take("$") });
    } while (this.#reader.take("|"));
    if (this.#reader.next !== undefined) this.#reader.fail("the end of the pattern, since $ is only supported there,");
    return alternatives;
  }

  #disjunction(): Expression {
    const alternatives = [this.#terms()];
    while (this.#reader.take("|")) alternatives.push(this.#terms());
    return choice(...alternatives);
  }

  #terms(): Expression {
    const parts: Expression[] = [];
    for (;;) {
      const { next } = this.#reader;
      if (next === undefined || next === "|" || next === ")" || next === "$") return sequence(...parts);
      parts.push(this.#quantified(this.#atom()));
    }
  }

  #atom(): Expression {
    const reader = this.#reader;
    if (reader.take("(")) return this.#group();
    if (reader.take("[")) return this.#class();
    if (reader.take(".")) return characters(...(this.#dotAll ? [[0, LAST_CHARACTER] as const] : otherRanges(LINE_ENDS)));
    if (reader.next === "^") return reader.fail("a pattern with ^ only at the beginning");
    if (reader.next === "\\" && /[bB]/.test(reader.characters[reader.position + 1]!))
      return reader.fail("a pattern without word boundaries");
    if (reader.next === "\\" && /[1-9k]/.test(reader.characters[reader.position + 1]!))
      return reader.fail("a pattern without back-references");
    const set = this.#characterOrSet();
    return typeof set === "number" ? text(String.fromCodePoint(set)) : characters(...set);
  }

  #group(): Expression {
    const reader = this.#reader;
    const start = reader.position - 1;
    if (["?=", "?!", "?<=", "?<!"].some((look) => reader.take(look))) reader.fail("a pattern without look-ahead and look-behind", start);
    if (reader.take("?<")) {
      reader.takeWhile(/[^>]/);
      reader.position++;
    } else if (reader.next === "?" && !reader.take("?:")) {
      reader.fail("a pattern without flags in a group", start);
    }
    const inner = this.#disjunction();
    if (!reader.take(")")) reader.fail("a pattern with $ only at the end");
    return inner;
  }

  #quantified(part: Expression): Expression {
    const reader = this.#reader;
    let repeated = part;
    if (reader.take("*")) repeated = repeat(part, 0, Infinity);
    else if (reader.take("+")) repeated = repeat(part, 1, Infinity);
    else if (reader.take("?")) repeated = repeat(part, 0, 1);
    else {
      const counts = /^\{(\d+)(,(\d*))?\}/.exec(reader.characters.slice(reader.position, reader.position + 40).join(""));
      if (!counts) return part;
      reader.position += counts[0].length;
      const min = Number(counts[1]);
      repeated = repeat(part, min, counts[2] === undefined ? min : counts[3] === "" ? Infinity : Number(counts[3]));
    }
    // A lazy quantifier matches the same texts.
    reader.take("?");
    return repeated;
  }

  #class(): Expression {
    const reader = this.#reader;
    const isNegated = reader.take("^");
    const ranges: CharacterRange[] = [];
    while (!reader.take("]")) {
      const first = this.#characterOrSet(true);
      const isRange = reader.next === "-" && reader.characters[reader.position + 1] !== "]";
      if (!isRange) {
        ranges.push(...(typeof first === "number" ? [[first, first] as const] : first));
        continue;
      }
      reader.position++;
      const last = this.#characterOrSet(true);
      if (typeof first === "number" && typeof last === "number") ranges.push([first, last]);
      // As in patterns without the flag u, which alone allow a set beside a hyphen.
      else for (const end of [first, 0x2d, last]) ranges.push(...(typeof end === "number" ? [[end, end] as const] : end));
    }
    return characters(...(isNegated ? otherRanges(ranges) : ranges));
  }

  /** Reads one character or escape. */
  #characterOrSet(inClass = false): number | readonly CharacterRange[] {
    const reader = this.#reader;
    const start = reader.position;
    const point = reader.next!.codePointAt(0)!;
    reader.position++;
    if (point !== 0x5c) return point;
    const escape = reader.next!;
    reader.position++;
    const set = CLASS_ESCAPES[escape];
    if (set) return set;
    if (escape === "p" || escape === "P") {
      if (reader.next !== "{") return escape.codePointAt(0)!;
      const name = reader.takeWhile(/[^}]/);
      reader.position++;
      return propertyRanges(`\\${escape}${name}}`);
    }
    if (escape === "b" && inClass) return 8;
    if (escape === "x") return reader.hexadecimal(2);
    if (escape === "u") return this.#unicode(start);
    if (escape === "c") {
      const letter = reader.next!;
      reader.position++;
      return letter.codePointAt(0)! % 32;
    }
    return CONTROLS[escape] ?? escape.codePointAt(0)!;
  }

  #unicode(start: number): number {
    const reader = this.#reader;
    if (reader.take("{")) {
      const point = Number.parseInt(reader.takeWhile(/[^}]/), 16);
      reader.position++;
      return point;
    }
    const high = reader.hexadecimal(4);
    if (high < 0xd800 || high > 0xdfff) return high;
    const low = high < 0xdc00 && reader.take("\\u") ? reader.hexadecimal(4) : 0;
    if (low < 0xdc00 || low > 0xdfff) reader.fail("a Unicode character", start);
    return 0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00);
  }
}

/** Returns the texts that a pattern matches as a whole. */
export function wholeMatches(alternatives: readonly PatternAlternative[]): Expression {
  return choice(...alternatives.map(({ expression }) => expression));
}

/** Returns the texts in which a pattern matches somewhere, as `RegExp.test` does, made of `character`. */
export function matchesWithin(alternatives: readonly PatternAlternative[], character: Expression): Expression {
  const any = repeat(character, 0, Infinity);
  return choice(
    ...alternatives.map(({ expression, startsText, endsText }) => sequence(startsText ? EMPTY : any, expression, endsText ? EMPTY : any)),
  );
}
