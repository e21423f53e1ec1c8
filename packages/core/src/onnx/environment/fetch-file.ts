import type { AbsentFile, StoredFile } from "../model-source.ts";

/** Statuses that mean a missing file. Storage services answer 403 for a missing file if the caller may not list the files. */
const ABSENT: ReadonlySet<number> = new Set([204, 403, 404, 410]);

/** Opens a file by `fetch`. @throws Error with the server's answer, if that is neither the file nor its absence. */
export async function fetchFile(url: URL, signal: AbortSignal | undefined): Promise<StoredFile | AbsentFile> {
  if (url.protocol === "data:") return openDataUrl(url);
  const response = await fetch(url, { signal: signal ?? null });
  const { status, body, headers } = response;
  const answer = describeAnswer(response);
  if (ABSENT.has(status)) {
    await body?.cancel();
    return { absent: `was not found: ${answer}` };
  }
  if (!response.ok || !body) {
    await body?.cancel();
    throw new Error(answer);
  }
  // The length of a compressed transfer is not the file's length.
  const length = headers.get("content-encoding") ? null : headers.get("content-length");
  return { bytes: length === null ? undefined : Number(length), stream: () => body, answer };
}

function describeAnswer({ status, statusText, headers, redirected, url }: Response): string {
  const type = headers.get("content-type");
  return [`the server answered ${status} ${statusText}`.trim(), type ? ` with ${type}` : "", redirected ? ` from ${url}` : ""].join("");
}

/** Bundlers turn small files into data URLs, which a page cannot fetch under a strict content security policy. */
function openDataUrl({ pathname }: URL): StoredFile {
  const comma = pathname.indexOf(",");
  const payload = decodeURIComponent(pathname.slice(comma + 1));
  const isBase64 = pathname.slice(0, comma).endsWith(";base64");
  const bytes = isBase64 ? Uint8Array.from(atob(payload), (character) => character.charCodeAt(0)) : new TextEncoder().encode(payload);
  const blob = new Blob([bytes]);
  return { bytes: bytes.length, blob, stream: () => blob.stream() };
}
