import type { DecodeEvent, DecodeOptions, Decoder, FinishReason } from "./decoder.ts";
import { InvalidOptionError, MissingModelError } from "./errors.ts";
import type { LanguageModel } from "./language-model.ts";
import type { ModelRole, ModelSet } from "./model.ts";
import { sharedDecode } from "./shared-decode.ts";
import type { DecodeStatistics } from "./statistics.ts";
import type { WarningHandler } from "./warnings.ts";

export interface GenerateOptions<Role extends ModelRole = ModelRole> extends Omit<DecodeOptions, "maxNewTokens"> {
  readonly decoder: Decoder<Role>;
  /** Most tokens to commit. @defaultValue 128 */
  readonly maxNewTokens?: number | undefined;
  /** Tokens that end the text, in place of the model's own. @defaultValue model.stopTokens */
  readonly stopTokens?: DecodeOptions["stopTokens"];
  /** Strings that end the text; neither they nor what follows is part of it. @defaultValue [] */
  readonly stopStrings?: readonly string[] | undefined;
  /** The cheaper model for decoders that require "draft". @defaultValue model.draft */
  readonly draft?: Pick<LanguageModel, "causal"> | undefined;
  /** Told of options that have no effect here. @defaultValue logWarning */
  readonly onWarning?: WarningHandler | undefined;
}

export interface GenerateResult {
  /** The whole output as text. */
  readonly text: string;
  /** Committed tokens, shape (n,). When a stop string ended the text, the tokens that spell it are among them. */
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
 * @throws InvalidOptionError for a wrong stop string. @throws MissingModelError when `decoder` requires a model that is not there.
 */
export function generate<Role extends ModelRole>(
  model: LanguageModel,
  prompt: string | Int32Array,
  options: GenerateOptions<Role>,
): Generation {
  const { decoder, stopStrings = [], draft, maxNewTokens = 128, stopTokens = model.stopTokens, ...rest } = options;
  if (stopStrings.some((stop) => typeof stop !== "string" || stop.length === 0)) {
    throw new InvalidOptionError({
      where: "generate",
      option: "stopStrings",
      expected: "strings of at least 1 character",
      actual: stopStrings,
    });
  }
  const models = modelsFor(decoder, model, draft);
  const promptTokens = typeof prompt === "string" ? model.tokenizer.encode(prompt) : prompt;
  const decode = (): AsyncGenerator<DecodeEvent, void, void> => decoder.decode(models, promptTokens, { ...rest, maxNewTokens, stopTokens });
  return sharedDecode(decode, model, stopStrings);
}

function modelsFor<Role extends ModelRole>(
  decoder: Decoder<Role>,
  model: LanguageModel,
  draft: Pick<LanguageModel, "causal"> | undefined,
): Pick<ModelSet, Role> {
  const models: Partial<ModelSet> = { ...pick(model), ...(draft?.causal && { draft: draft.causal }) };
  for (const role of decoder.requires) {
    if (!models[role]) throw new MissingModelError(decoder.name, role);
  }
  return models as Pick<ModelSet, Role>;
}

function pick({ causal, masked, draft }: LanguageModel): Partial<ModelSet> {
  return { ...(causal && { causal }), ...(masked && { masked }), ...(draft && { draft }) };
}
