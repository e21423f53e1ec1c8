import type { ChatTemplate } from "./chat.ts";
import type { ModelSet, TokenId } from "./model.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Models and the tokenizer that they share, on which `generate` runs a decoder. */
export interface LanguageModel extends Partial<ModelSet> {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  /** Tokens that end a text. */
  readonly stopTokens: readonly TokenId[];
  /** Turns conversations into prompts; undefined if the model has no chat template. */
  readonly chat?: ChatTemplate | undefined;
  /** The content of `generation_config.json`, for `fromGenerationConfig`. */
  readonly generationConfig?: Readonly<Record<string, unknown>> | undefined;
}
