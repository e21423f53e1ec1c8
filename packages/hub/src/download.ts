import { describeAnswer, errorOfConnection, isAbsence, isPage } from "./answer-errors.ts";
import { environment } from "#environment";
import { HubError, wrongContent } from "./hub-error.ts";
import type { RemoteFile } from "./remote-file.ts";
import { Retries } from "./retries.ts";
import { type Hub, send } from "./send.ts";

/** Milliseconds without a byte after which a connection counts as broken. */
const STALL = 60_000;

/** A piece of the content, or "restart": what came so far is not the beginning of what comes next. */
export type Piece = Uint8Array | "restart";

/**
 * Downloads a file from byte `from` on. A connection that fails or ends early is resumed where it ended.
 * @throws HubError when that failed a few times in a row. Writes that the caller makes between the pieces are not repeated.
 */
export async function* download(
  hub: Hub,
  file: RemoteFile,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece, void, void> {
  const retries = new Retries();
  let at = from;
  // A beginning that comes again and again is no progress.
  let furthest = from;
  let { etag } = file;
  while (file.bytes === undefined || at < file.bytes) {
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      const response = await send(hub, { url: file.url, headers: rangeFrom(at, etag), signal });
      reader = response.body?.getReader();
      const start = startOf(response, at, etag);
      if (start === "complete" && file.bytes === undefined) return;
      rejectOtherSize(file, response);
      if (start !== at) {
        at = 0;
        yield "restart";
      }
      if (typeof start !== "number") throw unusableRange(file.url, response);
      rejectOthers(file.url, response);
      etag = response.headers.get("etag") ?? undefined;
      for (;;) {
        const { done, value } = await next(reader, file, at);
        if (done) break;
        at += value.length;
        if (at > furthest) retries.succeeded();
        furthest = Math.max(at, furthest);
        yield value;
      }
      if (file.bytes === undefined) return;
      if (at < file.bytes) throw errorOfConnection(file.url, "broke off", `after ${at} of ${file.bytes} bytes`);
    } catch (error) {
      await retries.wait(error, signal);
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
  }
}

/**
 * The `If-Range` header makes the server send the whole file if it has changed. Pages compare the ETags instead: with this header, each
 * request, also to the host that has the content, would need the permission of a preflight request.
 */
function rangeFrom(at: number, etag: string | undefined): Record<string, string> {
  // The size that the hub states is that of the uncompressed file.
  const encoding: Record<string, string> = environment.seesRedirects ? { "accept-encoding": "identity" } : {};
  if (at === 0) return encoding;
  const isStrong = etag !== undefined && !etag.startsWith("W/");
  return { ...encoding, range: `bytes=${at}-`, ...(environment.seesRedirects && isStrong && { "if-range": etag }) };
}

/** Returns where the body of an answer begins; "complete" if nothing follows `at`; "elsewhere" if the body cannot be used. */
function startOf(response: Response, at: number, etag: string | undefined): number | "complete" | "elsewhere" {
  const { status, headers } = response;
  const range = /^bytes (?:(?<start>\d+)-\d+|\*)\/(?<total>\d+|\*)$/u.exec(headers.get("content-range") ?? "")?.groups;
  if (status === 416) return range?.["total"] === String(at) ? "complete" : "elsewhere";
  if (status !== 206) return 0;
  const isSame = etag === undefined || !headers.has("etag") || headers.get("etag") === etag;
  // A page may not be shown the range; then the size and the hash tell.
  return isSame && (range === undefined || Number(range["start"]) === at) ? at : "elsewhere";
}

function unusableRange(source: string, response: Response): HubError {
  const problem = `${describeAnswer(response)} to a request for the rest of the file`;
  return new HubError({ reason: "server", source, problem, advice: "Try again later.", temporary: true });
}

/** @throws HubError for an answer that is not the file, though the hub said there is one. */
function rejectOthers(source: string, response: Response): void {
  if (response.ok && !isAbsence(response) && !isPage(response, source)) return;
  const problem = `${describeAnswer(response)}, though the hub lists the file`;
  throw new HubError({ reason: "server", source, problem, advice: "Try again later, or check the endpoint." });
}

/** @throws HubError if the answer is a content of another size than the hub stated. */
function rejectOtherSize({ url, bytes }: RemoteFile, { status, headers }: Response): void {
  const length = status === 200 && !headers.has("content-encoding") ? headers.get("content-length") : null;
  const total = /^bytes .*\/(\d+)$/u.exec(headers.get("content-range") ?? "")?.[1] ?? length;
  if (bytes === undefined || total === null || Number(total) === bytes) return;
  throw wrongContent(url, `has ${total} bytes, but the hub stated ${bytes}`);
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  { url, bytes }: RemoteFile,
  at: number,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  if (!reader) return { done: true, value: undefined };
  const result = await withinStall(reader.read()).catch((error: unknown) => {
    throw errorOfConnection(url, `broke off after ${at} of ${bytes ?? "an unknown number of"} bytes`, error);
  });
  if (result.done || bytes === undefined || at + result.value.length <= bytes) return result;
  throw wrongContent(url, `has more than the ${bytes} bytes that the hub stated`);
}

/** A connection that was lost without a word, as after sleep, stays open for ever. */
async function withinStall<Value>(read: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${STALL / 1000} s`)), STALL);
  });
  try {
    return await Promise.race([read, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
