import { format } from "../format.ts";
import type { Texts } from "../texts.ts";

export const measureTexts: Texts["measure"] = {
  heading: "Was kosten sie hier?",
  intro:
    "Zahlen von Durchläufen sind genau, Zeiten hängen vom Gerät ab. Diese Seite führt dieselben Spuren mehrmals aus, jede allein und in jeder Runde in anderer Reihenfolge, und zeichnet dabei nichts.",
  run: "Messen",
  change: "Spuren im Vergleich ändern",
  about: (tokens, model) => `Je ${tokens} Tokens, auch wenn der Text früher endet, mit ${model}, nach dem Prompt:`,
  lanes: "Spuren",
  results: "Ergebnis",
  lane: "Spur",
  against: (first) => `Zeit pro Token gegen ${first}`,
  perToken: "ms pro Token",
  prompt: "ms für den Prompt",
  passes: "Durchläufe",
  tokens: "Tokens",
  first: "Bezug",
  verdicts: { faster: "schneller", slower: "langsamer", inconclusive: "unentschieden" },
  times: (ratio, [low, high]) => `${format.fine(ratio)} × (${format.fine(low)} bis ${format.fine(high)})`,
  range: (median, min, max) => `${format.fine(median)} (${format.fine(min)} bis ${format.fine(max)})`,
  span: (min, max) => (min === max ? format.integer(min) : `${format.integer(min)} bis ${format.integer(max)}`),
  ofDraftModel: (passes) => `+ ${passes} des Entwurfsmodells`,
  tooShort: "zu kurz für diese Uhr",
  none: "Keine Runde wurde fertig, darum gibt es kein Ergebnis.",
  rounds: (counted, planned) => `${counted} von ${planned} Runden zählen.`,
  stopped: "Die Messung wurde vorzeitig angehalten.",
  few: (minimum) => `Mit weniger als ${minimum} Runden ist das Ergebnis unentschieden.`,
  voids: (count, reason) => `${count} ${count === 1 ? "Runde zählt" : "Runden zählen"} nicht: ${reason}.`,
  reasons: {
    hidden: "die Seite war verdeckt",
    drift: "das Gerät war schneller oder langsamer als sonst",
    outlier: "eine Spur stockte",
    failed: "eine Spur scheiterte",
  },
  conditions: (model, execution, tick, isIsolated) =>
    `${model} auf ${execution}; die Uhr geht in Schritten von ${tick}, ${isIsolated ? "isoliert" : "nicht isoliert"}. Vergleiche Zeiten nur innerhalb einer Messung.`,
  chart: "Jede Linie ist das 95-%-Intervall eines Verhältnisses. Enthält es 1, ist das Ergebnis unentschieden.",
  copy: "Als Text kopieren",
  copied: "Das Ergebnis wurde in die Zwischenablage kopiert.",
  notCopied: "Das Ergebnis konnte nicht kopiert werden.",
  how: "Wie gemessen wird",
  procedure: [
    "Die erste Runde zählt nicht: In ihr wird Code übersetzt, und Speicher füllen sich. Dann folgen mindestens sechs Runden, ein Vielfaches der Zahl der Spuren. Jede Runde beginnt mit der nächsten Spur, so läuft jede gleich oft an jeder Stelle. Jede Runde hat einen anderen Startwert.",
    "Vor jeder Spur macht das Modell sechzehn Durchläufe von einem Token. Eine Runde wird verworfen und wiederholt, höchstens dreimal, wenn diese Durchläufe über 15 % länger oder kürzer dauern als sonst oder ein Durchlauf einer Spur mehr als fünfmal so lange wie sonst. Eine Runde, in der die Seite verdeckt war, wird immer wiederholt.",
    "Zeiten werden im Decoder gemessen, nach der Uhr des Workers. Ein Verhältnis vergleicht Zeiten pro Token innerhalb einer Runde. Die Tabelle zeigt seinen Median über die Runden und sein Intervall aus 2000 Bootstrap-Stichproben. Enthält das Intervall 1, ist das Ergebnis unentschieden.",
  ],
};
