import type { DecoderFactory, ReplyRequest } from "@decodekit/chat";
import { objectOption, type OptionDefinitions } from "@decodekit/core";

/** Settings of a model for the AI SDK. */
export interface DecodekitSettings {
  /** Makes the decoder of each call from its sampler and constraint. @defaultValue one token per pass, drawn by the sampler */
  readonly decoder?: DecoderFactory | undefined;
  /** `LanguageModelV4.modelId`. @defaultValue model.name */
  readonly modelId?: string | undefined;
  /** How messages become a prompt: variables of the template, its date and so on. @defaultValue {} */
  readonly chat?: ReplyRequest["chat"];
  /** How the model writes calls of tools. @defaultValue as its chat template writes them */
  readonly toolNotation?: ReplyRequest["toolNotation"];
  /** Returns the seed of a call without one, an integer in [0, 2^53). @defaultValue 0: the same call gives the same reply */
  readonly nextSeed?: (() => number) | undefined;
}

export const SETTINGS = {
  decoder: objectOption("a function that returns a decoder", (value) => typeof value === "function"),
  modelId: { type: "string", help: "The model's id for the AI SDK" },
  chat: objectOption("an object", (value) => typeof value === "object" && value !== null),
  toolNotation: { type: "string", help: "How the model writes calls of tools", choices: ["hermes", "llama", "mistral"] },
  nextSeed: objectOption("a function that returns an integer", (value) => typeof value === "function"),
} as const satisfies OptionDefinitions<DecodekitSettings>;
