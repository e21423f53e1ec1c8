import type { OpenFile } from "./environment.ts";

/** Opens a file by `fetch`; undefined for status 404 and 410. */
export async function fetchFile(url: URL, signal: AbortSignal | undefined): Promise<OpenFile | undefined> {
  if (url.protocol === "data:") return openDataUrl(url);
  const response = await fetch(url, { signal: signal ?? null });
  if (response.status === 404 || response.status === 410) return undefined;
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  // The length of a compressed transfer is not that of the file.
  const length = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  return { bytes: length === null ? undefined : Number(length), stream: response.body };
}

/** Bundlers turn small files into data URLs, and a strict content security policy does not let a page fetch those. */
function openDataUrl({ pathname }: URL): OpenFile {
  const comma = pathname.indexOf(",");
  const payload = decodeURIComponent(pathname.slice(comma + 1));
  const isBase64 = pathname.slice(0, comma).endsWith(";base64");
  const bytes = isBase64 ? Uint8Array.from(atob(payload), (character) => character.charCodeAt(0)) : new TextEncoder().encode(payload);
  return { bytes: bytes.length, stream: new Blob([bytes]).stream() };
}
