import type { Proposer } from "../../trace/cell.ts";
import type { Texts } from "../texts.ts";

const phases: Readonly<Record<Proposer["phase"], string>> = {
  prefill: "dem Prompt-Durchlauf",
  decode: "einem Dekodier-Durchlauf",
  draft: "einem Entwurfs-Durchlauf",
  verify: "einem Prüf-Durchlauf",
  refine: "einem Verfeinerungs-Durchlauf",
  lookup: "Nachschlagen im bisherigen Text",
  forced: "deiner Wahl",
};

const models: Readonly<Record<Proposer["model"], string>> = {
  causal: "des Modells",
  masked: "des maskierten Modells",
  draft: "des Entwurfsmodells",
  none: "keines Modells",
};

const drafters: Readonly<Record<string, string>> = {
  suffix: "der Suffix-Suche",
  "prompt-lookup": "der Suche im Prompt",
  "draft-model": "dem Entwurfsmodell",
  "masked-draft": "dem maskierten Modell",
  ddtree: "dem maskierten Modell, als Baum",
  eagle: "dem Entwurfskopf",
  "eagle-tree": "dem Entwurfskopf, als Baum",
  dflash: "dem Entwurfskopf",
  jacobi: "Jacobi-Iteration",
  lookahead: "Lookahead",
  cascade: "Suffix-Suche und Lookahead zusammen",
};

