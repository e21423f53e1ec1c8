import type { SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { ReplySettings } from "@decodekit/chat";
import { objectOption, type OptionDefinitions, resolveOptions } from "@decodekit/core";

/** The provider's name, in `providerOptions` and `providerMetadata` too. */
export const PROVIDER = "decodekit";

/** `providerOptions.decodekit`: what the AI SDK has no setting for. */
export interface DecodekitProviderOptions extends Pick<ReplySettings, "minP" | "repetitionPenalty" | "logitBias"> {
  /** Further variables of the chat template. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** k: text deltas have `providerMetadata.decodekit.logProbabilities`, with k alternatives for each token. */
  readonly logProbabilities?: number | undefined;
  /** Whether one reply may call several tools. @defaultValue true */
  readonly parallelToolCalls?: boolean | undefined;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

const OPTIONS = {
  minP: { type: "number", help: "Share of the largest probability that a token must have", minimum: 0, maximum: 1 },
  repetitionPenalty: { type: "number", help: "Makes tokens that were seen less likely", minimum: 0, exclusiveMinimum: true },
  logitBias: objectOption("an object of numbers by token id", isObject),
  variables: objectOption("an object", isObject),
  logProbabilities: { type: "integer", help: "Alternatives of each token to report", minimum: 0 },
  parallelToolCalls: { type: "boolean", help: "Whether one reply may call several tools" },
} as const satisfies OptionDefinitions<DecodekitProviderOptions>;

/** Returns the options of a call for this provider. @throws InvalidOptionError for one that is unknown or invalid. */
export function providerOptionsOf(options: SharedV4ProviderOptions | undefined): DecodekitProviderOptions {
  const given = (options?.[PROVIDER] ?? {}) as DecodekitProviderOptions;
  return resolveOptions<DecodekitProviderOptions, typeof OPTIONS>(`providerOptions.${PROVIDER}`, given, OPTIONS);
}
