import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { download } from "./download.ts";
import type { RemoteFile } from "./remote-file.ts";

const hub = { endpoint: "https://hub.example", token: undefined };
const fileOf = (bytes?: number): RemoteFile => ({
  url: "https://hub.example/a.bin",
  bytes,
  objectId: undefined,
  contentId: "a",
  etag: undefined,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Downloads while the clock runs as fast as it can. */
async function downloadAll(file: RemoteFile, answers: readonly (() => Response)[]): Promise<string[]> {
  const left = [...answers];
  vi.stubGlobal("fetch", async () => left.shift()!());
  const pieces: string[] = [];
  const running = (async () => {
    for await (const piece of download(hub, file, 0, undefined)) {
      pieces.push(piece === "restart" ? piece : new TextDecoder().decode(piece));
    }
  })();
  running.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(3_600_000);
  await running;
  return pieces;
}

const answerFrom = (start: number, text: string, total: number) => () =>
  new Response(text, { status: 206, headers: { "content-range": `bytes ${start}-${start + text.length - 1}/${total}` } });

test("a connection on which nothing comes any more is given up, and resumed", async () => {
  const silent = (): Response =>
    new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("abc")) }));
  expect(await downloadAll(fileOf(5), [silent, answerFrom(3, "de", 5)])).toEqual(["abc", "de"]);
});

test("a file of unknown size ends where the answer ends", async () => {
  expect(await downloadAll(fileOf(), [() => new Response("abc")])).toEqual(["abc"]);
});

test("a range other than the one asked for is not used", async () => {
  const broken = (): Response => new Response("ab");
  expect(await downloadAll(fileOf(4), [broken, answerFrom(1, "bcd", 4), () => new Response("abcd")])).toEqual(["ab", "restart", "abcd"]);
});

test("a server that sends the same beginning again and again is an error in the end", async () => {
  const beginning = (): Response => new Response("ab");
  await expect(
    downloadAll(
      fileOf(4),
      Array.from({ length: 9 }, () => beginning),
    ),
  ).rejects.toMatchObject({ reason: "offline" });
});

test("a range of a file that now has another size is an error at once", async () => {
  const answers = [() => new Response("ab"), answerFrom(2, "cdef", 6)];
  await expect(downloadAll(fileOf(4), answers)).rejects.toMatchObject({ reason: "hash-mismatch" });
});
