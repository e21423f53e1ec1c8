import type { OptionDefinition } from "@decodekit/core";

/** What a server takes on, for all models together unless it says otherwise. */
export interface ServerLimits {
  /** Size of a request's body, in bytes, an integer >= 1; a larger one is refused with 413. 1 MiB by default. @defaultValue 1048576 */
  readonly maxBodyBytes?: number | undefined;
  /** Tokens of a prompt, an integer >= 1. @defaultValue the model's context length */
  readonly maxPromptTokens?: number | undefined;
  /**
   * Characters of a prompt, an integer >= 1, which are counted before they become tokens: that takes long for texts that are no language.
   * @defaultValue 16 for each token of the longest prompt
   */
  readonly maxPromptCharacters?: number | undefined;
  /** Tokens of one answer, an integer >= 1, and how many a chat gets that does not say. @defaultValue 2048 */
  readonly maxNewTokens?: number | undefined;
  /** Requests that are decoded at the same time, an integer >= 1. Each of them holds a KV cache. @defaultValue 4 */
  readonly maxConcurrent?: number | undefined;
  /** Requests that wait for these, an integer >= 0; a further one is refused with 429. @defaultValue 64 */
  readonly maxQueued?: number | undefined;
  /** What a refused request is told to wait, in seconds, an integer >= 0. @defaultValue 1 */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * Time of a request, waiting included, in seconds, > 0. A decode that takes longer ends with finish reason "length"; a request that has
   * waited as long is refused with 503. @defaultValue 300
   */
  readonly maxSeconds?: number | undefined;
  /** Texts of one request: n, best_of, and prompts of a completion times n, an integer >= 1. @defaultValue 16 */
  readonly maxChoices?: number | undefined;
  /** Stop strings of a request, an integer >= 0. @defaultValue 16 */
  readonly maxStopStrings?: number | undefined;
  /** Size of a JSON schema, and of all schemas of a request's tools together, as JSON, an integer >= 2. 64 KiB by default. @defaultValue 65536 */
  readonly maxSchemaBytes?: number | undefined;
  /** Depth of such a schema: how many objects and arrays are within one another, an integer >= 1. @defaultValue 32 */
  readonly maxSchemaDepth?: number | undefined;
  /** Properties of all objects of these schemas, an integer >= 0. Compiling a schema holds up all requests. @defaultValue 256 */
  readonly maxSchemaProperties?: number | undefined;
}

export const LIMITS = {
  maxBodyBytes: { type: "integer", help: "Size of a request's body, in bytes", default: 1048576, minimum: 1 },
  maxPromptTokens: { type: "integer", help: "Tokens of a prompt", minimum: 1 },
  maxPromptCharacters: { type: "integer", help: "Characters of a prompt", minimum: 1 },
  maxNewTokens: { type: "integer", help: "Tokens of one answer", default: 2048, minimum: 1 },
  maxConcurrent: { type: "integer", help: "Requests that are decoded at the same time", default: 4, minimum: 1 },
  maxQueued: { type: "integer", help: "Requests that wait for these", default: 64, minimum: 0 },
  retryAfterSeconds: { type: "integer", help: "What a refused request is told to wait", default: 1, minimum: 0 },
  maxSeconds: { type: "number", help: "Time of a request, waiting included", default: 300, minimum: 0, exclusiveMinimum: true },
  maxChoices: { type: "integer", help: "Texts of one request", default: 16, minimum: 1 },
  maxStopStrings: { type: "integer", help: "Stop strings of a request", default: 16, minimum: 0 },
  maxSchemaBytes: { type: "integer", help: "Size of a JSON schema", default: 65536, minimum: 2 },
  maxSchemaDepth: { type: "integer", help: "Depth of a JSON schema", default: 32, minimum: 1 },
  maxSchemaProperties: { type: "integer", help: "Properties of a JSON schema", default: 256, minimum: 0 },
} as const satisfies Readonly<Record<keyof ServerLimits, OptionDefinition>>;

type OfModel = "maxPromptTokens" | "maxPromptCharacters";

/** Limits with their defaults; those that depend on the model may be missing. */
export type Limits = Pick<ServerLimits, OfModel> & {
  readonly [Name in Exclude<keyof ServerLimits, OfModel>]-?: NonNullable<ServerLimits[Name]>;
};
