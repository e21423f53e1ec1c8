import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { reply } from "@decodekit/chat";
import { type LanguageModel, resolveOptions } from "@decodekit/core";
import { PROVIDER } from "./provider-options.ts";
import { requestOf } from "./request-of.ts";
import { resultOf } from "./result-of.ts";
import { type DecodekitSettings, SETTINGS } from "./settings.ts";
import { readableStream, streamParts } from "./stream-parts.ts";

/**
 * Returns a model of the AI SDK that decodes on `model`, in this page or process. It reads `model` only during calls, and any number of calls
 * may run at the same time; who loaded the model disposes it.
 *
 * Calls reject with the typed errors of `@decodekit/chat` and `@decodekit/core`, and with `UnsupportedFunctionalityError` for files that a
 * language model cannot read; what a setting cannot do is a warning.
 * @throws InvalidOptionError for an unknown or invalid setting.
 */
export function decodekit(model: LanguageModel, settings: DecodekitSettings = {}): LanguageModelV4 {
  const given = resolveOptions<DecodekitSettings, typeof SETTINGS>("decodekit", settings, SETTINGS);
  const modelId = given.modelId ?? model.name;
  let count = 0;
  const start = (options: LanguageModelV4CallOptions): ReturnType<typeof streamParts> => {
    options.abortSignal?.throwIfAborted();
    const { request, warnings } = requestOf(options, given);
    const answer = reply(model, request);
    const id = `reply-${++count}`;
    return streamParts({
      answer,
      warnings,
      response: { id, modelId },
      hasEvents: options.includeRawChunks === true,
      signal: options.abortSignal,
    });
  };
  return {
    specificationVersion: "v4",
    provider: PROVIDER,
    modelId,
    supportedUrls: {},
    doGenerate: async (options) => resultOf(start({ ...options, includeRawChunks: false })),
    doStream: async (options) => ({ stream: readableStream(start(options)) }),
  };
}
