import type { RowConsistency } from "@decodekit/core";

interface Guarantee {
  readonly name: string;
  readonly help: string;
}

/** What is said of a decoder that claims to be lossless, by how much a row of the model depends on its pass. */
export const losslessTexts: Readonly<Record<RowConsistency, Guarantee>> = {
  rounding: { name: "lossless", help: "The output follows the model's distribution exactly; drafts change only the number of passes" },
  approximate: {
    name: "lossless but for 8 bits",
    help: "This model file computes with 8 bits: the text can part from plain decoding where two tokens are about equally likely",
  },
  mixed: {
    name: "not lossless on this file",
    help: "In this model file the logits of a token depend on the others of its pass: the text can be another than that of plain decoding",
  },
};

/** What is said of a decoder that says it is not lossless. */
export const notLosslessTexts: Guarantee = { name: "not lossless", help: "The output may not follow the model's distribution" };
