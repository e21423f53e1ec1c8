import type { DecodeEvent, Decoder, FinishReason } from "./decoder.ts";
import { MissingModelError } from "./errors.ts";
import { checkGenerateOptions, type GenerateOptions, ineffectiveOptions } from "./generate-options.ts";
import type { LanguageModel } from "./language-model.ts";
import type { ModelRole, ModelSet } from "./model.ts";
import { sharedDecode } from "./shared-decode.ts";
import type { DecodeStatistics } from "./statistics.ts";
import { logWarning } from "./warnings.ts";

export interface GenerateResult {
  /** The whole output as text. */
  readonly text: string;
  /** Committed tokens, shape (n,). When a stop string ended the text, they end with the token that completed it. */
  readonly tokens: Int32Array;
  readonly finishReason: FinishReason;
  readonly statistics: DecodeStatistics;
}

/**
 * One decode, seen three ways. Nothing runs until one of them is read; all of them see the whole decode, whenever they
 * are read. Reading `result` runs it to the end; when the last reader of a stream leaves early and nobody asked for
 * `result`, the decode ends with finish reason "abort".
 */
export interface Generation {
  /** Text of the committed tokens, in pieces that together are `result.text`. Never splits a character. */
  readonly textStream: AsyncIterable<string>;
  readonly events: AsyncIterable<DecodeEvent>;
  readonly result: Promise<GenerateResult>;
}

/**
 * Decodes a continuation of `prompt`: text, or tokens of shape (n,).
 * Errors of the decoder reach every reader; see `Decoder.decode`.
 * @throws InvalidOptionError for an unknown option, or one of the wrong type or out of range.
 * @throws MissingModelError when `decoder` requires a model that is not there.
 */
export function generate<Role extends ModelRole>(
  model: LanguageModel,
  prompt: string | Int32Array,
  options: GenerateOptions<Role>,
): Generation {
  // Decoders of fewer roles are decoders too; what they are given is checked below.
  const given = options as unknown as GenerateOptions;
  checkGenerateOptions(prompt, given);
  const { decoder, draft, onWarning = logWarning, ...decodeOptions } = given;
  const models = modelsFor(decoder, model, draft);
  for (const warning of ineffectiveOptions(model, given)) onWarning(warning);
  const { maxNewTokens = decoder.outputLength ?? 128, stopStrings = [], stopTokens = model.stopTokens, ...rest } = decodeOptions;
  const { tokenizer } = model;
  const promptTokens = typeof prompt === "string" ? tokenizer.encode(prompt) : prompt;
  const stops = [...stopTokens, ...stopStrings.flatMap((stop) => tokenizer.specialTokens?.get(stop) ?? [])];
  return sharedDecode({
    decode: () => decoder.decode(models, promptTokens, { ...rest, maxNewTokens, stopTokens: stops }),
    model,
    prompt: promptTokens,
    stopStrings,
  });
}

function modelsFor(decoder: Decoder, model: LanguageModel, draft: Pick<LanguageModel, "causal"> | undefined): ModelSet {
  const models: Partial<ModelSet> = { ...pick(model), ...(draft?.causal && { draft: draft.causal }) };
  for (const role of decoder.requires) {
    if (!models[role]) throw new MissingModelError(decoder.name, role);
  }
  return models as ModelSet;
}

function pick({ causal, masked, draft }: LanguageModel): Partial<ModelSet> {
  return { ...(causal && { causal }), ...(masked && { masked }), ...(draft && { draft }) };
}
