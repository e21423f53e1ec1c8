import { type CharacterRange, type Expression, isNothing, type Rules } from "../expression.ts";

/** Returns the text of a grammar in the notation of `grammar`, one rule a line. */
export function printGrammar(rules: Rules): string {
  return [...rules].map(([name, expression]) => `${name} ::= ${print(expression, "choice")}\n`).join("");
}

/** How tightly an expression must hold together where it stands. */
type Place = "choice" | "sequence" | "repeat";

function print(expression: Expression, place: Place): string {
  switch (expression.kind) {
    case "text":
      return `"${Array.from(expression.text, (character) => escaped(character.codePointAt(0)!, '"')).join("")}"`;
    case "characters":
      return `[${expression.ranges.map(printRange).join("")}]`;
    case "rule":
      return expression.name;
    case "sequence":
      return grouped(expression.parts.map((part) => print(part, "sequence")).join(" "), place === "repeat");
    case "choice": {
      // The notation has no other way to write a rule that matches nothing.
      if (isNothing(expression)) return "[]";
      return grouped(expression.alternatives.map((each) => print(each, "sequence")).join(" | "), place !== "choice");
    }
    default:
      return print(expression.part, "repeat") + printCount(expression.min, expression.max);
  }
}

const grouped = (inner: string, isGroup: boolean): string => (isGroup ? `(${inner})` : inner);

function printCount(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function printRange([first, last]: CharacterRange): string {
  const from = escaped(first, "]^-[");
  return first === last ? from : `${from}-${escaped(last, "]^-[")}`;
}

/** Returns a character as it is if it can be read, else as an escape. */
function escaped(point: number, reserved: string): string {
  const character = String.fromCodePoint(point);
  const short = { 10: "\\n", 13: "\\r", 9: "\\t", 92: "\\\\" }[point];
  if (short) return short;
  if (reserved.includes(character)) return `\\${character}`;
  if (point >= 0x20 && point < 0x7f) return character;
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) return character;
  const digits = point.toString(16).toUpperCase();
  return point < 0x100
    ? `\\x${digits.padStart(2, "0")}`
    : point < 0x10000
      ? `\\u${digits.padStart(4, "0")}`
      : `\\U${digits.padStart(8, "0")}`;
}
