import type { OpenFile } from "./environment.ts";

/** Opens a file by `fetch`; undefined for status 404 and 410. */
export async function fetchFile(url: URL, signal: AbortSignal | undefined): Promise<OpenFile | undefined> {
  const response = await fetch(url, { signal: signal ?? null });
  if (response.status === 404 || response.status === 410) return undefined;
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  // The length of a compressed transfer is not that of the file.
  const length = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  return { bytes: length === null ? undefined : Number(length), stream: response.body };
}
