import type { LanguageModel } from "../contracts/language-model.ts";
import type { TokenId } from "../contracts/model.ts";
import { chatTemplate } from "./chat/chat-template.ts";
import { type TemplateTexts, templatesIn } from "./chat/template-files.ts";
import type { MarkingTokenizer } from "./hugging-face-tokenizer.ts";
import { chatStopTokens } from "./model-config.ts";
import type { ModelFileContents } from "./model-files.ts";
import { usableTokenizer } from "./usable-tokenizer.ts";

export interface TextFacts {
  readonly vocabSize: number;
  /** Those of the model's configuration. */
  readonly stopTokens: readonly TokenId[];
  /** The file that holds nothing but chat templates, if there is one. */
  readonly templateFile: TemplateTexts | undefined;
}

/** Returns what turns text into the tokens of a model and back. @throws ModelLoadError if the chat templates are not valid. */
export async function textOfModel(
  { tokenizerConfig, generationConfig }: Pick<ModelFileContents, "tokenizerConfig" | "generationConfig">,
  wholeTokenizer: MarkingTokenizer,
  { vocabSize, stopTokens, templateFile }: TextFacts,
): Promise<Pick<LanguageModel, "tokenizer" | "stopTokens" | "chat" | "generationConfig">> {
  const tokenizer = usableTokenizer(wholeTokenizer, vocabSize);
  const templates = templatesIn(templateFile, tokenizerConfig);
  return {
    tokenizer,
    stopTokens: templates ? chatStopTokens(stopTokens, tokenizerConfig, tokenizer) : stopTokens,
    ...(templates && { chat: await chatTemplate(templates, tokenizer, tokenizerConfig) }),
    ...(generationConfig && { generationConfig: generationConfig.values }),
  };
}
