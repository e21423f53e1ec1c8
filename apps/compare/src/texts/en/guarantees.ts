import type { RowConsistency } from "@decodekit/core";

interface Guarantee {
  readonly name: string;
  readonly help: string;
}

const lossless: Guarantee = {
  name: "lossless",
  help: "The output follows the model's distribution exactly; drafts change only the number of passes.",
};

/** What is said of a decoder that claims to be lossless, by how much a row of the model depends on its pass. */
const ofLossless: Readonly<Record<RowConsistency, Guarantee>> = {
  exact: lossless,
  rounding: lossless,
  approximate: {
    name: "8 bits: text can differ",
    help: "This model file computes with 8 bits, so the text can differ from that of plain decoding. On other files this decoder is lossless.",
  },
  mixed: {
    name: "not lossless on this file",
    help: "In this model file the logits of a token depend on the others of its pass, so the text can differ from that of plain decoding.",
  },
};

/** What is said of decoders that say whether they are lossless. */
export const guaranteeTexts = {
  lossless: ofLossless,
  notLossless: { name: "not lossless", help: "The output may not follow the model's distribution." } satisfies Guarantee,
};
