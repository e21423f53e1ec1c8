import type { Texts } from "../texts.ts";

const candidates = (count: number): string => `${count} ${count === 1 ? "Kandidat" : "Kandidaten"}`;
const withCandidates = (count: number): string => `${count} Kandidaten`;

export const differTexts: Texts["differ"] = {
  differs: "anders als die anderen Spuren",
  conflict: "im Widerspruch",
  clue: "Vorgabe",
  legend: { differs: "anders als andere Spuren", conflict: "im Widerspruch mit einer anderen Ziffer" },

  tree: {
    heading: "Die Kandidaten, die hier gelesen wurden",
    read: (count, pass) => `Durchlauf ${pass} las einen Baum mit ${withCandidates(count)}. Angenommene sind fett.`,
    unread: (count) => `Der nächste Durchlauf wird einen Baum mit ${withCandidates(count)} lesen.`,
    accepted: "angenommen",
    next: (token) => `Dann das eigene Token des Modells: ${token}`,
    proposed: (count, first) => `schlug ${candidates(count)} vor, zuerst „${first}“`,
  },

  welcome: {
    heading: "Aufgezeichnete Beispiele",
    scenes: { edit: "Änderung", gap: "Lücke", story: "Geschichte" },
    notes: {
      edit: "Das Modell wiederholt den Prompt mit einem anderen Namen. Entwürfe werden aus dem Prompt kopiert, und ein Durchlauf prüft mehrere Tokens.",
      gap: "Ein Text steht vor und hinter einer Lücke. Nur eine der Spuren sieht, was danach kommt.",
      story:
        "Eine Geschichte kann auf viele Arten weitergehen, darum stimmen Entwürfe selten. Greedy nimmt das wahrscheinlichste Token, Top-p zieht eines.",
    },
  },
};
