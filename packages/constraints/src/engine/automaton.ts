import { type CharacterRange, type Expression, ROOT, type Rules } from "../expression.ts";
import { type ByteNode, characterBytes, END } from "./character-bytes.ts";
import type { ByteRange } from "./utf8-ranges.ts";

/** Reads one byte and goes on at `target`. */
interface ByteEdge extends ByteRange {
  readonly target: number;
}

/** Reads a text of a rule and goes on at `target`. */
interface CallEdge {
  readonly rule: number;
  readonly target: number;
}

/** A place in the text of a rule. */
interface Place {
  /** Places that are reached without reading. */
  readonly skips: number[];
  readonly bytes: ByteEdge[];
  readonly calls: CallEdge[];
  /** Places after a character that has a token of its own. The bytes of that character lead there too. */
  readonly characters: number[];
  /** Whether it is within the bytes of a character. */
  readonly isWithinCharacter: boolean;
}

/** The places at which the texts of a rule begin and end. */
interface RulePlaces {
  readonly start: number;
  readonly end: number;
}

/** One automaton for each rule of a grammar. Rule 0 is the whole text: one call of the rule "root". */
export interface Automaton {
  readonly places: readonly Place[];
  readonly rules: readonly RulePlaces[];
}

/** Number of places of the largest grammar: some 30 MB. */
const MAX_PLACES = 200_000;

/** Thrown for a grammar of more than `MAX_PLACES` places. */
export class GrammarSizeError extends Error {
  constructor() {
    super(`more than ${MAX_PLACES} places, for example through long repetitions within repetitions`);
  }
}

/** Returns whether a character of the range has a token of its own. */
export type HasToken = (range: CharacterRange) => boolean;

/** Builds the automaton of a grammar in which every rule that is named is defined. @throws GrammarSizeError */
export function buildAutomaton(rules: Rules, hasToken: HasToken = () => false): Automaton {
  const names = new Map([...rules.keys()].map((name, index) => [name, index + 1]));
  const places: Place[] = [];
  const build = new Builder(places, { names, hasToken });
  return { places, rules: [{ kind: "rule", name: ROOT } as const, ...rules.values()].map((expression) => build.rule(expression)) };
}

class Builder {
  readonly #places: Place[];
  readonly #names: ReadonlyMap<string, number>;
  readonly #hasToken: HasToken;

  constructor(places: Place[], { names, hasToken }: { readonly names: ReadonlyMap<string, number>; readonly hasToken: HasToken }) {
    this.#places = places;
    this.#names = names;
    this.#hasToken = hasToken;
  }

  rule(expression: Expression): RulePlaces {
    const start = this.#place();
    return { start, end: this.#add(expression, start) };
  }

  #place(isWithinCharacter = false): number {
    if (this.#places.length === MAX_PLACES) throw new GrammarSizeError();
    this.#places.push({ skips: [], bytes: [], calls: [], characters: [], isWithinCharacter });
    return this.#places.length - 1;
  }

  #skip(from: number, to: number): number {
    this.#places[from]!.skips.push(to);
    return to;
  }

  /** Adds the texts of an expression after the place `from`; returns the place after them. No edge leads back to `from`. */
  #add(expression: Expression, from: number): number {
    switch (expression.kind) {
      case "text":
        return Array.from(expression.text).reduce((place, character) => this.#addCharacter(character, place), from);
      case "characters":
        return this.#addCharacters(expression.ranges, from);
      case "sequence":
        return expression.parts.reduce((place, part) => this.#add(part, place), from);
      case "choice": {
        const ends = expression.alternatives.map((alternative) => this.#add(alternative, from));
        return this.#join(ends);
      }
      case "repeat":
        return this.#addRepeat(expression, from);
      default: {
        const target = this.#place();
        this.#places[from]!.calls.push({ rule: this.#names.get(expression.name)!, target });
        return target;
      }
    }
  }

  #addCharacter(character: string, from: number): number {
    const bytes = new TextEncoder().encode(character);
    let place = from;
    for (const [index, byte] of bytes.entries()) {
      const target = this.#place(index < bytes.length - 1);
      this.#places[place]!.bytes.push({ low: byte, high: byte, target });
      place = target;
    }
    const point = character.codePointAt(0)!;
    if (bytes.length > 1 && this.#hasToken([point, point])) this.#places[from]!.characters.push(place);
    return place;
  }

  #addCharacters(ranges: readonly CharacterRange[], from: number): number {
    const [first, ...within] = characterBytes(ranges);
    const placeOf = within.map(() => this.#place(true));
    const end = this.#place();
    const addEdges = (place: number, edges: ByteNode): void => {
      for (const { low, high, node } of edges)
        this.#places[place]!.bytes.push({ low, high, target: node === END ? end : placeOf[node - 1]! });
    };
    addEdges(from, first!);
    for (const [index, edges] of within.entries()) addEdges(placeOf[index]!, edges);
    if (ranges.some(this.#hasToken)) this.#places[from]!.characters.push(end);
    return end;
  }

  #addRepeat({ part, min, max }: Extract<Expression, { readonly kind: "repeat" }>, from: number): number {
    let place = from;
    for (let count = 0; count < min; count++) place = this.#add(part, place);
    if (max === Infinity) {
      const loop = this.#skip(place, this.#place());
      this.#skip(this.#add(part, loop), loop);
      return this.#skip(loop, this.#place());
    }
    const ends = [place];
    for (let count = min; count < max; count++) ends.push((place = this.#add(part, place)));
    return this.#join(ends);
  }

  /** Adds a place after the others: a new one, so that most edges lead to later places. */
  #join(ends: readonly number[]): number {
    const end = this.#place();
    for (const place of ends) this.#skip(place, end);
    return end;
  }
}
