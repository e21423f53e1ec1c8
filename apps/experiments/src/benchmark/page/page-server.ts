import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Cross-origin isolation, which threads need. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cache-control": "no-store",
};

const HTML = '<!doctype html><title>benchmark</title><link rel="icon" href="data:," /><script type="module" src="/page/page.js"></script>';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an empty page with the script /page/page.js on loopback, and the folders in `mounts` below their names: { model: "/a/folder" }. */
export async function servePage(mounts: Readonly<Record<string, string>>): Promise<PageServer> {
  const server = createServer(({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const [, mount = "", ...rest] = decodeURIComponent(pathname).split("/");
    const folder = mounts[mount];
    if (pathname === "/") response.writeHead(200, { ...HEADERS, "content-type": "text/html" }).end(HTML);
    else void send(response, folder === undefined ? undefined : path.join(folder, path.normalize(`/${rest.join("/")}`)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(response: ServerResponse, file: string | undefined): Promise<void> {
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (file === undefined || !found?.isFile()) {
    response.writeHead(404, HEADERS).end();
    return;
  }
  const type = TYPES[path.extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { ...HEADERS, "content-type": type, "content-length": found.size });
  createReadStream(file).pipe(response);
}
