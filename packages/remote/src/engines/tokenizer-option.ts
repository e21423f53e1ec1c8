import { objectOption, type Tokenizer } from "@decodekit/core";

export const TOKENIZER_OPTION = objectOption("a tokenizer", (value) => typeof (value as Tokenizer | null)?.encode === "function");
export const SIGNAL_OPTION = objectOption("an AbortSignal", (value) => value instanceof AbortSignal);

/** A text whose tokens are compared with a server's: words, digits, spaces, a line break and letters beyond ASCII. */
export const SAMPLE_TEXT = "The 12 étés were\n  warm.";
