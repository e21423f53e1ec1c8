/** Returns a text as a literal of a grammar. */
export function literal(text: string): string {
  return `"${Array.from(text, (character) => escaped(character, '"\\')).join("")}"`;
}

/** Returns a class of all characters but those of `text`. */
function anyBut(text: string): string {
  return `[^${Array.from(new Set(text), (character) => escaped(character, "]^-[\\")).join("")}]`;
}

function escaped(character: string, reserved: string): string {
  const point = character.codePointAt(0)!;
  if (reserved.includes(character)) return `\\${character}`;
  return point >= 0x20 && point < 0x7f ? character : `\\U${point.toString(16).padStart(8, "0")}`;
}

/**
 * Returns an expression for all texts that do not contain `mark`, whose first character must not occur in it again, and do not begin with the
 * character `notFirst`. Where a beginning of the mark ends, either another one begins or a character follows that does not continue it.
 */
export function without(mark: string, notFirst = ""): string {
  const characters = Array.from(mark);
  const [first] = characters;
  const other = anyBut(first!);
  const begins = anyBut(first! + notFirst);
  if (characters.length === 1) return `(${begins} ${other}*)?`;
  const beginnings = characters.slice(1).map((next, index) => ({ text: characters.slice(0, index + 1).join(""), next }));
  const any = `(${beginnings.map(({ text }) => literal(text)).join(" | ")})*`;
  const broken = `${any} (${beginnings.map(({ text, next }) => `${literal(text)} ${anyBut(first! + next)}`).join(" | ")})`;
  return `((${begins} | ${broken}) (${other} | ${broken})*)? ${any}`;
}

/** Returns an expression for all texts that do not contain `mark` and do not begin with `beginning`; both begin in different ways. */
export function withoutBeginning(mark: string, beginning: string): string {
  const characters = Array.from(beginning);
  const differing = characters.map((next, index) => {
    const same = characters.slice(0, index).join("");
    return `${same === "" ? "" : `${literal(same)} `}${without(mark, next)}`;
  });
  return `(${differing.join(" | ")})`;
}

/** Returns the rules of a grammar with names that begin with `prefix`, to be part of another. */
export function renamed(grammar: string, prefix: string): string {
  return grammar.replace(/"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|[A-Za-z][\w-]*/gsu, (part) =>
    part.startsWith('"') || part.startsWith("[") ? part : prefix + part,
  );
}
