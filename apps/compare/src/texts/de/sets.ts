import { MAX_FILE_BYTES, MAX_PROMPTS } from "../../prompt-sets/prompt-set.ts";
import { MAX_PROMPT_LENGTH } from "../../url/settings.ts";
import type { Texts } from "../texts.ts";

const prompts = (count: number): string => `${count} ${count === 1 ? "Prompt" : "Prompts"}`;
const EXAMPLE = 'Schreibe in jede Zeile ein Objekt wie {"prompt": "Once upon a time"}.';

export const setsTexts: Texts["sets"] = {
  heading: "Gilt das für mehr als einen Prompt?",
  intro:
    "Ein einzelner Prompt kann täuschen. Diese Seite führt die Spuren des Vergleichs auf jedem Prompt eines Satzes aus und zeigt Mittelwerte mit 95-%-Intervallen. Ein Intervall sagt, wie sehr sich der Mittelwert mit anderen Prompts derselben Art verschieben würde.",
  lanes: "Spuren",
  change: "Spuren im Vergleich ändern",
  about: (tokens, model, seed) =>
    `Höchstens ${tokens} Tokens für jeden Prompt oder bis zum Ende des Textes, mit ${model} und Startwert ${seed}. Prompts werden gesendet, wie der Vergleich seinen sendet: als Chat-Nachrichten, wenn das Modell eine Chat-Vorlage hat, außer das ist abgeschaltet.`,

  choose: "Prompts",
  builtIn: {
    stories: "Geschichten",
    repetitions: "Änderungen und Wiederholungen",
    dialogues: "Fragen und Gespräche",
    tasks: "Kurze Aufgaben, für Chat-Modelle",
  },
  help: {
    stories: "Anfänge von Geschichten für das mitgelieferte Geschichten-Modell.",
    repetitions:
      "Ein Name, der in einem Text zu ändern ist, und Anfänge, die sich wiederholen: Entwürfe aus dem Text selbst können stimmen.",
    dialogues: "Anfänge mit einer Frage oder Antwort, für das mitgelieferte Geschichten-Modell.",
    tasks: "Nachrichten für ein Chat-Modell vom Hub oder aus Dateien. Die mitgelieferten Modelle können sie nicht.",
  },
  own: "Eigene Prompts",
  ownName: "eigene Prompts",
  ofCount: (name, count) => `${name} (${prompts(count)})`,
  show: (count) => (count === 1 ? "Den Prompt zeigen" : `Die ${prompts(count)} zeigen`),
  paste: "Ein Prompt pro Zeile",
  count: (count) => `${prompts(count)}.`,
  open: "Datei öffnen",
  fileHelp: `Eine Datei hat höchstens ${MAX_PROMPTS} Prompts: einen pro Zeile (.txt), ein Objekt mit „prompt“ pro Zeile (.jsonl) oder eine Tabelle mit einer Spalte „prompt“ (.csv).`,

  fileProblem: (name, problem) => `${name} wurde nicht geöffnet. ${problem}`,
  problem: (problem) => {
    switch (problem.kind) {
      case "empty":
        return "Es ist noch kein Prompt darin. Schreibe einen Prompt pro Zeile.";
      case "too-large":
        return `Sie hat mehr als ${MAX_FILE_BYTES / 1e6} MB.`;
      case "not-utf8":
        return "Sie ist kein UTF-8-Text. Speichere sie als UTF-8 und öffne sie noch einmal.";
      case "too-many":
        return `Zeile ${problem.line}: Ein Satz hat höchstens ${MAX_PROMPTS} Prompts. Entferne diesen Prompt und die danach.`;
      case "too-long":
        return `Zeile ${problem.line}: Ein Prompt hat höchstens ${MAX_PROMPT_LENGTH} Zeichen.`;
      case "not-json":
        return `Zeile ${problem.line} ist kein gültiges JSON. ${EXAMPLE}`;
      case "no-prompt":
        return `Zeile ${problem.line} hat kein „prompt“, das ein Text ist. ${EXAMPLE}`;
      case "quotes":
        return `Zeile ${problem.line} hat ein Anführungszeichen, das nicht geschlossen oder nicht verdoppelt ist.`;
      case "no-value":
        return `Zeile ${problem.line} hat weniger Spalten als die Kopfzeile und keine für den Prompt.`;
      case "no-column":
        return `Zeile ${problem.line}: Unter ${problem.columns.map((column) => `„${column}“`).join(", ")} ist keine Spalte „prompt“.`;
      default:
        return problem satisfies never;
    }
  },

  run: "Satz ausführen",
  progress: (prompt, of, lane) => `Prompt ${prompt} von ${of}, ${lane}`,
  ended: "Der Satz ist fertig.",
  brokeOff: (problem) =>
    `Der Satz endete früher: ${problem} Seine Ergebnisse bis dahin sind zu sehen. Der nächste Lauf lädt das Modell neu.`,

  results: "Ergebnis",
  stale: "Dieses Ergebnis ist von anderen Spuren, Einstellungen oder Prompts als denen darüber.",
  none: "Keinen Prompt haben alle Spuren fertig, darum gibt es kein Ergebnis.",
  columns: {
    lane: "Spur",
    time: (first) => `Zeit pro Token gegen ${first}`,
    passes: "Durchläufe pro 1000 Tokens",
    acceptance: "Angenommen",
    nats: "Nats pro Token",
    repetition: "Wiederholung",
    same: (first) => `Gleicher Text wie ${first}`,
  },
  first: "Bezug",
  perToken: (milliseconds) => `${milliseconds} ms pro Token`,
  verdicts: { faster: "schneller", slower: "langsamer", inconclusive: "unentschieden" },
  times: (ratio) => `${ratio} ×`,
  interval: (low, high) => `${low} bis ${high}`,
  tooShort: "zu kurz für diese Uhr",
  untimed: "keine Zeit",
  ofDraftModel: (passes) => `+ ${passes} des Entwurfsmodells`,
  same: (same, of) => `${same} von ${of}`,
  noValue: "–",

  chart: "Diagramm",
  chartOf: "Intervalle zeigen von",
  chartHelp: "Jede Linie ist das 95-%-Intervall einer Spur, jeder Punkt ihr Wert.",
  chartRatioHelp: "Jede Linie ist das 95-%-Intervall eines Verhältnisses. Enthält es 1, ist das Ergebnis unentschieden.",

  completed: (completed, of) => `Alle Spuren haben ${completed} von ${prompts(of)} fertig, und darauf beruht jede Zahl.`,
  stopped: "Der Lauf wurde vorzeitig angehalten.",
  few: (minimum) => `Mit weniger als ${minimum} Prompts gibt es kein Intervall, und Zeiten sind unentschieden.`,
  untimedPrompts: (count) => `Die Zeiten von ${prompts(count)} wurden ausgelassen.`,
  fewTimed: (minimum) =>
    `Mit Zeiten von weniger als ${minimum} Prompts haben die Verhältnisse kein Intervall. Schließe andere Programme und führe den Satz noch einmal aus.`,
  voids: (count, reason) => `${count} ${count === 1 ? "Runde wurde" : "Runden wurden"} wiederholt oder ausgelassen: ${reason}.`,
  reasons: {
    hidden: "die Seite war verdeckt",
    drift: "das Gerät war schneller oder langsamer als sonst",
    outlier: "eine Spur stockte",
    failed: "eine Spur scheiterte",
  },
  conditions: (parts) => `${parts.join("; ")}.`,
  onModel: (model, file, execution) => `${model}${file} auf ${execution}`,
  ofSet: (name, tokens, seed) => `${name}, je höchstens ${tokens} Tokens, Startwert ${seed}`,
  sentAs: { messages: "als Chat-Nachrichten gesendet", text: "als Texte gesendet" },
  clock: (tick, isIsolated) => `die Uhr geht in Schritten von ${tick}, ${isIsolated ? "isoliert" : "nicht isoliert"}`,
  versions: (decodekit, runtime) => `decodekit ${decodekit}, ONNX Runtime Web ${runtime}`,

  copy: "Als Text kopieren",
  laneCsv: "CSV der Spuren",
  textCsv: "CSV der Texte",
  json: "JSON",

  details: "Prompts und Texte",
  onlyParted: (count) => `Nur die, bei denen Spuren voneinander abweichen (${count})`,
  promptSummary: (number, prompt) => `${number}. ${prompt}`,
  allSame: "gleicher Text",
  parted: (lanes) => `${lanes} weichen ab`,
  failedLanes: (lanes) => `${lanes} gescheitert`,
  notTimed: "Zeiten ausgelassen",
  tokens: (tokens, passes) => `${tokens} Tokens in ${passes} Durchläufen`,
  differsAt: (first, token) => `anders als ${first} ab Token ${token}`,
  sameAs: (first) => `wie ${first}`,
  failed: (problem) => `Gescheitert: ${problem}`,
  emptyText: "kein Text",

  how: "Wie gemessen wird",
  procedure: [
    "Jeder Prompt ist eine Runde: Jede Spur setzt ihn einmal fort, allein auf dem Modell, und jede Runde beginnt mit der nächsten Spur. Alle Spuren nehmen den Startwert des Vergleichs und halten am Ende eines Textes, darum sind Texte und Zahlen die von „decodekit compare --prompts“. Die erste Runde dient dem Aufwärmen mit acht Tokens. Eigene erste Tokens einer Spur, wie sie das Verzweigen setzt, bleiben weg.",
    "Durchläufe pro 1000 Tokens zählen jeden Durchlauf des Modells, auch die, in denen es für sich selbst entwirft; Durchläufe eines eigenen Entwurfsmodells stehen daneben. Angenommen ist der Anteil der entworfenen Tokens, die angenommen wurden. Nats pro Token ist das Mittel von −ln p beim Modell selbst mit Temperatur 1: Kleiner heißt wahrscheinlicher, nicht besser. Alle Prompts werden erst zusammengezählt und dann geteilt.",
    "Wiederholung ist seq-rep-4 nach Welleck et al. (2020): 1 − verschiedene 4-Gramme / 4-Gramme, wobei ein 4-Gramm vier Tokens hintereinander in einem Text sind, über die Texte zusammengezählt. 0 % heißt, dass keine vier Tokens hintereinander zweimal vorkommen.",
    "Die Zeit pro Token ist ohne den Durchlauf des Prompts. Das Verhältnis ist der Median über die Prompts der Zeit der Spur durch die der ersten Spur beim selben Prompt. Eine Runde, in der das Gerät langsamer oder schneller war als sonst, eine Spur stockte oder die Seite verdeckt war, wird wiederholt wie beim Messen; bleibt es so, zählen ihre Texte und ihre Zeiten nicht.",
    "Intervalle sind Perzentile von 2000 Bootstrap-Stichproben der Prompts, gezogen mit dem Startwert. Enthält das Intervall eines Verhältnisses 1, ist das Ergebnis unentschieden.",
  ],
};
