import type { OpenOptions, StoredFile } from "@decodekit/core/onnx";
import type { Part, RepositoryCache } from "./cache/model-cache.ts";
import { ContentCheck } from "./content-check.ts";
import { download } from "./download.ts";
import { environment } from "#environment";
import { HubError } from "./hub-error.ts";
import type { RemoteFile } from "./remote-file.ts";
import type { Hub } from "./send.ts";

/** Downloads the rest of a file into a part, and checks the whole. @throws HubError; with another content, nothing of it is kept. */
export async function downloadInto(part: Part, hub: Hub, file: RemoteFile, { signal, onProgress }: OpenOptions): Promise<void> {
  // Without a name that depends on the content, what is there may be of another content.
  if (part.bytes > 0 && (file.objectId === undefined || part.bytes > (file.bytes ?? Infinity))) await part.restart();
  const check = new ContentCheck(file);
  const report = (): void => onProgress?.({ loadedBytes: part.bytes, totalBytes: file.bytes, fromCache: false });
  if (part.bytes > 0) for await (const chunk of part.content()) check.update(chunk);
  try {
    report();
    for await (const piece of download(hub, file, part.bytes, signal)) {
      if (piece === "restart") {
        check.restart();
        await part.restart();
      } else {
        check.update(piece);
        await append(part, piece, file.url);
      }
      report();
      signal?.throwIfAborted();
    }
    check.finish();
  } catch (error) {
    if (error instanceof HubError && error.reason === "hash-mismatch") await part.restart();
    throw error;
  }
}

async function append(part: Part, chunk: Uint8Array, source: string): Promise<void> {
  try {
    await part.append(chunk);
  } catch (error) {
    throw asQuotaError(error, source);
  }
}

/** Returns the error for a full disk as a HubError, and any other as it is. */
export function asQuotaError(error: unknown, source: string): unknown {
  if (!environment.isFull(error)) return error;
  const advice = "Delete models with `removeFromCache`, make room, or choose another `cache` (`false` for none).";
  return new HubError({ reason: "quota", source, problem: "there is no room for the file in the cache", advice, cause: error });
}

/** Opens a file without a cache: its content is downloaded and checked while it is read. Reading rejects if the check fails at its end. */
export function streamRemote(hub: Hub, file: RemoteFile, signal: AbortSignal | undefined): StoredFile {
  const check = new ContentCheck(file);
  const pieces = download(hub, file, 0, signal);
  let bytes = 0;
  return {
    bytes: file.bytes,
    stream: () =>
      new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { done, value } = await pieces.next();
            if (done) {
              check.finish();
              controller.close();
            } else if (value !== "restart") {
              bytes += value.length;
              check.update(value);
              controller.enqueue(value);
            } else if (bytes > 0) {
              throw changedWhileRead(file.url);
            }
          },
          async cancel() {
            await pieces.return();
          },
        },
        { highWaterMark: 0 },
      ),
  };
}

function changedWhileRead(source: string): HubError {
  const problem = "broke off, and the server does not send the rest of the file";
  return new HubError({ reason: "server", source, problem, advice: "Try again, or use a cache.", temporary: true });
}

/** Opens a file through the cache. Content that proves wrong is fetched once more, after asking the hub again. */
export async function openThroughCache(
  cache: RepositoryCache,
  target: { readonly commit: string; readonly path: string; readonly file: RemoteFile },
  hub: Hub,
  options: OpenOptions,
): Promise<StoredFile> {
  const { commit, path, file } = target;
  const content = { id: file.contentId, bytes: file.bytes };
  const there = await cache.link(commit, path, content);
  if (there) return reportCached(there, options);
  await cache.complete(content, (part) => downloadInto(part, hub, file, options), options.signal);
  const stored = await cache.link(commit, path, content);
  if (stored) return stored;
  const problem = "was deleted from the cache while it was loaded";
  throw new HubError({ reason: "offline", source: file.url, problem, advice: "Load the model again.", temporary: true });
}

/** Reports a file of the cache as loaded. */
export function reportCached(file: StoredFile, { onProgress }: OpenOptions): StoredFile {
  onProgress?.({ loadedBytes: file.bytes!, totalBytes: file.bytes, fromCache: true });
  return file;
}
