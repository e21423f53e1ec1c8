import { type Expression, ROOT, type Rules } from "../expression.ts";
import { utf8Ranges, type ByteRange } from "./utf8-ranges.ts";

/** Reads one byte and goes on at `target`. */
export interface ByteEdge extends ByteRange {
  readonly target: number;
}

/** Reads a text of a rule and goes on at `target`. */
export interface CallEdge {
  readonly rule: number;
  readonly target: number;
}

/** A place in the text of a rule. */
export interface Place {
  /** Places that are reached without reading. */
  readonly skips: number[];
  readonly bytes: ByteEdge[];
  readonly calls: CallEdge[];
}

/** The places at which the texts of a rule begin and end. */
export interface RulePlaces {
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

/** Builds the automaton of a grammar in which every rule that is named is defined. @throws GrammarSizeError */
export function buildAutomaton(rules: Rules): Automaton {
  const names = new Map([...rules.keys()].map((name, index) => [name, index + 1]));
  const places: Place[] = [];
  const build = new Builder(places, names);
  return { places, rules: [{ kind: "rule", name: ROOT } as const, ...rules.values()].map((expression) => build.rule(expression)) };
}

class Builder {
  readonly #places: Place[];
  readonly #names: ReadonlyMap<string, number>;

  constructor(places: Place[], names: ReadonlyMap<string, number>) {
    this.#places = places;
    this.#names = names;
  }

  rule(expression: Expression): RulePlaces {
    const start = this.#place();
    return { start, end: this.#add(expression, start) };
  }

  #place(): number {
    if (this.#places.length === MAX_PLACES) throw new GrammarSizeError();
    this.#places.push({ skips: [], bytes: [], calls: [] });
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
        return this.#addBytes(new TextEncoder().encode(expression.text), from);
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
      case "rule": {
        const target = this.#place();
        this.#places[from]!.calls.push({ rule: this.#names.get(expression.name)!, target });
        return target;
      }
    }
  }

  #addBytes(bytes: Uint8Array, from: number): number {
    let place = from;
    for (const byte of bytes) {
      const target = this.#place();
      this.#places[place]!.bytes.push({ low: byte, high: byte, target });
      place = target;
    }
    return place;
  }

  #addCharacters(ranges: readonly (readonly [number, number])[], from: number): number {
    const end = this.#place();
    /** The places before the same bytes are the same. */
    const before = new Map<string, number>([["", end]]);
    const placeBefore = (bytes: readonly ByteRange[]): number => {
      const key = bytes.map(({ low, high }) => `${low}-${high}`).join(" ");
      let place = before.get(key);
      if (place === undefined) {
        before.set(key, (place = this.#place()));
        this.#places[place]!.bytes.push({ ...bytes[0]!, target: placeBefore(bytes.slice(1)) });
      }
      return place;
    };
    for (const range of ranges)
      for (const [first, ...rest] of utf8Ranges(range)) this.#places[from]!.bytes.push({ ...first!, target: placeBefore(rest) });
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
