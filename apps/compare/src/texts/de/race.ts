import type { TokenId } from "@decodekit/core";
import { TOO_CLOSE } from "../../compare-lanes/finish-order.ts";
import type { ComparedOutcome, LaneOutcome, Verdict } from "../../compare-lanes/verdict.ts";
import { format } from "../format.ts";
import { letters } from "../letters.ts";
import type { Texts } from "../texts.ts";

const ratio = new Intl.NumberFormat("de", { maximumSignificantDigits: 2 });
const listed = new Intl.ListFormat("de", { style: "long" });

const passesOf = (count: number): string => `${format.integer(count)} ${count === 1 ? "Durchlauf" : "Durchläufe"}`;
const inPasses = (count: number): string => `${format.integer(count)} ${count === 1 ? "Durchlauf" : "Durchläufen"}`;
const tokensOf = (count: number): string => `${format.integer(count)} ${count === 1 ? "Token" : "Tokens"}`;

type Spell = (token: TokenId) => string;

const ofDraftModel = ({ draftModelPasses }: LaneOutcome): string =>
  draftModelPasses > 0 ? ` und ${format.integer(draftModelPasses)} des Entwurfsmodells` : "";
const passes = (lane: LaneOutcome): string => `${passesOf(lane.passes)}${ofDraftModel(lane)}`;
const number = (lane: LaneOutcome): string => `${format.integer(lane.passes)}${ofDraftModel(lane)}`;

/** What fewer or more passes did not buy: a time that points the other way. */
function yet({ passes: own, timeRatio }: ComparedOutcome, first: LaneOutcome): string | undefined {
  if (timeRatio === undefined) return undefined;
  const contradicts = own < first.passes ? timeRatio > 1 + TOO_CLOSE : own > first.passes && timeRatio < 1 - TOO_CLOSE;
  return contradicts ? `aber das ${ratio.format(timeRatio)}-Fache der Zeit` : undefined;
}

const afterComma = (words: string | undefined): string => (words === undefined ? "" : `, ${words}`);
const inParentheses = (words: string | undefined): string => (words === undefined ? "" : ` (${words})`);

function passesAgainst(lane: ComparedOutcome, first: LaneOutcome): string {
  const isSame = lane.passes === first.passes && lane.draftModelPasses === first.draftModelPasses;
  return isSame ? `je ${passesOf(lane.passes)}` : `${passes(lane)} statt ${number(first)}${afterComma(yet(lane, first))}`;
}

function difference({ text }: ComparedOutcome, spell: Spell): string {
  if (text.kind !== "parts") return "";
  if (text.here === undefined) return ": Der Text endet dort";
  return text.first === undefined ? ": Der Text geht dort weiter" : `: „${spell(text.here)}“ statt „${spell(text.first)}“`;
}

function sentence(lane: ComparedOutcome, { first, others }: Verdict, spell: Spell): string {
  const [name, firstName] = [letters[lane.lane]!, letters[0]];
  switch (lane.text.kind) {
    case "same":
      return `${others.length === 1 ? "Gleicher Text" : `${name} schreibt den Text von ${firstName}`}, ${passesAgainst(lane, first)}.`;
    case "parts":
      return `${name} weicht bei Token ${lane.text.position + 1} von ${firstName} ab${difference(lane, spell)}.`;
    case "gap": {
      const [filling, other] = lane.text.isFirst ? [first, name] : [lane, firstName];
      const gap = `füllt eine Lücke von ${tokensOf(filling.tokens)} in ${inPasses(filling.passes)}`;
      return `${letters[filling.lane]!} ${gap} und sieht den Text hinter der Lücke, ${other} nicht.`;
    }
    default:
      return lane.text satisfies never;
  }
}

function sameInAll({ first, others }: Verdict): string {
  const lanes = others.map((lane) => `${letters[lane.lane]!} braucht ${passes(lane)}${inParentheses(yet(lane, first))}`);
  return `Gleicher Text: ${listed.format([...lanes, `${letters[0]} ${number(first)}`])}.`;
}

function sudoku(conflicts: NonNullable<Verdict["sudoku"]>): string {
  const of = (matches: (cells: number | undefined) => boolean): string[] =>
    letters.slice(0, conflicts.length).filter((_, lane) => matches(conflicts[lane]));
  const solved = of((cells) => cells === 0);
  const wrong = conflicts.flatMap((cells, lane) =>
    cells !== undefined && cells > 0
      ? [`${letters[lane]!} füllt es mit ${format.integer(cells)} ${cells === 1 ? "widersprüchlichen Zelle" : "widersprüchlichen Zellen"}`]
      : [],
  );
  const open = of((cells) => cells === undefined).map((name) => `${name} füllt es nicht`);
  const others = [...wrong, ...open];
  const solving =
    solved.length > 0 ? `${listed.format(solved)} ${solved.length === 1 ? "löst" : "lösen"} das Gitter` : "Keine Spur löst das Gitter";
  return `${solving}${others.length > 0 ? `; ${listed.format(others)}` : ""}.`;
}

export const raceTexts: Texts["race"] = {
  race: "Rennen",
  heading: "Was dieser Lauf zeigt",
  place: ({ place, isShared }) => `${isShared ? "geteilter " : ""}${place}. Platz`,
  finished: (place, milliseconds) => `${place}, ${format.milliseconds(milliseconds)}`,
  racing: "läuft",
  verdict(verdict, spell) {
    if (verdict.sudoku) return sudoku(verdict.sudoku);
    const { others } = verdict;
    if (others.length > 1 && others.every(({ text }) => text.kind === "same")) return sameInAll(verdict);
    return others.map((lane) => sentence(lane, verdict, spell)).join(" ");
  },
  times({ first, others }) {
    const isEqual = others.every(({ tokens }) => tokens === first.tokens);
    const times = [first, ...others].map(
      ({ lane, milliseconds, tokens }) =>
        `${letters[lane]!} ${format.milliseconds(milliseconds)}${isEqual ? "" : ` für ${tokensOf(tokens)}`}`,
    );
    return `Je ein Lauf: ${times.join(", ")}. Zeiten schwanken; Messen wiederholt sie.`;
  },
};
