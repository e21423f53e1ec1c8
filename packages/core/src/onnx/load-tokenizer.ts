import type { LanguageModel } from "../contracts/language-model.ts";
import { objectOption, type OptionDefinition, resolveOptions } from "../options.ts";
import { logWarning, type WarningHandler } from "../warnings.ts";
import { readTemplateFile } from "./chat/template-files.ts";
import { huggingFaceTokenizer } from "./hugging-face-tokenizer.ts";
import { readJsonText, readOptionalJson } from "./json-file.ts";
import { contextLengthIn, stopTokensIn, vocabSizeIn, withTextConfig } from "./model-config.ts";
import { openModelFolder } from "./model-folder.ts";
import type { ModelSource, Warn } from "./model-source.ts";
import { textOfModel } from "./text-of-model.ts";

export interface LoadTokenizerOptions {
  /** Ends the loading. */
  readonly signal?: AbortSignal | undefined;
  /** Receives warnings. @defaultValue logWarning, which writes to the console */
  readonly onWarning?: WarningHandler | undefined;
}

const OPTIONS = {
  signal: objectOption("an AbortSignal", (value) => value instanceof AbortSignal),
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof LoadTokenizerOptions, OptionDefinition>>;

/** What a model's files say of its text, without its weights. */
export interface LoadedTokenizer extends Pick<LanguageModel, "name" | "tokenizer" | "stopTokens" | "chat" | "generationConfig"> {
  /** Number of logits of a row: that of `config.json`, else the tokenizer's. */
  readonly vocabSize: number;
  /** Most tokens of a sequence; undefined if `config.json` states none. */
  readonly contextLength: number | undefined;
}

/**
 * Loads the tokenizer, the chat template and the stop tokens of a model, and no weights: for a model that runs elsewhere. With a causal
 * model it is a language model: `{ ...(await loadTokenizer(source)), causal }`.
 * @throws InvalidOptionError for an invalid option or source.
 * @throws ModelLoadError if a file is missing, cut short or invalid.
 */
export async function loadTokenizer(source: ModelSource, options: LoadTokenizerOptions = {}): Promise<LoadedTokenizer> {
  const where = "loadTokenizer";
  const { signal, onWarning = logWarning } = resolveOptions<LoadTokenizerOptions, typeof OPTIONS>(where, options, OPTIONS);
  const warn: Warn = (message, option = "source") => onWarning({ where, option, message });
  const folder = openModelFolder(where, source, { signal });
  const [stated, generationConfig, tokenizerText, tokenizerConfig, templateFile] = await Promise.all([
    readOptionalJson(folder, "config.json"),
    readOptionalJson(folder, "generation_config.json"),
    readJsonText(folder, "tokenizer.json"),
    readOptionalJson(folder, "tokenizer_config.json"),
    readTemplateFile(folder),
  ]);
  const config = stated && withTextConfig(stated);
  const tokenizer = huggingFaceTokenizer(tokenizerText.parse(), tokenizerConfig);
  const vocabSize = (config && vocabSizeIn(config, warn)) ?? tokenizer.vocabSize;
  const stopTokens = stopTokensIn([generationConfig, config], vocabSize, warn);
  const text = await textOfModel({ tokenizerConfig, generationConfig }, tokenizer, { vocabSize, stopTokens, templateFile });
  return { name: folder.name, ...text, vocabSize, contextLength: config && contextLengthIn(config, warn) };
}
