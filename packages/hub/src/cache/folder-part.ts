/// <reference types="node" />
import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import type { Part } from "./model-cache.ts";

/**
 * A part is a file beside its blob. `<blob>.part` belongs to nobody; who writes to it renames it to `<blob>.part-<host>-<process>-<random>`,
 * which only one can do, and back when it stops before the end. A part whose process has ended, or which nobody has written to for
 * this long, belongs to nobody as well. In milliseconds.
 */
const ABANDONED_AFTER = 10 * 60_000;
const HOST = hostname().replaceAll(/[^\w.]/gu, "_");

/** Has `write` write the rest of a blob. The blob appears under its name when it is complete. */
export async function fillPart(blob: string, write: (part: Part) => Promise<void>): Promise<void> {
  const free = `${blob}.part`;
  const owned = `${free}-${HOST}-${process.pid}-${crypto.randomUUID()}`;
  await claim(free, owned);
  const file = await open(owned, "a");
  try {
    await write(await partIn(owned, file));
    await file.sync();
    await file.close();
    await rename(owned, blob);
  } catch (error) {
    await file.close().catch(() => undefined);
    await release(owned, free);
    throw error;
  }
  // Other parts are of no use any more.
  while (await claim(free, owned)) await rm(owned, { force: true });
}

/** Takes an abandoned part. Returns whether there was one. */
async function claim(free: string, owned: string): Promise<boolean> {
  const folder = path.dirname(free);
  const prefix = `${path.basename(free)}-`;
  const others = (await readdir(folder)).filter((name) => name.startsWith(prefix)).map((name) => path.join(folder, name));
  for (const candidate of [free, ...others]) {
    if (candidate !== free && !(await isAbandoned(candidate, candidate.slice(free.length + 1)))) continue;
    // Another process may have been faster.
    if (await succeeds(rename(candidate, owned))) return true;
  }
  return false;
}

async function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}

async function isAbandoned(file: string, owner: string): Promise<boolean> {
  const [, host, id] = /^([\w.]+)-(\d+)-/u.exec(owner) ?? [];
  if (host === HOST && id !== undefined && !isRunning(Number(id))) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** An empty part is not kept, nor one that is shorter than what another process has released meanwhile. */
async function release(owned: string, free: string): Promise<void> {
  const [mine, other] = await Promise.all([sizeOf(owned), sizeOf(free)]);
  await succeeds(mine > other ? rename(owned, free) : rm(owned, { force: true }));
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function partIn(name: string, file: FileHandle): Promise<Part> {
  const there = (await file.stat()).size;
  let bytes = there;
  return {
    get bytes() {
      return bytes;
    },
    async *content() {
      if (there === 0) return;
      for await (const chunk of createReadStream(name, { end: there - 1, highWaterMark: 2 ** 20 })) yield chunk as Uint8Array;
    },
    async append(chunk) {
      await file.appendFile(chunk);
      bytes += chunk.length;
    },
    async restart() {
      await file.truncate(0);
      bytes = 0;
    },
  };
}
