import type { Decoder } from "../contracts/decoder.ts";
import { MissingModelError } from "../errors.ts";
import { checkGenerateOptions, type GenerateOptions, ineffectiveOptions } from "./generate-options.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { ModelRole, ModelSet } from "../contracts/model.ts";
import type { Generation } from "./generation.ts";
import { type Prompt, promptTokensOf } from "./prompt-tokens.ts";
import { sharedDecode } from "./shared-decode.ts";
import { logWarning } from "../warnings.ts";

/**
 * Decodes a continuation of `prompt`: text, tokens of shape (n,), or the messages of a conversation, which the model's chat template turns
 * into a prompt for the assistant's next message.
 * Every reader receives the decoder's errors; see `Decoder.decode`.
 * An error of a processor reaches every reader too.
 * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
 * @throws MissingModelError if `decoder` requires a model that is missing.
 * @throws ChatTemplateError for messages that the model has no chat template for, or that its template refuses.
 */
export function generate<Role extends ModelRole>(model: LanguageModel, prompt: Prompt, options: GenerateOptions<Role>): Generation {
  // Decoders of fewer roles are decoders too; the models are checked below.
  const given = options as unknown as GenerateOptions;
  checkGenerateOptions(prompt, given, model);
  const { decoder, draft, chat, processors, logProbabilities, onWarning = logWarning, ...decodeOptions } = given;
  const models = modelsFor(decoder, model, draft);
  for (const warning of ineffectiveOptions(model, prompt, given)) onWarning(warning);
  const { maxNewTokens = decoder.outputLength ?? 128, stopStrings = [], stopTokens = model.stopTokens, ...rest } = decodeOptions;
  const promptTokens = promptTokensOf(model, prompt, chat);
  const stops = [...stopTokens, ...stopStrings.flatMap((stop) => model.tokenizer.specialTokens?.get(stop) ?? [])];
  const run = { models, prompt: promptTokens, options: { ...rest, maxNewTokens, stopTokens: stops } };
  return sharedDecode({
    // Imported on demand: most programs do not need it.
    decode: async () =>
      processors || logProbabilities !== undefined
        ? (await import("./decorated-decode.ts")).decoratedDecode({ ...run, decoder, processors, logProbabilities })
        : decoder.decode(models, promptTokens, run.options),
    model,
    prompt: promptTokens,
    stopStrings,
  });
}

function modelsFor(decoder: Decoder, model: LanguageModel, draft: Pick<LanguageModel, "causal"> | undefined): ModelSet {
  const models = { causal: model.causal, masked: model.masked, draft: draft?.causal ?? model.draft };
  for (const role of decoder.requires) {
    if (!models[role]) throw new MissingModelError(decoder.name, role);
  }
  return models as ModelSet;
}
