import type { Expression, Rules } from "./expression.ts";

/**
 * Recognises texts by the definition of a grammar: for every rule and place, the places where a text of that rule that begins there ends,
 * computed until nothing changes. Independent of the parser, and of its automaton.
 */
export function isText(rules: Rules, text: string): boolean {
  const characters = Array.from(text);
  const known = new Map<string, ReadonlySet<number>>();
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, expression] of rules) {
      for (let start = 0; start <= characters.length; start++) {
        const key = `${name} ${start}`;
        const found = endsOf(expression, start, { characters, known });
        if (found.size > (known.get(key)?.size ?? 0)) {
          known.set(key, found);
          changed = true;
        }
      }
    }
  }
  return known.get("root 0")?.has(characters.length) ?? false;
}

interface Known {
  readonly characters: readonly string[];
  /** Ends by "rule start". */
  readonly known: ReadonlyMap<string, ReadonlySet<number>>;
}

function endsOf(expression: Expression, start: number, all: Known): Set<number> {
  const { characters, known } = all;
  switch (expression.kind) {
    case "text": {
      const length = Array.from(expression.text).length;
      return new Set(characters.slice(start, start + length).join("") === expression.text ? [start + length] : []);
    }
    case "characters": {
      const point = characters[start]?.codePointAt(0);
      return new Set(point !== undefined && expression.ranges.some(([first, last]) => point >= first && point <= last) ? [start + 1] : []);
    }
    case "rule":
      return new Set(known.get(`${expression.name} ${start}`));
    case "choice":
      return new Set(expression.alternatives.flatMap((each) => [...endsOf(each, start, all)]));
    case "sequence": {
      let starts = new Set([start]);
      for (const part of expression.parts) starts = new Set([...starts].flatMap((each) => [...endsOf(part, each, all)]));
      return starts;
    }
    default: {
      const ends = new Set<number>();
      let current = new Set([start]);
      // More repetitions than characters reach no other end.
      for (let count = 0; current.size > 0 && count <= Math.min(expression.max, expression.min + characters.length + 1); count++) {
        if (count >= expression.min) for (const end of current) ends.add(end);
        current = new Set([...current].flatMap((each) => [...endsOf(expression.part, each, all)]));
      }
      return ends;
    }
  }
}

/** Returns all texts of at most `length` of the characters of `alphabet`. */
export function allTexts(alphabet: readonly string[], length: number): readonly string[] {
  const texts = [""];
  let longest = texts;
  for (let count = 0; count < length; count++) {
    longest = longest.flatMap((text) => alphabet.map((character) => text + character));
    texts.push(...longest);
  }
  return texts;
}
