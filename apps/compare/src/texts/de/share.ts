import { format } from "../format.ts";
import type { Texts } from "../texts.ts";

const characters = (count: number): string => `${format.integer(count)} Zeichen`;
const kilobytes = (bytes: number): string => `${format.integer(Math.ceil(bytes / 1000))} kB`;

export const shareTexts: Texts["share"] = {
  button: "Teilen",
  heading: "Diesen Lauf teilen",
  nothing: "Es gibt noch keinen Lauf. Ein Link kann nur die Einstellungen enthalten.",

  link: {
    heading: "Link",
    explain: "Der Link enthält den ganzen Lauf: Er ist sofort zu sehen, ohne Modell. Nichts wird hochgeladen.",
    withRun: "Link mit dem Lauf kopieren",
    withoutRun: "Link ohne den Lauf kopieren",
    field: "Link",
    copied: (length) => `Kopiert, ${characters(length)}.`,
    shown: (length) => `Die Zwischenablage ist nicht verfügbar. Kopiere den Link von hier, ${characters(length)}.`,
    long: "Manche Chat-Programme kürzen so lange Links oder lehnen sie ab. Sende dort den Link ohne den Lauf oder den Lauf als Datei.",
    leftOut: {
      nothing: "",
      "some-candidates": "Von den Alternativen jedes Tokens sind nur die ersten drei enthalten.",
      candidates: "Die Alternativen der Tokens sind nicht enthalten.",
      trees: "Die Alternativen der Tokens und die Zweige der Entwurfsbäume sind nicht enthalten.",
      scores: "Die Wahrscheinlichkeiten und Alternativen der Tokens und die Zweige der Entwurfsbäume sind nicht enthalten.",
    },
    tooLong:
      "Dieser Lauf ist zu lang für einen Link. Der Link hat seine Einstellungen: Wer ihn öffnet, drückt Ausführen. Um das Ergebnis zu senden, speichere den Lauf als Datei.",
  },
  opened: {
    problems: {
      "too-long": "Der Lauf in diesem Link ist länger als jeder Link dieser Seite. Seine Einstellungen sind da: Drücke Ausführen.",
      "unknown-version":
        "Der Lauf in diesem Link ist von einer späteren Version dieser Seite. Seine Einstellungen sind da: Drücke Ausführen.",
      damaged:
        "Der Lauf in diesem Link ist nicht lesbar; vielleicht fehlt ein Teil des Links. Seine Einstellungen sind da: Drücke Ausführen.",
    },
    withoutRun:
      "Dieser Link hat die Einstellungen eines Laufs, nicht sein Ergebnis. Drücke Ausführen, und die Seite sagt, ob die Ausgabe dieselbe ist.",
  },

  pictures: {
    heading: "Bild",
    explain:
      "Ein Bild zeigt die aktuelle Stelle der Wiedergabe. Eine Animation zeigt die ganze Wiedergabe, in den gewählten Schritten und im gewählten Tempo.",
    png: "Bild (PNG)",
    gif: "Animation (GIF)",
    webm: "Video (WebM)",
    progress: (part) => `${format.percent(part)} gezeichnet`,
    stop: "Anhalten",
    stopped: "Angehalten.",
    saved: (name, bytes) => `Gespeichert als ${name}, ${kilobytes(bytes)}.`,
    failed: (problem) => `Das ging nicht: ${problem}`,
    noWebm: "Dieser Browser kann keine WebM-Videos erzeugen.",
  },

  embed: {
    heading: "Einbetten",
    explain: "Ein Rahmen für eine andere Seite, der die Spuren und die Wiedergabe zeigt.",
    copy: "Code zum Einbetten kopieren",
    field: "Code zum Einbetten",
    copied: "Kopiert.",
    shown: "Die Zwischenablage ist nicht verfügbar. Kopiere den Code von hier.",
    tooLong: "Dieser Lauf ist zu lang für einen Link, darum beginnt der Rahmen mit der Schaltfläche Ausführen.",
    title: "Ein Lauf in decodekit compare",
    open: "In decodekit compare öffnen",
  },

  file: {
    heading: "Datei",
    explain: "Die Datei enthält alles: Ereignisse, Zeiten und alle Alternativen. Öffne sie hier mit „Lauf öffnen“.",
    save: "Lauf speichern",
  },

  code: {
    heading: "Code",
    explain: "Ein Programm, das eine Spur mit den veröffentlichten Paketen ausführt.",
    lane: "Spur",
    copy: "Code kopieren",
    field: "Programm",
    copied: "Kopiert.",
    shown: "Die Zwischenablage ist nicht verfügbar. Kopiere das Programm von hier.",
  },
};
