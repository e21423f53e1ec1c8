import { InvalidOptionError, objectOption, type OptionDefinition, resolveOptions } from "@decodekit/core";
import type { PrefixCacheOptions } from "@decodekit/core/toolkit";
import { type Limits, LIMITS, type ServerLimits } from "./limits.ts";
import { SAMPLING_PARAMETERS, type SamplingParameters } from "./request/sampling.ts";
import { PLAIN, type ServedDecoder } from "./served-decoders.ts";
import type { ServedModel } from "./served-models.ts";

/** What the server tells of a request that it has answered: nothing that the client wrote. */
export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Time until the answer, or its first piece, in milliseconds. */
  readonly milliseconds: number;
}

export interface ServerOptions {
  /** The models by the id that requests name. They belong to the caller, who disposes them after `close`. */
  readonly models: Readonly<Record<string, ServedModel>>;
  /** The decoders by the name that requests may give as `decoder`. @defaultValue { plain: one token per pass } */
  readonly decoders?: Readonly<Record<string, ServedDecoder>> | undefined;
  /** Name of the decoder of a request that names none. @defaultValue the first of `decoders` */
  readonly decoder?: string | undefined;
  /**
   * Sampling parameters of requests that leave them out. @defaultValue for a chat those of the model's `generation_config.json`; else those
   * of the API, temperature 1 and nothing else
   */
  readonly defaults?: SamplingParameters | undefined;
  /** @defaultValue see `ServerLimits` */
  readonly limits?: ServerLimits | undefined;
  /** Key, or keys, one of which every request but `GET /health` must have as `Authorization: Bearer KEY`. @defaultValue none is needed */
  readonly apiKey?: string | readonly string[] | undefined;
  /** Origins of pages that may call the server, or "*" for all. @defaultValue none */
  readonly corsOrigins?: readonly string[] | "*" | undefined;
  /**
   * Names, without port, that requests may use for this server (the header `Host`), so that a page of another site cannot reach one that
   * listens on loopback by giving its own name that address. @defaultValue any
   */
  readonly hosts?: readonly string[] | undefined;
  /** Whether models keep what they have read, see `withPrefixCache`, and how much; false: they keep nothing. @defaultValue {} */
  readonly prefixCache?: PrefixCacheOptions | false | undefined;
  /** Is told of each answered request. @defaultValue nothing is logged */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /**
   * Receives an error that is not the client's, whose message may quote the request.
   * @defaultValue its name and place, without its message, are written to the console
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
const isNonEmptyList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string" && each !== "");
const isFunction = (value: unknown): boolean => typeof value === "function";
const isModel = (value: unknown): boolean => isObject(value) && "tokenizer" in value && "causal" in value && isObject(value.causal);
const isDecoder = (value: unknown): boolean => isFunction(value) || (isObject(value) && "decode" in value && isFunction(value.decode));
const isRecordOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(accepts);

const OPTIONS = {
  models: {
    ...objectOption("an object of at least one causal model, such as { story: await loadModel(stories) }", (value) =>
      isRecordOf(value, isModel),
    ),
    required: true,
  },
  decoders: objectOption("an object of decoders, or of functions that make one", (value) => isRecordOf(value, isDecoder)),
  decoder: { type: "string", help: "Name of the default decoder" },
  defaults: objectOption(`an object with some of ${SAMPLING_PARAMETERS.join(", ")}`, (value) => {
    return isObject(value) && Object.keys(value).every((name) => (SAMPLING_PARAMETERS as readonly string[]).includes(name));
  }),
  limits: objectOption("an object", isObject),
  apiKey: objectOption("a key of letters, digits and any of - . _ ~ + /, or a list of them", (value) => {
    const keys: readonly unknown[] = [value].flat();
    return keys.length > 0 && keys.every((key) => typeof key === "string" && /^[\w.~+/-]+=*$/.test(key));
  }),
  corsOrigins: objectOption('"*", or a list of origins', (value) => value === "*" || isNonEmptyList(value)),
  hosts: objectOption("a list of names", isNonEmptyList),
  prefixCache: objectOption("an object, or false", (value) => value === false || isObject(value)),
  onRequest: objectOption("a function", isFunction),
  onError: objectOption("a function", isFunction),
} as const satisfies Readonly<Record<keyof ServerOptions, OptionDefinition>>;

/** Options with their defaults. */
export interface ResolvedServerOptions extends Omit<ServerOptions, "limits"> {
  readonly decoders: Readonly<Record<string, ServedDecoder>>;
  readonly decoder: string;
  readonly defaults: SamplingParameters;
  readonly limits: Limits;
  readonly prefixCache: PrefixCacheOptions | false;
  readonly onError: (error: unknown) => void;
}

/** @throws InvalidOptionError for an option that is unknown or invalid. */
export function resolveServerOptions(where: string, options: ServerOptions): ResolvedServerOptions {
  const resolved = resolveOptions(where, options, OPTIONS);
  const { decoders = { plain: PLAIN }, defaults = {}, prefixCache = {}, onError = logError } = resolved;
  const names = Object.keys(decoders);
  const decoder = resolved.decoder ?? names[0]!;
  if (!names.includes(decoder))
    throw new InvalidOptionError({ where, option: "decoder", expected: `one of ${names.join(", ")}`, actual: decoder });
  const limits: Limits = resolveOptions<ServerLimits, typeof LIMITS>(`${where}: limits`, resolved.limits ?? {}, LIMITS);
  return { ...resolved, decoders, decoder, defaults, limits, prefixCache, onError };
}

function logError(error: unknown): void {
  const place = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  console.error([`@decodekit/server: ${error instanceof Error ? error.name : typeof error}`, ...place].join("\n"));
}
