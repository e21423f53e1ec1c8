import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

const COMMIT = "b".repeat(40);

interface ServedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A server on loopback that has the files of one folder under the URLs of a hub. */
export interface HubServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Serves the files of `folder` for which `isServed`, by their paths with slashes, as the repository `repository`. Hashes them before it
 * resolves.
 */
export async function serveAsHub(folder: string, repository: string, isServed: (file: string) => boolean): Promise<HubServer> {
  const files = new Map<string, ServedFile>();
  for (const entry of await readdir(folder, { recursive: true })) {
    const name = entry.split(path.sep).join("/");
    const found = path.join(folder, entry);
    if (!isServed(name) || name.split("/").some((part) => part.startsWith("."))) continue;
    const { size, isFile } = await stat(found).then((stats) => ({ size: stats.size, isFile: stats.isFile() }));
    if (isFile) files.set(name, { path: found, bytes: size, sha256: await hashOf(found) });
  }
  const prefix = `/${repository}/resolve/`;
  const server = createServer(({ method, url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    if (pathname.startsWith(prefix)) {
      const name = decodeURIComponent(pathname.slice(prefix.length).replace(/^[^/]+\//u, ""));
      answer(response, files.get(name), method === "HEAD");
    } else {
      response.writeHead(404, { "content-type": "text/html" }).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answer(response: ServerResponse, file: ServedFile | undefined, isHead: boolean): void {
  const commit = { "x-repo-commit": COMMIT };
  if (!file) {
    response.writeHead(404, { ...commit, "x-error-code": "EntryNotFound" }).end();
    return;
  }
  const linked = { "x-linked-etag": `"${file.sha256}"`, "x-linked-size": String(file.bytes) };
  response.writeHead(200, { ...commit, ...linked, etag: `"${file.sha256}"`, "content-length": file.bytes });
  if (isHead) response.end();
  else createReadStream(file.path).pipe(response);
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
