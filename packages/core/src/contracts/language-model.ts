import type { ModelSet, TokenId } from "./model.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Models and the tokenizer that they share, on which `generate` runs a decoder. */
export interface LanguageModel extends Partial<ModelSet> {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  /** Tokens that end a text. */
  readonly stopTokens: readonly TokenId[];
}
