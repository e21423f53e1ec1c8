import { objectOption, type Tokenizer } from "@decodekit/core";
import { otherModel } from "./identity.ts";

export const TOKENIZER_OPTION = objectOption("a tokenizer", (value) => typeof (value as Tokenizer | null)?.encode === "function");
export const SIGNAL_OPTION = objectOption("an AbortSignal", (value) => value instanceof AbortSignal);

/** A text whose tokens are compared: words, digits, spaces, a line break and letters beyond ASCII. */
const SAMPLE_TEXT = "The 12 étés were\n  warm.";

interface TokenizingServer {
  readonly source: string;
  readonly vocabSize: number;
  /** Returns the tokens of a text, without special ones. */
  tokensOf(text: string, signal: AbortSignal | undefined): Promise<readonly number[]>;
}

/** @throws RemoteError "wrong-model" if a server has other tokens than `tokenizer`. */
export async function checkTokenizer(tokenizer: Tokenizer, server: TokenizingServer, signal: AbortSignal | undefined): Promise<void> {
  const theirs = await server.tokensOf(SAMPLE_TEXT, signal);
  const ours = tokenizer.encode(SAMPLE_TEXT, { addSpecialTokens: false });
  if (tokenizer.vocabSize <= server.vocabSize && String(theirs) === String([...ours])) return;
  const sizes = `its vocabulary has ${server.vocabSize}, against ${tokenizer.vocabSize}`;
  throw otherModel(
    server.source,
    `the server's tokens are not those of the tokenizer: ${sizes}, and it makes [${theirs.join()}] of a text that has [${ours.join()}]`,
  );
}
