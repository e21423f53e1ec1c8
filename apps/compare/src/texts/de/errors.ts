import type { Texts } from "../texts.ts";

export const errorTexts: Texts["errors"] = {
  option: (label, expected) => `${label} muss sein: ${expected}.`,
  unknownDecoder: "Diesen Decoder gibt es hier nicht. Ein eigener Decoder muss nach dem Laden der Seite neu hinzugefügt werden.",
  emptyPrompt: "Der Prompt ist leer, und dieses Modell kann ohne ihn nicht beginnen. Schreibe ein paar Wörter.",
  contextLength: (length, limit) =>
    `Prompt und Ausgabe hätten zusammen ${length} Tokens, und dieses Modell fasst ${limit}. Kürze den Prompt oder verlange weniger neue Tokens.`,
  missing: {
    causal:
      "Dieser Decoder braucht ein Modell, das von links nach rechts schreibt; das gewählte tut es nicht. Wähle einen anderen Decoder oder ein anderes Modell.",
    masked:
      "Dieser Decoder braucht ein maskiertes Modell, das Lücken füllt; das gewählte ist keines. Wähle einen anderen Decoder oder ein anderes Modell.",
    draft:
      "Dieser Decoder braucht ein Entwurfsmodell, und für das gewählte Modell gibt es keines. Wähle eine andere Entwurfsquelle oder ein anderes Modell.",
  },
  missingOther: "Dem gewählten Modell fehlt, was dieser Decoder braucht. Wähle einen anderen Decoder oder ein anderes Modell.",
  vocabulary: "Das Entwurfsmodell hat ein anderes Vokabular als das Modell. Wähle ein Entwurfsmodell derselben Familie.",
  modelLoad: (problem) => `Das Modell konnte nicht geladen werden. ${problem}`,
  modelShape: (problem) => `Dieses Modell geht hier nicht: Es ist anders gebaut als die Modelle, die diese Seite kennt. ${problem}`,
  execution: (execution) =>
    `Dieser Browser kann Modelle nicht auf ${execution} ausführen. Wähle unter Einstellungen, Läuft auf, etwas anderes oder Automatisch.`,
  pass: (execution) =>
    `Der Browser konnte diese Datei des Modells nicht auf ${execution} ausführen. Wähle einen anderen Datentyp oder unter Einstellungen, Läuft auf, etwas anderes.`,
  deviceLost: "Die GPU ging verloren. Drücke Ausführen, um das Modell neu zu laden, oder wähle unter Einstellungen, Läuft auf, die CPU.",
  logits: "Das Modell gab Wahrscheinlichkeiten zurück, die keine Zahlen sind. Wähle einen anderen Datentyp oder ein anderes Modell.",
  drafter: (drafter) => `Die Entwurfsquelle ${drafter} ist gescheitert. Der Text bis dorthin stimmt. Wähle eine andere.`,
  chatTemplate: (problem) => `Die Chat-Vorlage des Modells ging nicht. ${problem}`,
  disposed: "Das Modell wurde inzwischen entladen. Drücke Ausführen, um es neu zu laden.",
  worker: "Der Worker des Modells hat geendet. Drücke Ausführen, um ihn neu zu starten.",
  fileLine: (line) => `Zeile ${line} ist nicht so, wie diese Seite sie schreibt.`,
  fileLineAt: (line, path) => `Zeile ${line} ist nicht so, wie diese Seite sie schreibt: siehe ${path}.`,
  fileSize: "Sie ist zu groß.",
  executions: { wasm: "der CPU", webgpu: "der GPU" },
  pluginDescription: (path) => `Das Modul beschreibt seinen Decoder anders, als diese Seite es erwartet: siehe ${path}.`,
  pluginSilent: (seconds) => `Das Modul antwortete nicht innerhalb von ${seconds} Sekunden.`,
};
