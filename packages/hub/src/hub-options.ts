import { environment } from "#environment";
import { InvalidOptionError, logWarning, objectOption, type OptionDefinition, resolveOptions, type WarningHandler } from "@decodekit/core";
import { DTYPES, type Dtype } from "@decodekit/core/toolkit";
import { isPathWithin, isRepositoryName } from "./repository.ts";

export interface CacheOptions {
  /**
   * Where files are kept. In Node the path of a folder, by default the one that Python's `huggingface_hub` uses: HF_HUB_CACHE,
   * else HF_HOME/hub, else ~/.cache/huggingface/hub. In a page a name for the page's own storage (the origin private file system, else the
   * Cache API), by default "decodekit-hub". `false` keeps nothing: every load downloads.
   */
  readonly cache?: string | false | undefined;
}

export interface HubOptions extends CacheOptions {
  /** Branch, tag or commit. A commit makes loading repeatable, and needs no request once everything is cached. @defaultValue "main" */
  readonly revision?: string | undefined;
  /** Data type of the weights that `loadModel` loads if it is given none, such as "q4". */
  readonly dtype?: Dtype | undefined;
  /** Folder within the repository that holds the model. @defaultValue "" */
  readonly subfolder?: string | undefined;
  /** Access token for private and gated repositories; only the endpoint's own host receives it. In Node, HF_TOKEN by default. */
  readonly token?: string | undefined;
  /** URL of the hub. In Node, HF_ENDPOINT by default, else "https://huggingface.co". */
  readonly endpoint?: string | undefined;
  /** Uses only what is cached, and makes no request. @defaultValue false */
  readonly localOnly?: boolean | undefined;
  /** Receives warnings: that the hub cannot be reached and the cache is used, or that the cache is full and is not. @defaultValue logWarning */
  readonly onWarning?: WarningHandler | undefined;
}

/** The options with environment and defaults filled in. */
export interface ResolvedHubOptions {
  readonly revision: string;
  readonly dtype: Dtype | undefined;
  readonly subfolder: string;
  readonly token: string | undefined;
  readonly endpoint: string;
  readonly cache: string | false;
  readonly localOnly: boolean;
  readonly onWarning: WarningHandler;
}

const CACHE = objectOption(environment.cacheExpected, (value) => value === false || environment.acceptsCache(value));

const OPTIONS = {
  revision: objectOption("a branch, a tag or a commit", isPathWithin),
  dtype: { type: "string", choices: DTYPES, help: "Data type of the weights" },
  subfolder: objectOption("the path of a folder within the repository", (value) => value === "" || isPathWithin(value)),
  token: objectOption("an access token", (value) => typeof value === "string" && /^[\x21-\x7e]+$/u.test(value)),
  endpoint: objectOption("an http or https URL without user, query and fragment", isEndpoint),
  cache: CACHE,
  localOnly: { type: "boolean", default: false, help: "Use only what is cached" },
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof HubOptions, OptionDefinition>>;

/** @throws InvalidOptionError for an invalid option, also for an invalid variable of the environment. */
export function resolveHubOptions(options: HubOptions): ResolvedHubOptions {
  const given = resolveOptions("hub", options, OPTIONS);
  const { token = environment.variable("HF_TOKEN"), endpoint = environment.variable("HF_ENDPOINT") ?? "https://huggingface.co" } = options;
  if (!isEndpoint(endpoint)) throw invalid("endpoint (from HF_ENDPOINT)", OPTIONS.endpoint.expected, endpoint);
  if (token !== undefined && !OPTIONS.token.accepts(token)) throw invalid("token (from HF_TOKEN)", OPTIONS.token.expected, "another value");
  const cache = options.cache ?? environment.defaultCache();
  if (given.localOnly && cache === false) throw invalid("localOnly", "false with cache: false, which holds no file", true);
  return {
    revision: options.revision ?? "main",
    dtype: options.dtype,
    subfolder: options.subfolder ?? "",
    token,
    endpoint: endpoint.replace(/\/+$/u, ""),
    cache,
    localOnly: given.localOnly,
    onWarning: options.onWarning ?? logWarning,
  };
}

/** Returns the cache of `cachedModels` and `removeFromCache`. @throws InvalidOptionError for an invalid option. */
export function resolveCacheOptions(where: string, options: CacheOptions): string | false {
  resolveOptions(where, options, { cache: CACHE });
  return options.cache ?? environment.defaultCache();
}

/** @throws InvalidOptionError if `name` is not the name of a repository. */
export function checkRepositoryName(where: string, name: unknown): asserts name is string {
  if (isRepositoryName(name)) return;
  throw new InvalidOptionError({ where, option: "repository", expected: 'the name of a repository, such as "org/name"', actual: name });
}

function isEndpoint(value: unknown): value is string {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/u.test(protocol) && [username, password, search, hash].every((part) => part === "");
}

function invalid(option: string, expected: string, actual: unknown): InvalidOptionError {
  return new InvalidOptionError({ where: "hub", option, expected, actual });
}