export const whyTexts: Texts["why"] = {
  final: "endgültig",
  notFinal: "noch nicht endgültig",
  position: (position, lane) => `Token ${position} der Spur ${lane}`,
  id: (token) => `Nummer ${token}`,
  notYet: "An dieser Stelle gibt es noch kein Token.",
  stopToken: "Ende des Textes",

  from: (by, pass) =>
    by.phase === "forced"
      ? "Vor dem Lauf gesetzt: Der Decoder machte danach weiter"
      : by.model === "none"
        ? `Entworfen durch ${phases[by.phase]}, vor Durchlauf ${pass + 1}`
        : `Aus Durchlauf ${pass}, ${phases[by.phase]} ${models[by.model]}`,
  fromDrafter: (drafter, by, pass) =>
    `Entworfen von ${drafters[drafter] ?? drafter}, ${by.model === "none" ? `vor Durchlauf ${pass + 1}` : `in Durchlauf ${pass}`}`,
  inDraft: (place, drafted, accepted, pass) => `Token ${place} eines Entwurfs von ${drafted}; Durchlauf ${pass} nahm ${accepted} davon an`,
  rules: {
    greedy: "Angenommen, da es das wahrscheinlichste Token des Modells ist",
    match: (p) => `Angenommen, wenn das Modell dasselbe Token zieht, mit Wahrscheinlichkeit p = ${p}`,
    ratio: (p, q, probability) => `Angenommen mit Wahrscheinlichkeit min(1, p / q) = min(1, ${p} / ${q}) = ${probability}`,
    block: (p, q) => `p = ${p}, q = ${q}; die Tokens eines Entwurfs werden zusammen beurteilt`,
    gumbel: (p) => `p = ${p}; Entwurf und Modell teilen ihr Rauschen, darum stimmen sie öfter überein`,
  },
  pAndQ: { p: "p: nach dem, woraus die Spur zieht.", q: "p: nach dem, woraus die Spur zieht; q: nach dem, was es entwarf." },

  rank: (rank, tokens, percentages) => `Rang ${rank} von ${tokens}: ${percentages}.`,
  reported: {
    draft: (q) => `Seine Entwurfsquelle gab ihm ${q}.`,
    masked: (p) => `Das maskierte Modell gab ihm ${p}, als es gesetzt wurde.`,
    other: (p) => `Der Decoder meldete ${p}.`,
  },

  candidates: "Woraus es gewählt wurde",
  predictions: "Was das Modell hier vorhersagt",
  legend: { before: "das Modell, bei Temperatur 1", after: "woraus der Decoder wählte" },
  nothingCut: "Kein Token wurde ausgelassen.",
  left: (left, formatted, tokens, mass) =>
    `${formatted} von ${tokens} Tokens ${left === 1 ? "blieb" : "blieben"} übrig. Die anderen hatten beim Modell ${mass}.`,
  drewSeveral: "Mehrere Texte wurden so gezogen, und einer davon wurde behalten.",
  differs:
    "Die Bewertung rechnet die Zeilen neu, in anderen Durchläufen. Hier machte das Runden ein anderes Token zum wahrscheinlichsten, darum zeigt dieses 0 %.",
  inexact: "Diese Modelldatei rechnet mit 8 Bit, darum ist eine Wahrscheinlichkeit von Durchlauf zu Durchlauf etwas anders.",
  unknown: {
    forced: "Du hast dieses Token gesetzt: Nichts wurde gewählt.",
    masked:
      "Das maskierte Modell setzte dieses Token, von beiden Seiten her. Der Lauf enthält die Wahrscheinlichkeit dieses Tokens, nicht die der anderen; darunter steht, was das Modell von links nach rechts vorhersagt.",
    search: "Strahlsuche ordnet ganze Texte und zieht kein einzelnes Token.",
    contrastive: "Kontrastive Suche wägt ab, wie wahrscheinlich ein Token ist und wie sehr es Früheres wiederholt.",
    "judged-tree":
      "Der bewertete Baum nimmt ein weniger wahrscheinliches Token, wo das Durchläufe spart; er zieht also aus keiner einzelnen Verteilung.",
    stages: "Notiztext und Antwort können verschieden gezogen werden, und der Lauf sagt nicht, wo eines endet.",
    "two-models": "Dieser Decoder verbindet zwei Modelle. Der Lauf enthält nicht, woraus dieses Token gewählt wurde.",
    constraint: "Betrachtet wurden nur Tokens, die die Regel erlaubt. Der Lauf hält nicht fest, welche das waren.",
    earlier: "Dieser Lauf wurde von einer früheren Version gespeichert, die nicht festhielt, woraus Tokens gewählt wurden.",
    own: "Dieser Decoder sagt nicht, wie er seine Tokens zieht.",
    "not-scored": "Alternativen erscheinen, sobald die Spur fertig ist.",
    "not-causal": "Dieses Modell sagt nur von beiden Seiten her vorher, darum gibt es keine Liste dessen, was folgen könnte.",
  },
  percentages: (before, after) => (after === undefined ? before : `${before} → ${after}`),
  arrow: "→",
  nothing: "0",
  leftOut: "aus",
  chosen: "gewählt",

  undone: "Hier zurückgenommen",
  takenBack: {
    rejected: (pass) => `verworfen in Durchlauf ${pass}`,
    dropped: (pass) => `fallen gelassen in Durchlauf ${pass}, da ein Token davor verworfen wurde`,
    ended: (pass) => `fallen gelassen in Durchlauf ${pass}, da der Text davor endete`,
    replaced: (pass) => `ersetzt in Durchlauf ${pass}`,
    withdrawn: (pass) => `zurückgenommen in Durchlauf ${pass}`,
  },
  replacedBy: { rejected: ", ersetzt durch ", replaced: " durch " },
  rejectedRules: {
    greedy: "das wahrscheinlichste Token des Modells ist ein anderes",
    match: (p) => `das Modell zöge es mit Wahrscheinlichkeit p = ${p}`,
    ratio: (p, q, probability) => `angenommen mit Wahrscheinlichkeit min(1, ${p} / ${q}) = ${probability}`,
    block: (p, q) => `p = ${p}, q = ${q}`,
    gumbel: (p) => `p = ${p}`,
  },
  probability: (value) => `vorgeschlagen mit ${value}`,
  inOtherLanes: "An dieser Stelle in den anderen Spuren",

  branch: {
    hint: "Wähle ein anderes Token, um damit in einer neuen Spur weiterzumachen.",
    action: (token) => `Mit ${token} in einer neuen Spur weitermachen`,
    title: (lane, position, token) => `${lane}, ab Token ${position}${token === undefined ? "" : ` „${token}“`}`,
    obstacles: {
      tour: "Im Vergleich kannst du mit einem anderen Token in einer neuen Spur weitermachen.",
      running: "Wenn der Lauf zu Ende ist, kannst du mit einem anderen Token in einer neuen Spur weitermachen.",
      lanes: "Für eine weitere Spur ist kein Platz. Entferne eine, um mit einem anderen Token weiterzumachen.",
      length: "Auf ein anderes Token würde hier nichts folgen: Es ist das letzte bei dieser Länge.",
      decoder: "Der Decoder dieser Spur ist nicht da, darum kann sie nicht mit einem anderen Token weitermachen.",
    },
    timesFromElsewhere:
      "Nur die neue Spur lief hier: Die Zeiten der anderen wurden anderswo aufgezeichnet. Drücke Ausführen, um Zeiten zu vergleichen.",
    otherModel: (recorded, loaded) =>
      `Die neue Spur lief nicht: Diese Ergebnisse sind von ${recorded === "" ? "einem anderen Modell" : recorded}, und ${loaded} wurde geladen. Drücke Ausführen, um alle Spuren auszuführen.`,
  },
};
