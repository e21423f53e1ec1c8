import { describeAnswer, isAbsence, isPage } from "./answer-errors.ts";
import { idOf, type RemoteFile, nameWithoutHash } from "./remote-file.ts";
import { isCommit, listingUrl, type Repository, resolveUrl } from "./repository.ts";
import { type Hub, send } from "./send.ts";

/** The files of a revision. */
export interface Listing {
  readonly commit: string;
  readonly files: ReadonlyMap<string, RemoteFile>;
}

interface ListedFile {
  readonly rfilename: string;
  readonly size?: number | undefined;
  readonly blobId?: string | undefined;
  readonly lfs?: { readonly sha256?: string | undefined; readonly size?: number | undefined } | undefined;
}

/**
 * Asks the hub's API for all files of a revision with their object ids: behind a redirect, a page sees no headers.
 * Returns why there is no list if the endpoint has no such API, as a plain mirror. @throws HubError
 */
export async function fetchListing(hub: Hub, repository: Repository): Promise<Listing | string> {
  const url = listingUrl(repository);
  const response = await send(hub, { url, headers: { accept: "application/json" } });
  if (isAbsence(response) || isPage(response, url) || !response.ok) {
    await response.body?.cancel();
    return describeAnswer(response);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (!isListing(answer)) return "the server's list of files is not one";
  const files = answer.siblings.map((file) => [file.rfilename, fileOf(file, resolveUrl(repository, answer.sha, file.rfilename))] as const);
  return { commit: answer.sha, files: new Map(files) };
}

function isListing(answer: unknown): answer is { readonly sha: string; readonly siblings: readonly ListedFile[] } {
  if (typeof answer !== "object" || answer === null || !("sha" in answer) || !("siblings" in answer)) return false;
  const { sha, siblings } = answer;
  if (typeof sha !== "string" || !isCommit(sha) || !Array.isArray(siblings)) return false;
  return siblings.every((file: Partial<ListedFile> | null) => typeof file?.rfilename === "string");
}

function fileOf({ size, blobId, lfs }: ListedFile, url: string): RemoteFile {
  const objectId = lfs ? idOf("sha256", lfs.sha256) : idOf("git", blobId);
  return { url, bytes: lfs?.size ?? size, objectId, contentId: objectId?.hex ?? nameWithoutHash(url), etag: undefined };
}
