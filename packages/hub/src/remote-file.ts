import type { AbsentFile } from "@decodekit/core/onnx";
import { environment } from "#environment";
import { describeAnswer, isAbsence, isPage } from "./answer-errors.ts";
import { type Hub, isOf, send } from "./send.ts";

/** What a hub says about a file of a revision. */
export interface RemoteFile {
  readonly url: string;
  /** Size in bytes; undefined if the hub does not say. */
  readonly bytes: number | undefined;
  /** What the content must hash to; undefined if the hub does not say. */
  readonly objectId: ObjectId | undefined;
  /** Name of the content in a cache: the object id, else one that depends on URL and ETag. */
  readonly contentId: string;
  /** ETag that the download itself must carry; undefined if it is unknown, as behind a redirect. */
  readonly etag: string | undefined;
}

/** "sha256": of the content, as Git LFS names large files. "git": SHA-1 of "blob", size and content, as git names all others. */
export interface ObjectId {
  readonly algorithm: "sha256" | "git";
  /** Lower-case hexadecimal digits. */
  readonly hex: string;
}

/** A file that the repository does not have. */
export interface AbsentRemoteFile extends AbsentFile {
  /** Whether it is the hub that says so. Else it may be a proxy, or a page that asks to log in to a network. */
  readonly isCertain: boolean;
}

/** The answer about one file. */
export interface FileAnswer {
  /** The commit that the revision has, if the hub says so. */
  readonly commit: string | undefined;
  /** Whether a page was sent in place of an answer. */
  readonly isPage: boolean;
  readonly file: RemoteFile | AbsentRemoteFile;
}

const MAX_REDIRECTS = 5;

/** Asks about the file at `url`, without its content. @throws HubError */
export async function askAbout(hub: Hub, url: string, signal?: AbortSignal): Promise<FileAnswer> {
  const headers: Headers[] = [];
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await send(hub, {
      url: at,
      method: "HEAD",
      redirect: environment.seesRedirects ? "manual" : "follow",
      // A page cannot set this header, and sees no size of a compressed answer.
      ...(environment.seesRedirects && { headers: { "accept-encoding": "identity" } }),
      signal,
    });
    headers.push(response.headers);
    const commit = firstOf(headers, "x-repo-commit");
    const isPageOnly = isPage(response, url);
    if (isAbsence(response) || isPageOnly) {
      const isCertain = response.headers.has("x-error-code");
      return { commit, isPage: isPageOnly, file: { absent: `was not found: ${describeAnswer(response)}`, isCertain } };
    }
    const location = response.headers.get("location");
    // Within the hub, a redirect leads to a renamed repository; to another host, it leads to the content.
    const next = response.status >= 300 && location !== null ? new URL(location, at).href : undefined;
    if (next === undefined || !isOf(hub, next) || redirects === MAX_REDIRECTS) {
      return { commit, isPage: false, file: fileOf(url, headers, next === undefined && isOf(hub, response.url || at)) };
    }
    at = next;
  }
}

function fileOf(url: string, headers: readonly Headers[], isDirect: boolean): RemoteFile {
  const last = headers.at(-1)!;
  const linked = firstOf(headers, "x-linked-etag");
  const etag = last.get("etag") ?? undefined;
  const size = firstOf(headers, "x-linked-size") ?? lengthOf(last);
  const objectId = objectIdOf(linked, isDirect && firstOf(headers, "x-repo-commit") !== undefined ? etag : undefined);
  return {
    url,
    bytes: size === undefined ? undefined : Number(size),
    objectId,
    contentId: objectId?.hex ?? nameWithoutHash(url, linked ?? etag),
    etag: isDirect ? etag : undefined,
  };
}

/** The length of a redirect or of a compressed transfer is not the file's. */
function lengthOf(headers: Headers): string | undefined {
  return headers.has("location") || headers.has("content-encoding") ? undefined : (headers.get("content-length") ?? undefined);
}

function objectIdOf(linked: string | undefined, etag: string | undefined): ObjectId | undefined {
  return linked === undefined ? idOf("git", etag) : idOf("sha256", linked);
}

/** Returns the object id that an ETag or an entry of a list is, or undefined if it is something else. */
export function idOf(algorithm: ObjectId["algorithm"], etag: string | undefined): ObjectId | undefined {
  const hex = bare(etag ?? "").toLowerCase();
  return hex.length === (algorithm === "git" ? 40 : 64) && /^[0-9a-f]+$/u.test(hex) ? { algorithm, hex } : undefined;
}

/** Returns an ETag without its quotes and the mark of a weak one. */
function bare(etag: string): string {
  return etag.replace(/^W\//u, "").replace(/^"(.*)"$/u, "$1");
}

/** Returns a name for a content that has no hash. Two files of a plain server may have the same ETag, so it is not enough. */
export function nameWithoutHash(url: string, etag = ""): string {
  const digest = environment.digest("sha256");
  digest.update(new TextEncoder().encode(`${url} ${etag}`));
  return `other-${digest.hex()}`;
}

function firstOf(headers: readonly Headers[], name: string): string | undefined {
  return headers.find((each) => each.has(name))?.get(name) ?? undefined;
}
