import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".jsonl": "application/jsonl",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

export interface DistServer {
  readonly url: string;
  /** Requested paths. */
  readonly requests: readonly string[];
  /** Bytes of all bodies sent so far. */
  readonly sentBytes: () => number;
  /** Serves a local folder under a prefix such as "/own/". */
  readonly mount: (prefix: string, folder: string) => void;
  /** Serves `content` at a path instead of the file. */
  readonly override: (path: string, content: string, type?: string) => void;
  readonly close: () => Promise<void>;
}

/**
 * Serves the built page as a minimal static host does: the only headers are content type, length, and permission for other origins to read.
 */
export async function serveDist(): Promise<DistServer> {
  const requests: string[] = [];
  const overrides = new Map<string, { readonly content: string; readonly type: string }>();
  const mounts = new Map<string, string>([["/", dist]]);
  let sent = 0;
  const answer = (response: ServerResponse, content: Buffer | string, type: string): void => {
    sent += content.length;
    response
      .writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(content), "access-control-allow-origin": "*" })
      .end(content);
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    requests.push(pathname);
    const override = overrides.get(pathname);
    if (override) {
      answer(response, override.content, override.type);
      return;
    }
    const [prefix, folder] = [...mounts].findLast(([start]) => pathname.startsWith(start))!;
    const relative = pathname.slice(prefix.length);
    const file = path.join(folder, path.normalize(relative === "" || relative.endsWith("/") ? `${relative}index.html` : relative));
    readFile(file).then(
      (content) => answer(response, content, TYPES[path.extname(file)] ?? "application/octet-stream"),
      () => response.writeHead(404).end("not found"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    sentBytes: () => sent,
    mount: (prefix, folder) => void mounts.set(prefix, folder),
    override: (name, content, type = "text/javascript") => void overrides.set(name, { content, type }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
