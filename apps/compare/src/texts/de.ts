import { differTexts } from "./de/differ.ts";
import { errorTexts } from "./de/errors.ts";
import { guaranteeTexts } from "./de/guarantees.ts";
import { hubTexts } from "./de/hub.ts";
import { measureTexts } from "./de/measure.ts";
import { modelTexts } from "./de/models.ts";
import { optionTexts } from "./de/options.ts";
import { raceTexts } from "./de/race.ts";
import { setsTexts } from "./de/sets.ts";
import { shareTexts } from "./de/share.ts";
import { tourTexts } from "./de/tour.ts";
import { whyTexts } from "./de/why.ts";
import { format } from "./format.ts";
import { isolated } from "./isolated.ts";
import type { Texts } from "./texts.ts";

const listed = new Intl.ListFormat("de", { style: "long" });
const tokens = (count: number): string => `${count} ${count === 1 ? "Token" : "Tokens"}`;

const phases: Readonly<Record<string, string>> = {
  prefill: "Prefill",
  decode: "Dekodieren",
  draft: "Entwerfen",
  verify: "Prüfen",
  refine: "Verfeinern",
};

/** All texts of the page in German. */
export const texts: Texts = {
  title: "decodekit compare",
  tagline: "Sieh zu, wie mehrere Decoder aus den Logits eines Modells Text machen, Token für Token.",
  skip: "Zum Inhalt springen",
  routes: { compare: "Vergleichen", tour: "Tour", measure: "Messen", sets: "Prompt-Sätze", about: "Info" },
  shortRoutes: { compare: "Vergleich", sets: "Sätze" },
  theme: { auto: "Farben: wie das System", light: "Farben: hell", dark: "Farben: dunkel" },

  setup: {
    heading: "Was ausgeführt wird",
    prompt: "Prompt",
    examples: "Beispiele",
    chooseExample: "Beispiel wählen",
    maxNewTokens: "Neue Tokens",
    seed: "Startwert",
    execution: "Läuft auf",
    executions: { auto: "Automatisch", wasm: "CPU (WASM)", webgpu: "GPU (WebGPU)" },
    run: "Ausführen",
    stop: "Anhalten",
    settings: "Einstellungen",
    undo: "Rückgängig",
    redo: "Wiederholen",
    importTrace: "Lauf öffnen",
    opened: (model, path, reason) => `Die Datei von ${model} ist ${path} (Grund: ${reason}).`,
    stale: (changed, lanes) =>
      `Diese Ergebnisse sind von vor deinen Änderungen: ${listed.format([...changed, ...(lanes.length > 0 ? [`Spur ${lanes.join(", ")}`] : [])])}. Führe sie neu aus.`,
    staleParts: {
      model: "Modell",
      dtype: "Datentyp",
      modelFile: "Modelldatei",
      draftModel: "Entwurfsmodell",
      hub: "Hub",
      prompt: "Prompt",
      chat: "wie der Prompt gelesen wird",
      system: "Systemnachricht",
      maxNewTokens: "Zahl der neuen Tokens",
      seed: "Startwert",
      execution: "worauf es läuft",
    },
    turns: "Die Spuren laufen nacheinander, jede allein auf dem Modell und nach kurzem Aufwärmen. So bremst keine die andere.",
  },
  hub: hubTexts,
  sets: setsTexts,
  models: modelTexts,
  share: shareTexts,
  differ: differTexts,
  race: raceTexts,
  tour: tourTexts,
  options: optionTexts,
  errors: errorTexts,
  guarantees: guaranteeTexts,
  // The embedded model writes English.
  examples: [
    "Once upon a time, there was a little fox who wanted to",
    "Tom had a red ball. Mia had a blue ball. Tom and Mia",
    "The dog said, “I am hungry.” The cat said, “I am",
    "One day, a big storm came. All the animals",
  ],

  activity: {
    idle: "",
    loading: "Das Modell wird geladen",
    downloading: "Das Modell wird heruntergeladen",
    ofBytes: (loaded, total) =>
      total === undefined ? format.megabytes(loaded) : `${format.megabytes(loaded)} von ${format.megabytes(total)}`,
    preparing: "Das Modell wird vorbereitet",
    warmingUp: (lane) => `${lane} wird aufgewärmt`,
    decoding: (lane) => `${lane} läuft`,
    scoring: (lane) => `${lane} wird bewertet`,
    measuring: (round, of, lane) => `Runde ${round} von ${of}, ${lane}`,
  },
  status: {
    stopped: "Angehalten.",
    measured: "Die Messung ist fertig.",
    finished: (lanes) => (lanes === 1 ? "Die Spur ist fertig." : `Alle ${lanes} Spuren sind fertig.`),
    terminated: "Der Lauf ließ sich nicht rechtzeitig anhalten, darum wurde sein Worker beendet. Der nächste Lauf lädt das Modell neu.",
    hung: "Einer deiner eigenen Decoder gab 20 Sekunden lang kein Zeichen, darum wurde sein Worker beendet. Füge den Decoder neu hinzu.",
    partMissing: "Ein Teil dieser Seite konnte nicht geladen werden. Prüfe die Verbindung und versuche es noch einmal.",
    laneFailed: (lane, problem) => `${lane} ist gescheitert: ${problem} Der nächste Lauf lädt das Modell neu.`,
    notStored: (reason) => `Das Modell konnte nicht für den Gebrauch ohne Netz gespeichert werden (${reason}). Alles andere geht.`,
    ignored: (keys) => `Diese Teile der Adresse waren ungültig und gelten nicht: ${keys}.`,
    unreadable: (problem) => `Diese Datei ist kein gültiger Lauf. ${problem}`,
    notKept:
      "Es gibt keine Verbindung, und das Modell ist noch nicht auf diesem Gerät. Verbinde dich und führe es einmal aus; danach geht es auch ohne Netz.",
    kept: "Die Modelle sind jetzt auf diesem Gerät. Die Seite führt sie auch ohne Verbindung aus.",
    laneRemoved: (title) => `${title} wurde entfernt, mit ihrem Ergebnis.`,
    replaced: "Der Link hat ersetzt, was hier war.",
    filesMissing: (name) => `Dieser Lauf nutzte Dateien von einem Gerät, „${name}“. Wähle sie unter Modell, um ihn zu wiederholen.`,
    tooLarge: "Diese Datei ist kein gültiger Lauf: Sie hat mehr als 32 MB.",
  },

  lane: {
    name: (letter, title) => `Spur ${letter}, ${title}`,
    options: "Optionen",
    remove: "Diese Spur entfernen",
    add: "Spur hinzufügen",
    addOwn: "Eigener Decoder …",
    waiting: "Wartet",
    empty: "Drücke Ausführen, um zu beginnen.",
    failed: (problem) => `Gescheitert: ${problem}`,
    clues: (clues) => `Sudoku mit den Vorgaben ${(clues.match(/.{6}/g) ?? []).map((row) => row.replaceAll(".", "–")).join(", ")}`,
    more: "Mehr",
    asRounds: "Was geschah, in Worten",
    finish: { stop: "endete mit einem Stopp-Token", length: "erreichte die Höchstlänge", abort: "angehalten" },
    sameText: (other) => `Gleicher Text wie ${other}`,
    sameSoFar: (other, count) => `Bisher wie ${other}, ${tokens(count)}`,
    differs: (other, position) => `Anders als ${other} ab Token ${position}`,
    sameAsLink: "Gleiche Ausgabe wie im Link",
    otherThanLink: "Andere Ausgabe als im Link",
    stale: "Von vor deinen Änderungen",
    notRun: "Noch nicht ausgeführt.",
    recorded: (model) => `Aufgezeichnet mit ${model}`,
  },
  rounds: {
    pass: (phase, positions) => `${phases[phase] ?? phase}: ein Durchlauf über ${tokens(positions)}`,
    proposed: (text) => `vorgeschlagen „${isolated(text)}“`,
    withdrawn: "Vorschläge zurückgezogen",
    checked: (accepted, drafted) => `${accepted} von ${drafted} entworfenen Tokens angenommen`,
    final: (text) => `endgültig „${isolated(text)}“`,
    masked: " [maskiert]",
  },
  figures: {
    passes: "Durchläufe",
    drafting: (count) => `${count} für Entwürfe`,
    ofDraftModel: (count) => `+ ${count} des Entwurfsmodells`,
    tokens: "Tokens",
    perPass: "Tokens/Durchl.",
    accepted: "Annahmequote",
    revisions: "geändert",
    perSecond: "Tokens/s",
    firstToken: "bis zum ersten Token",
    nats: "Nats pro Token",
    none: "–",
    help: {
      passes: "Durchläufe des Modells, auch der für den Prompt und die für eigene Entwürfe",
      tokens: "Bisher ausgegebene Tokens",
      perPass: "Ausgegebene Tokens pro Durchlauf des Modells, Durchläufe jeder Art mitgezählt",
      accepted: "Anteil der entworfenen Tokens, die angenommen wurden",
      revisions: "Tokens, die ersetzt wurden, nachdem sie zu sehen waren; verworfene Entwürfe zählen nicht",
      perSecond: "Tokens pro Sekunde nach dem Prompt, nach der Uhr des Workers, ohne andere laufende Spur",
      firstToken: "Zeit vom Start bis zum ersten endgültigen Token",
      nats: "Wie unwahrscheinlich das Modell den Text findet: Mittel von −ln p. Kleiner heißt wahrscheinlicher, nicht besser",
    },
  },

  states: {
    forced: "von dir gesetzt",
    masked: "maskiert",
    proposed: "vorgeschlagen",
    accepted: "angenommen",
    rejected: "verworfen",
    plain: "vom Modell vorhergesagt",
    corrected: "korrigiert",
    revealed: "aufgedeckt",
    revised: "geändert",
  },
  legend: {
    heading: "Was die Zeichen bedeuten",
    select: "Wähle ein Token, um zu sehen, warum es da steht.",
    masked: "noch unbekannt",
    proposed: "vorgeschlagen, kann sich ändern",
    accepted: "angenommener Entwurf",
    rejected: "verworfener Entwurf",
    corrected: "ersetzt ein verworfenes Token",
    revealed: "durch Verfeinerung aufgedeckt",
    revised: "ersetzt, nachdem es zu sehen war",
    forced: "von dir gesetzt",
    notch: "so viele Tokens wurden hier zurückgenommen",
  },
  token: {
    spoken: (text, state, position) => `${text}, ${state}, Token ${position}`,
    nothingYet: (position) => `noch nichts, Token ${position}`,
    undone: (count) => `${count} hier zurückgenommen`,
    newline: "Zeilenumbruch",
    space: "Leerzeichen",
    empty: "nichts Sichtbares",
    unknown: "unbekanntes Token",
  },

  grid: {
    heading: "Tokens nach Position",
    view: "Tokens zeigen als",
    views: { reading: "Text", grid: "Raster" },
    positions: (first, last) => (first === last ? `Token ${first}` : `Token ${first} bis ${last}`),
  },

  transport: {
    heading: "Wiedergabe",
    play: "Abspielen",
    pause: "Pause",
    first: "An den Anfang",
    last: "An das Ende",
    back: "Einen Schritt zurück",
    forward: "Einen Schritt vor",
    axis: "Schritte nach",
    axes: { passes: "Durchläufe", tokens: "Tokens", time: "Zeit" },
    speed: "Tempo",
    position: "Stelle im Lauf",
    pass: (pass, of) => `Durchlauf ${pass} von ${of}`,
    checking: (pass, of) => `in Durchlauf ${pass} von ${of}`,
    time: (now, of) => `${now} von ${of}`,
    slowed: (factor) => (factor < 1 ? `${1 / factor}-mal langsamer` : factor > 1 ? `${factor}-mal so schnell` : "Echtzeit"),
    token: (token, of) => `${token} von ${of} Tokens`,
    tokensPerSecond: (count) => `${format.decimal(count)} Tokens/s`,
    passesPerSecond: (count) => `${format.decimal(count)} Durchl./s`,
  },

  inspector: { heading: "Token" },
  why: whyTexts,

  charts: {
    heading: "Diagramme",
    table: "Als Tabelle zeigen",
    empty: "Diagramme erscheinen nach dem ersten Lauf.",
    failed: "Die Diagramme konnten nicht geladen werden. Die Tabellen darunter haben dieselben Zahlen.",
    tokensOverPasses: { title: "Tokens über Durchläufen", x: "Durchläufe des Modells", y: "Tokens" },
    tokensOverTime: { title: "Tokens über der Zeit", x: "Millisekunden", y: "Tokens" },
    acceptance: {
      title: "Annahme nach Stelle im Entwurf",
      x: "Stelle im Entwurf",
      y: "angenommener Anteil",
      none: "Keine dieser Spuren entwirft.",
    },
    phases: { title: "Zeit nach Art des Durchlaufs", x: "Millisekunden", y: "Spur" },
    quality: {
      title: "Wahrscheinlichkeit und Durchläufe",
      x: "Durchläufe pro 1000 Tokens",
      y: "Nats pro Token",
      none: "Erscheint, sobald die Spuren bewertet sind.",
    },
    phaseNames: { prefill: "Prefill", decode: "Dekodieren", draft: "Entwerfen", verify: "Prüfen", refine: "Verfeinern" },
    summaryTokens: (parts) => `${parts.join("; ")}.`,
    laneTokens: (lane, count, passes) => `${lane}: ${tokens(count)} in ${passes} Durchläufen`,
    laneTime: (lane, count, time) => `${lane}: ${tokens(count)} in ${time}`,
    laneAcceptance: (lane, accepted, drafted) => `${lane}: ${accepted} von ${drafted} entworfenen Tokens angenommen`,
    laneQuality: (lane, nats, passes) => `${lane}: ${nats} Nats pro Token bei ${passes} Durchläufen pro 1000 Tokens`,
    lane: "Spur",
    phase: "Art",
  },

  measure: measureTexts,

  plugin: {
    heading: "Eigenen Decoder hinzufügen",
    warning:
      "Dies führt Code von der angegebenen Adresse aus, in einem eigenen Worker. Der Code kommt nicht an diese Seite heran, läuft aber in deinem Browser: Nimm nur Code, dem du vertraust.",
    explain:
      "Die Adresse eines ES-Moduls ohne Importe, dessen default-Export ein DecoderPlugin ist. Der Server muss Anfragen dieser Seite erlauben.",
    template: "Eine Vorlage zum Beginnen",
    templateUrl: "./decoder-template.js",
    address: "Adresse des Moduls",
    trust: "Ich vertraue diesem Code",
    add: "Importieren und hinzufügen",
    adding: "Wird importiert …",
    added: (title) => `${title} wurde hinzugefügt.`,
    failed: (problem) => `Der Decoder konnte nicht hinzugefügt werden. ${problem}`,
    taken: (name) => `Es gibt schon einen Decoder namens „${name}“.`,
  },
  dialog: { close: "Schließen", apply: "Übernehmen", reset: "Vorgaben" },
  notices: { heading: "Meldungen", dismiss: "Ausblenden" },

  about: {
    heading: "Über diese Seite",
    language: "Sprache",
    sections: [
      [
        "Was sie ist",
        "Ein Sprachmodell gibt jedem möglichen nächsten Token eine Wahrscheinlichkeit. Ein Decoder entscheidet, welche Tokens ausgegeben werden, wie viele Durchläufe des Modells das kostet und ob eine Wahl zurückgenommen werden kann. Diese Seite führt die Decoder von decodekit nebeneinander auf einem echten Modell aus, in deinem Browser, und zeigt, was jeder mit jedem Token macht.",
      ],
      [
        "Was gemessen wird",
        "Die Spuren laufen nacheinander, jede allein auf dem Modell, nach acht Tokens zum Aufwärmen, und stehen danach nebeneinander. Zeiten werden im Decoder gemessen, nach der Uhr des Workers. Durchläufe, Tokens und Annahmen werden aus den Ereignissen des Decoders gezählt und sind die des Befehls „decodekit compare“. Zeiten eines kurzen Laufs schwanken, Zahlen von Durchläufen nicht.",
      ],
      [
        "Wo es läuft",
        "Alles läuft in Workern auf diesem Gerät. Kein Prompt und kein Text verlässt es. Die Seite spricht nur mit ihrem eigenen Server, außer du gibst die Adresse eines Modells oder Decoders ein. Die mitgelieferten Modelle laufen über WebAssembly auf der CPU: Ein Durchlauf eines so kleinen Modells dauert kürzer, als eine GPU zum Anlaufen braucht. Größere Modelle laufen auf der GPU, wenn es eine gibt.",
      ],
      [
        "Ohne Netz",
        "Nach einem Besuch gehen die Seite, ihre Tour und die aufgezeichneten Läufe auch ohne Netz. Um die Modelle ohne Netz auszuführen, führe sie einmal aus oder behalte sie hier: etwa 20 MB mit der Laufzeitumgebung. Gespeicherte Dateien lassen sich hier oder in den Einstellungen des Browsers löschen.",
      ],
    ],
    stored: (bytes) => `Auf diesem Gerät gespeichert: etwa ${bytes}.`,
    keep: "Modelle für den Gebrauch ohne Netz behalten",
    deleteStored: "Gespeicherte Dateien löschen",
    deleted: "Gelöscht.",
    isolated: (yes) =>
      yes
        ? "Diese Seite ist „cross-origin isolated“: Uhren sind genau, und Threads sind erlaubt."
        : "Diese Seite ist noch nicht „cross-origin isolated“; nach dem Neuladen ist sie es.",
    keyboard: "Tastatur",
    keys: [
      ["Leertaste", "abspielen oder anhalten, außerhalb von Feldern"],
      ["← →", "einen Schritt zurück oder vor; in einer Spur zum vorigen oder nächsten Token"],
      ["↑ ↓", "in einer Spur zum gleichen Token der vorigen oder nächsten Spur"],
      ["Pos1 Ende", "an den Anfang oder das Ende"],
    ],
    licences:
      "decodekit steht unter der MIT-Lizenz, seine Modelle auch. Das Geschichten-Modell wurde mit TinyStories trainiert (CDLA-Sharing-1.0).",
  },
};
