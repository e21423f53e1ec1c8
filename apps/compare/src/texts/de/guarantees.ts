import type { Texts } from "../texts.ts";

const lossless = {
  name: "verlustfrei",
  help: "Die Ausgabe folgt genau der Verteilung des Modells; Entwürfe ändern nur die Zahl der Durchläufe.",
};

export const guaranteeTexts: Texts["guarantees"] = {
  lossless: {
    exact: lossless,
    rounding: lossless,
    approximate: {
      name: "8 Bit: Text kann abweichen",
      help: "Diese Modelldatei rechnet mit 8 Bit, darum kann der Text von dem ohne Entwürfe abweichen. Mit anderen Dateien ist dieser Decoder verlustfrei.",
    },
    mixed: {
      name: "hier nicht verlustfrei",
      help: "In dieser Modelldatei hängen die Logits eines Tokens von den anderen seines Durchlaufs ab, darum kann der Text von dem ohne Entwürfe abweichen.",
    },
  },
  notLossless: { name: "nicht verlustfrei", help: "Die Ausgabe muss nicht der Verteilung des Modells folgen." },
};
