import type { AbsentFile, ModelStore, OpenOptions, StoredFile } from "@decodekit/core/onnx";
import { environment } from "#environment";
import type { RepositoryCache } from "./cache/model-cache.ts";
import { HubError } from "./hub-error.ts";
import type { ResolvedHubOptions } from "./hub-options.ts";
import { asQuotaError, openThroughCache, reportCached, streamRemote } from "./open-remote.ts";
import type { RemoteFile } from "./remote-file.ts";
import { type RemoteRevision, remoteRevision } from "./remote-revision.ts";
import { isCommit, isPathWithin, type Repository, resolveUrl } from "./repository.ts";
import type { Hub } from "./send.ts";

/** Returns the store of one revision of a repository. Opens nothing yet. */
export function hubStore(name: string, options: ResolvedHubOptions): ModelStore {
  const { revision, dtype, subfolder, endpoint } = options;
  const repository = { name, revision, endpoint };
  const within = (path: string): string => (subfolder === "" ? path : `${subfolder}/${path}`);
  const files = new HubFiles(repository, options, within("config.json"));
  return {
    name,
    ...(dtype !== undefined && { dtype }),
    describe: (path) => resolveUrl(repository, revision, within(path)),
    async open(path, openOptions) {
      // The graph file names the files of its external data.
      if (!isPathWithin(path)) return { absent: "is not a path within the repository" };
      return files.open(within(path), openOptions);
    },
  };
}

/** A commit, and whether the hub named it now or the cache names it in its place. */
interface KnownCommit {
  readonly commit: string;
  readonly isOnline: boolean;
}

class HubFiles {
  readonly #repository: Repository;
  readonly #options: ResolvedHubOptions;
  readonly #hub: Hub;
  readonly #remote: RemoteRevision;
  #cache: Promise<RepositoryCache | undefined> | undefined;
  readonly #warned = new Set<string>();

  constructor(repository: Repository, options: ResolvedHubOptions, probe: string) {
    this.#repository = repository;
    this.#options = options;
    this.#hub = { endpoint: options.endpoint, token: options.token };
    const isPatient = async (): Promise<boolean> => (await this.#cachedCommit()) === undefined;
    this.#remote = remoteRevision(this.#hub, repository, { probe, isPatient });
  }

  async open(path: string, options: OpenOptions): Promise<StoredFile | AbsentFile> {
    const cache = await this.#openCache();
    const { commit, isOnline } = await this.#findCommit(options.signal);
    const cached = await cache?.find(commit, path);
    if (cached) return "absent" in cached ? cached : reportCached(cached, options);
    if (!isOnline) return { absent: `is not in the cache, and the hub ${this.#options.localOnly ? "is not asked" : "cannot be reached"}` };
    try {
      return await this.#fetch(cache, commit, path, options);
    } catch (error) {
      if (!(error instanceof HubError) || error.reason !== "hash-mismatch") throw error;
      // The file was replaced, or it was damaged on its way.
      this.#remote.forget();
      return this.#fetch(cache, commit, path, options);
    }
  }

  async #fetch(cache: RepositoryCache | undefined, commit: string, path: string, options: OpenOptions): Promise<StoredFile | AbsentFile> {
    const file = await this.#remote.file(path, options.signal);
    if (!cache) return "absent" in file ? file : streamRemote(this.#hub, file, options.signal);
    try {
      const opened = "absent" in file ? file : await openThroughCache(cache, { commit, path, file }, this.#hub, options);
      if ("absent" in file && file.isCertain) await cache.setAbsent(commit, path);
      await cache.setCommit(this.#repository.revision, commit);
      return opened;
    } catch (error) {
      return this.#withoutCache(file, asQuotaError(error, path), options);
    }
  }

  /** A page does not choose how much it may store: there, a full cache is no reason not to load the model. */
  #withoutCache(file: RemoteFile | AbsentFile, error: unknown, { signal }: OpenOptions): StoredFile | AbsentFile {
    if (!(error instanceof HubError) || error.reason !== "quota" || environment.seesRedirects) throw error;
    this.#warn("cache", `${error.message} Without it, the model is downloaded again the next time.`);
    return "absent" in file ? file : streamRemote(this.#hub, file, signal);
  }

  async #findCommit(signal: AbortSignal | undefined): Promise<KnownCommit> {
    const { localOnly, endpoint } = this.#options;
    if (localOnly) {
      const commit = await this.#cachedCommit();
      if (commit !== undefined) return { commit, isOnline: false };
      const { name, revision } = this.#repository;
      const problem = `revision "${revision}" of ${name} is not in the cache ${JSON.stringify(this.#options.cache)}`;
      throw new HubError({ reason: "offline", source: endpoint, problem, advice: "Load the model once without `localOnly`." });
    }
    try {
      return { commit: await this.#remote.commit(signal), isOnline: true };
    } catch (error) {
      const commit = error instanceof HubError && error.temporary ? await this.#cachedCommit() : undefined;
      if (commit === undefined) throw error;
      this.#warn("endpoint", `the cached model is used, because ${(error as HubError).message}`);
      return { commit, isOnline: false };
    }
  }

  /** Returns the commit of the revision according to the cache. */
  async #cachedCommit(): Promise<string | undefined> {
    const { revision } = this.#repository;
    return isCommit(revision) ? revision : (await this.#openCache())?.commitOf(revision);
  }

  async #openCache(): Promise<RepositoryCache | undefined> {
    const { cache } = this.#options;
    if (cache === false) return undefined;
    this.#cache ??= environment.openCache(cache).then((opened) => opened?.repository(this.#repository.name));
    return this.#cache;
  }

  /** Warns once about each option. */
  #warn(option: string, message: string): void {
    if (this.#warned.has(option)) return;
    this.#warned.add(option);
    this.#options.onWarning({ where: "hub", option, message });
  }
}
