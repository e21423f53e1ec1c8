import { environment } from "#environment";
import { HubError } from "./hub-error.ts";
import { fetchListing, type Listing } from "./listing.ts";
import { type AbsentRemoteFile, askAbout, type FileAnswer, type RemoteFile } from "./remote-file.ts";
import { isCommit, type Repository, resolveUrl } from "./repository.ts";
import { Retries, withRetries } from "./retries.ts";
import type { Hub } from "./send.ts";

/** A revision on a hub. All files come from one commit, also if the branch moves meanwhile. */
export interface RemoteRevision {
  /** Returns the commit of the revision. @throws HubError */
  commit(signal: AbortSignal | undefined): Promise<string>;
  /** Returns what the hub says about a file. @throws HubError */
  file(path: string, signal: AbortSignal | undefined): Promise<RemoteFile | AbsentRemoteFile>;
  /** Forgets what the hub said about the files, because it proved wrong. */
  forget(): void;
}

/**
 * `probe` is the path of a file that every model has, to ask about the commit.
 * `isPatient` is whether a hub that cannot be reached is asked again; not if a cache can answer in its place.
 */
export function remoteRevision(
  hub: Hub,
  repository: Repository,
  { probe, isPatient }: { readonly probe: string; readonly isPatient: () => Promise<boolean> },
): RemoteRevision {
  let { revision } = repository;
  const listing = remembered(() => fetchListing(hub, { ...repository, revision }));
  const listed = async (): Promise<Listing | undefined> => {
    const answer = environment.seesRedirects ? undefined : await listing.value();
    return typeof answer === "object" ? answer : undefined;
  };
  const commit = remembered(async () => {
    if (isCommit(repository.revision)) return repository.revision;
    const retries = new Retries((await isPatient()) ? undefined : 0);
    const url = resolveUrl(repository, repository.revision, probe);
    return (revision = await withRetries(
      async () => (await listed())?.commit ?? commitOf(await askAbout(hub, url), url),
      undefined,
      retries,
    ));
  });
  return {
    commit: (signal) => abortable(commit.value(), signal),
    async file(path, signal) {
      const files = (await withRetries(() => abortable(listed(), signal), signal))?.files;
      if (files) return files.get(path) ?? { absent: "is not among the files of the repository", isCertain: true };
      const url = resolveUrl(repository, await abortable(commit.value(), signal), path);
      return (await withRetries(() => askAbout(hub, url, signal), signal)).file;
    },
    forget: () => listing.forget(),
  };
}

/** @throws HubError if an answer does not name a commit. A page may come from a network that asks to log in, and does not mean much. */
function commitOf({ commit, isPage }: FileAnswer, source: string): string {
  if (commit !== undefined && isCommit(commit)) return commit;
  const problem = "the answer names no commit (X-Repo-Commit), so there is no such repository, or no hub at this address";
  const advice = "Check the repository's name, the endpoint and the connection.";
  throw new HubError({ reason: isPage ? "server" : "repository-not-found", source, problem, advice, temporary: isPage });
}

/** Remembers what `make` resolves with. A failure is not remembered. */
function remembered<Value>(make: () => Promise<Value>): { value(): Promise<Value>; forget(): void } {
  let made: Promise<Value> | undefined;
  const forget = (): void => void (made = undefined);
  return {
    value: () =>
      (made ??= make().catch((error: unknown) => {
        forget();
        throw error;
      })),
    forget,
  };
}

/** Settles like `promise`, or rejects when the signal aborts. The work itself goes on, because others may wait for it too. */
async function abortable<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise;
  if (signal.aborted) {
    promise.catch(() => undefined);
    throw signal.reason;
  }
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
