import { errorOfConnection } from "./answer-errors.ts";
import { rangeFrom, rejectOthers, rejectOtherSize, startOf } from "./byte-range.ts";
import { wrongContent } from "./hub-error.ts";
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
  const transfer = { at: from, etag: file.etag, isComplete: from === file.bytes };
  const retries = new Retries();
  // A beginning that comes again and again is no progress.
  let furthest = from;
  while (!transfer.isComplete) {
    try {
      for await (const piece of requestRest(hub, file, transfer, signal)) {
        if (transfer.at > furthest) retries.succeeded();
        furthest = Math.max(transfer.at, furthest);
        yield piece;
      }
    } catch (error) {
      await retries.wait(error, signal);
    }
  }
}

/** How far a download is. */
interface Transfer {
  /** Bytes that have come. */
  at: number;
  etag: string | undefined;
  isComplete: boolean;
}

/** Makes one request for what is missing. */
async function* requestRest(
  hub: Hub,
  file: RemoteFile,
  transfer: Transfer,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece, void, void> {
  const response = await send(hub, { url: file.url, headers: rangeFrom(transfer.at, transfer.etag), signal });
  const reader = response.body?.getReader();
  try {
    const start = startOf(response, transfer.at, transfer.etag);
    transfer.isComplete = start === "complete" && file.bytes === undefined;
    if (transfer.isComplete) return;
    rejectOtherSize(file, response);
    if (start !== transfer.at) {
      transfer.at = 0;
      yield "restart";
    }
    rejectOthers(file.url, response, start);
    transfer.etag = response.headers.get("etag") ?? undefined;
    for (let piece = await next(reader, file, transfer.at); !piece.done; piece = await next(reader, file, transfer.at)) {
      transfer.at += piece.value.length;
      yield piece.value;
    }
    transfer.isComplete = transfer.at === (file.bytes ?? transfer.at);
    if (!transfer.isComplete) throw errorOfConnection(file.url, "broke off", `after ${transfer.at} of ${file.bytes} bytes`);
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
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
