import type { TokenId } from "@decodekit/core";
import { type Finish, TOO_CLOSE } from "../../compare-lanes/finish-order.ts";
import type { ComparedOutcome, LaneOutcome, Verdict } from "../../compare-lanes/verdict.ts";
import { format } from "../format.ts";
import { letters } from "../letters.ts";

const ratio = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const ordinal = new Intl.PluralRules("en", { type: "ordinal" });
const suffixes: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };
const listed = new Intl.ListFormat("en", { style: "long" });

const count = (value: number, unit: string): string =>
  `${format.integer(value)} ${unit}${value === 1 ? "" : unit.endsWith("s") ? "es" : "s"}`;
const timeOf = (share: number): string => (share < 1 ? `${ratio.format(share)} of the time` : `${ratio.format(share)} times the time`);

/** Writes a token. */
type Spell = (token: TokenId) => string;

const ofDraftModel = ({ draftModelPasses }: LaneOutcome): string =>
  draftModelPasses > 0 ? ` and ${format.integer(draftModelPasses)} of the draft model` : "";
const passes = (lane: LaneOutcome): string => `${count(lane.passes, "pass")}${ofDraftModel(lane)}`;
const number = (lane: LaneOutcome): string => `${format.integer(lane.passes)}${ofDraftModel(lane)}`;

/** What fewer or more passes did not buy: a time that points the other way. */
function yet({ passes: own, timeRatio }: ComparedOutcome, first: LaneOutcome): string | undefined {
  if (timeRatio === undefined) return undefined;
  const contradicts = own < first.passes ? timeRatio > 1 + TOO_CLOSE : own > first.passes && timeRatio < 1 - TOO_CLOSE;
  return contradicts ? `yet ${own < first.passes ? "" : "in "}${timeOf(timeRatio)}` : undefined;
}

const afterComma = (words: string | undefined): string => (words === undefined ? "" : `, ${words}`);
const inParentheses = (words: string | undefined): string => (words === undefined ? "" : ` (${words})`);

function passesAgainst(lane: ComparedOutcome, first: LaneOutcome): string {
  const isSame = lane.passes === first.passes && lane.draftModelPasses === first.draftModelPasses;
  return isSame ? `${count(lane.passes, "pass")} each` : `${passes(lane)} instead of ${number(first)}${afterComma(yet(lane, first))}`;
}

function difference({ text }: ComparedOutcome, spell: Spell): string {
  if (text.kind !== "parts") return "";
  if (text.here === undefined) return ": its text ends there";
  return text.first === undefined ? ": it goes on there" : `: “${spell(text.here)}” instead of “${spell(text.first)}”`;
}

function sentence(lane: ComparedOutcome, { first, others }: Verdict, spell: Spell): string {
  const [name, firstName] = [letters[lane.lane]!, letters[0]];
  switch (lane.text.kind) {
    case "same":
      return `${others.length === 1 ? "Same text" : `${name} writes the text of ${firstName}`}, ${passesAgainst(lane, first)}.`;
    case "parts":
      return `${name} differs from ${firstName} at token ${lane.text.position + 1}${difference(lane, spell)}.`;
    case "gap": {
      const [filling, other] = lane.text.isFirst ? [first, name] : [lane, firstName];
      const gap = `fills a gap of ${count(filling.tokens, "token")} in ${count(filling.passes, "pass")}`;
      return `${letters[filling.lane]!} ${gap}; it sees the text after the gap, ${other} does not.`;
    }
    default:
      return lane.text satisfies never;
  }
}

/** One sentence for all lanes, if all write the same text. */
function sameInAll({ first, others }: Verdict): string {
  const lanes = others.map((lane) => `${letters[lane.lane]!} takes ${passes(lane)}${inParentheses(yet(lane, first))}`);
  return `Same text: ${listed.format([...lanes, `${letters[0]} ${number(first)}`])}.`;
}

function sudoku(conflicts: NonNullable<Verdict["sudoku"]>): string {
  const of = (matches: (cells: number | undefined) => boolean): string[] =>
    letters.slice(0, conflicts.length).filter((_, lane) => matches(conflicts[lane]));
  const solved = of((cells) => cells === 0);
  const wrong = conflicts.flatMap((cells, lane) =>
    cells !== undefined && cells > 0 ? [`${letters[lane]!} fills it with ${count(cells, "conflicting cell")}`] : [],
  );
  const open = of((cells) => cells === undefined).map((name) => `${name} does not fill it`);
  const others = [...wrong, ...open];
  return `${solved.length > 0 ? `${listed.format(solved)} ${solved.length === 1 ? "solves" : "solve"} the grid` : "No lane solves the grid"}${others.length > 0 ? `; ${listed.format(others)}` : ""}.`;
}

export const raceTexts = {
  race: "Race",
  heading: "What this run shows",
  place: ({ place, isShared }: Finish) => `${isShared ? "tied " : ""}${place}${suffixes[ordinal.select(place)]!}`,
  finished: (place: string, milliseconds: number) => `${place}, ${format.milliseconds(milliseconds)}`,
  racing: "running",
  verdict(verdict: Verdict, spell: Spell): string {
    if (verdict.sudoku) return sudoku(verdict.sudoku);
    const { others } = verdict;
    if (others.length > 1 && others.every(({ text }) => text.kind === "same")) return sameInAll(verdict);
    return others.map((lane) => sentence(lane, verdict, spell)).join(" ");
  },
  /** The times of the run, and how much they are worth. */
  times({ first, others }: Verdict): string {
    const isEqual = others.every(({ tokens }) => tokens === first.tokens);
    const times = [first, ...others].map(
      ({ lane, milliseconds, tokens }) =>
        `${letters[lane]!} ${format.milliseconds(milliseconds)}${isEqual ? "" : ` for ${count(tokens, "token")}`}`,
    );
    return `One run each: ${times.join(", ")}. Times vary; Measure repeats them.`;
  },
};
