import { format } from "../format.ts";
import type { Texts } from "../texts.ts";

const day = new Intl.DateTimeFormat("de", { dateStyle: "long", timeZone: "UTC" });
const listed = new Intl.ListFormat("de", { style: "long" });

/** Formats a size that is only known about: "200 MB", "1,4 GB". */
const about = (megabytes: number): string =>
  megabytes < 1000 ? `${format.integer(Math.round(megabytes))} MB` : `${format.decimal(megabytes / 1000)} GB`;
const filesOf = (count: number): string => `${count} ${count === 1 ? "Datei" : "Dateien"}`;

export const modelTexts: Texts["models"] = {
  field: {
    label: "Modell",
    more: "Weitere Modelle …",
    files: (name, modelFile) => [name, ...(modelFile === "" ? [] : [modelFile]), "von diesem Gerät"].join(" · "),
    withDraft: (draft) => `Entwürfe: ${draft}`,
  },

  whyNot: {
    causal: "braucht ein Modell, das das nächste Token vorhersagt",
    masked: "braucht ein maskiertes Modell",
    draft: "braucht ein Entwurfsmodell: Wähle eines unter Modell",
    rewind: "dieses Modell kann keine Tokens zurücknehmen",
    fork: "dieses Modell kann einen Text nicht auf mehrere Arten fortsetzen",
    tree: "diese Datei kann nicht mehrere Fortsetzungen in einem Durchlauf lesen",
    multiTokenPasses: "diese Datei kann nicht mehrere Tokens in einem Durchlauf lesen",
    hiddenStates: "braucht verborgene Zustände, die diese Seite nicht lädt",
    draftHead: "braucht einen Entwurfskopf, den diese Seite nicht lädt",
    leaveOneOut: "dieses Modell kann ein Token nicht vorhersagen, ohne es zu sehen",
  },
  cannotRun: (reason) => `Dieses Modell kann das nicht ausführen: ${reason}.`,
  cannotMeasure: (title, reason) =>
    `${title} kann mit diesem Modell nicht gemessen werden: ${reason}. Entferne die Spur oder wähle ein anderes Modell.`,
  otherOffers: "Nicht mit diesem Modell",
  offer: (title, reason) => `${title} – ${reason}`,
  lanesReplaced: "Die Spuren sind jetzt die, mit denen dieses Modell beginnt.",

  dialog: {
    heading: "Modell wählen",
    places: { popular: "Beliebt", hub: "Vom Hub", device: "Von diesem Gerät" },
    place: "Woher das Modell kommt",
    nothingYet: "Nichts wird heruntergeladen, bevor du Ausführen drückst.",
    use: "Dieses Modell nehmen",
    dtype: "Datentyp",
    automatic: "Automatisch",
    more: "Anderer Hub",
  },

  popular: {
    label: "Beliebte Modelle",
    shipped: "in dieser Seite enthalten",
    embedded: {
      stories: {
        title: "Geschichten",
        summary: "Schreibt Geschichten für Kinder, auf Englisch. Sagt auch maskierte Tokens vorher und hat ein eigenes Entwurfsmodell.",
      },
      puzzles: { title: "Rätsel", summary: "Füllt 6 × 6-Sudokus. Sagt auch maskierte Tokens vorher." },
    },
    kind: { chat: "Chat", text: "Text", masked: "maskiertes Modell" },
    parameters: (millions) =>
      millions < 1000 ? `${millions} Millionen Gewichte` : `${format.decimal(millions / 1000)} Milliarden Gewichte`,
    download: (megabytes) => `etwa ${about(megabytes)}`,
    dtype: (dtype, megabytes, isAdvised) => `${dtype} · etwa ${about(megabytes)}${isAdvised ? " · hier empfohlen" : ""}`,
  },

  hub: {
    address: "Name auf dem Hub oder Adresse",
    explain:
      "Ein Repository mit ONNX-Dateien, als org/name oder org/name@revision, die Adresse seiner Seite oder einer seiner Dateien oder die Adresse eines Ordners mit derselben Ordnung. Modelle vom Hub werden geprüft und in diesem Browser behalten.",
    placeholder: "org/name",
    understood: ({ model, hub, dtype, modelFile }) =>
      `Gelesen als ${[model, ...(hub === undefined ? [] : [`auf ${hub}`]), ...(dtype === undefined ? [] : [`Datentyp ${dtype}`]), ...(modelFile === undefined ? [] : [`Datei ${modelFile}`])].join(", ")}.`,
  },

  device: {
    explain: "Ein Ordner mit config.json, tokenizer.json und einer .onnx-Datei, daneben ihre Gewichte. Er bleibt auf diesem Gerät.",
    drop: "Ordner oder Dateien hierher ziehen",
    folder: "Ordner wählen",
    files: "Dateien wählen",
    reading: "Der Ordner wird gelesen …",
    file: "Modelldatei",
    found: (name, files) => `${name}: ${filesOf(files)}`,
    option: (path, megabytes) => `${path} · ${about(megabytes)}`,
  },

  draft: {
    label: "Entwurfsmodell",
    explain:
      "Ein billigeres Modell mit demselben Vokabular, für Decoder, die entwerfen. Wie beim Modell: org/name, eine Adresse oder stories. Es wird im selben Datentyp geladen.",
    placeholder: "Keines",
    suggested: (title, megabytes) => `${title} nehmen${megabytes === undefined ? "" : ` (etwa ${about(megabytes)} mehr)`}`,
  },
  endpoint: {
    label: "Adresse des Hubs",
    placeholder: "https://huggingface.co",
    explain: "Ein Server mit denselben Adressen wie huggingface.co, etwa ein Spiegel.",
  },

  chat: {
    label: "Prompt als",
    choices: { on: "Chat-Nachricht", off: "reiner Text" },
    unknown: "Chat-Nachricht, wenn das Modell eine Chat-Vorlage hat. Das ist bekannt, sobald es geladen ist.",
    none: "Dieses Modell hat keine Chat-Vorlage. Wähle „reiner Text“.",
    system: "Systemnachricht",
    rendered: "Der Prompt, wie ihn das Modell liest",
  },

  problems: {
    empty: "Schreibe den Namen eines Modells, als org/name, oder eine vollständige Adresse.",
    wrong: "Schreibe org/name oder eine vollständige Adresse, die mit https:// oder http:// beginnt.",
    wrongHub: "Die Adresse des Hubs muss vollständig sein und mit https:// oder http:// beginnen.",
    dataset: "Das ist ein Datensatz. Öffne die Seite eines Modells und füge ihre Adresse ein.",
    space:
      "Das ist ein Space, eine App, die auf dem Hub läuft. Seine Seite nennt die Modelle, die er nutzt: Füge die Adresse eines davon ein.",
    search: "Das ist eine Liste von Modellen. Öffne eines davon und füge die Adresse seiner Seite ein.",
    owner: (name) =>
      `Das ist die Seite von ${name}, nicht die eines Modells. Öffne eines seiner Modelle und füge die Adresse jener Seite ein.`,
    otherPage: "Diese Seite des Hubs ist kein Modell. Öffne die Seite eines Modells und füge ihre Adresse ein.",
    gguf: "GGUF-Dateien sind für llama.cpp. Suche ein Repository desselben Modells mit ONNX-Dateien: Sein Name endet meist auf -ONNX.",
    otherWeights: (kind) =>
      `${kind}-Dateien laufen nicht in einer Seite. Suche ein Repository desselben Modells mit ONNX-Dateien: Sein Name endet meist auf -ONNX.`,
    noFiles: "Es sind keine Dateien darin. Wähle einen Ordner mit config.json, tokenizer.json und einer .onnx-Datei.",
    noOnnx: (files) =>
      `Unter ${files === 1 ? "der einen Datei" : `den ${filesOf(files)}`} ist keine .onnx-Datei. Wähle einen Ordner mit config.json, tokenizer.json und einer .onnx-Datei.`,
    gguFiles: (path) => `${path} ist eine GGUF-Datei, für llama.cpp. Wähle einen Ordner mit ONNX-Dateien desselben Modells.`,
    missing: (names, folder) =>
      `${listed.format(names)} ${names.length === 1 ? "fehlt" : "fehlen"}${folder === "" ? "" : ` in ${folder}`}. Wähle den ganzen Ordner des Modells.`,
    tooMany: (most) => `Es sind mehr als ${most} Dateien. Wähle den Ordner eines Modells.`,
    unreadable: (problem) => `Die Dateien konnten nicht gelesen werden. ${problem}`,
    draftFile:
      "Nenne das Repository des Entwurfsmodells, auf demselben Hub, und nicht eine seiner Dateien: Es wird im selben Datentyp geladen.",
    draftMasked: (draft) =>
      `${draft} sagt maskierte Tokens vorher und kann nicht entwerfen. Wähle ein Entwurfsmodell, das das nächste Token vorhersagt.`,
    draftVocabulary: (draft, model) =>
      `${draft} kann nicht für ${model} entwerfen: Sie zerlegen Text in verschiedene Tokens. Wähle ein kleineres Modell derselben Familie als Entwurfsmodell.`,
    noTemplate: (model) => `${model} hat keine Chat-Vorlage. Wähle „reiner Text“.`,
  },
  fixedDate: (model, date) =>
    `Die Chat-Vorlage von ${model} schreibt ein Datum. Hier ist es immer der ${day.format(date)}, damit ein Lauf wiederholt werden kann.`,
};
