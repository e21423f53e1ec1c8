import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type FakeFile, type FakeHub, type FakeHubPlan, type FakeRequest, type Fault, generatedBytes } from "./fake-hub-plan.ts";

const MODELS = new URL("../../../packages/tiny-models/models/", import.meta.url);
const COMMIT = "c0ffee00".repeat(5);
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,Retry-After",
};

interface Served {
  readonly content: Buffer;
  readonly lfs: boolean;
  /** SHA-256 for LFS, else git's object id. */
  readonly oid: string;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
}

/** Starts a hub on loopback, with its content delivery network on another port. */
export async function startFakeHub(plan: FakeHubPlan): Promise<FakeHub> {
  const files = new Map(Object.entries(plan.files).map(([path, file]) => [path, serve(file)]));
  const faults: { fault: Fault; left: number }[] = [];
  let requests: FakeRequest[] = [];

  const take = (on: FakeRequest["on"], path: string, request: IncomingMessage): Fault | undefined => {
    const { method = "GET", headers } = request;
    requests.push({ on, method, path, range: headers.range, ifRange: headers["if-range"] as string, authorization: headers.authorization });
    const found = faults.find(
      ({ fault, left }) => left > 0 && fault.on === on && (fault.path ?? path) === path && (fault.method ?? method) === method,
    );
    if (found) found.left--;
    return found?.fault;
  };

  const cdn = await listen((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1));
    const fault = take("cdn", path, request);
    const file = files.get(path);
    if (!file) return end(response, 404, {});
    return send({ request, response, fault }, file.content, { etag: `"cdn-${file.oid.slice(0, 8)}"` });
  });
  const hub = await listen((request, response) => {
    const { on, revision, path } = parse(request.url!, plan.repository);
    const fault = take(on, path, request);
    const failure = fault?.status === undefined ? refusal(plan, request, on, revision) : { status: fault.status, ...fault };
    if (failure) return end(response, failure.status, failure.headers ?? {}, failure.body);
    if (on === "api") return end(response, 200, { "content-type": "application/json" }, listingOf(files));
    const file = files.get(path);
    const commit = { "x-repo-commit": COMMIT };
    if (!file) return end(response, 404, { ...commit, "x-error-code": "EntryNotFound" }, "Entry not found");
    if (!file.lfs) return send({ request, response, fault }, file.content, { ...commit, etag: `"${file.oid}"` });
    const linked = { "x-linked-etag": `"${file.oid}"`, "x-linked-size": String(file.content.length) };
    return end(response, 302, { ...commit, ...linked, location: `${urlOf(cdn)}/${encodeURIComponent(path)}` }, "Found");
  });

  return {
    endpoint: urlOf(hub),
    commit: COMMIT,
    fault: async (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    clearFaults: async () => void faults.splice(0),
    replace: async (path, file) => void files.set(path, serve(file)),
    async takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    stop: async () => void (await Promise.all([hub, cdn].map(close))),
  };
}

function serve(file: FakeFile): Served {
  const content = contentOf(file);
  const { lfs = false } = file;
  const oid = lfs ? createHash("sha256").update(content) : createHash("sha1").update(`blob ${content.length}\0`).update(content);
  return { content, lfs, oid: oid.digest("hex") };
}

function contentOf(file: FakeFile): Buffer {
  if (file.model !== undefined) return readFileSync(new URL(file.model, MODELS));
  if (file.path !== undefined) return readFileSync(file.path);
  if (file.base64 !== undefined) return Buffer.from(file.base64, "base64");
  return Buffer.from(file.text ?? generatedBytes(file));
}

function parse(url: string, repository: string): { on: "hub" | "api"; revision: string; path: string } {
  const { pathname } = new URL(url, "http://localhost");
  const [, api] = new RegExp(`^/api/models/${repository}/revision/([^/]+)$`, "u").exec(pathname) ?? [];
  if (api !== undefined) return { on: "api", revision: decodeURIComponent(api), path: "" };
  const [, revision = "", path = ""] = new RegExp(`^/${repository}/resolve/([^/]+)/(.+)$`, "u").exec(pathname) ?? [];
  return { on: pathname.startsWith("/api/") ? "api" : "hub", revision: decodeURIComponent(revision), path: decodeURIComponent(path) };
}

interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function refusal(
  { token, hasApi = true }: FakeHubPlan,
  request: IncomingMessage,
  on: "hub" | "api",
  revision: string,
): Refusal | undefined {
  if (on === "api" && !hasApi) return { status: 404, headers: { "content-type": "text/html" }, body: "<!doctype html>" };
  const isAllowed = token === undefined || request.headers.authorization === `Bearer ${token}`;
  if (revision === "" || !isAllowed) return { status: 401, headers: { "x-error-code": "RepoNotFound" } };
  return ["main", COMMIT].includes(revision) ? undefined : { status: 404, headers: { "x-error-code": "RevisionNotFound" } };
}

function listingOf(files: ReadonlyMap<string, Served>): string {
  const siblings = [...files].map(([rfilename, { content, lfs, oid }]) => ({
    rfilename,
    size: content.length,
    blobId: lfs ? "0".repeat(40) : oid,
    ...(lfs && { lfs: { sha256: oid, size: content.length, pointerSize: 134 } }),
  }));
  return JSON.stringify({ id: "org/tiny", sha: COMMIT, siblings });
}

/** Sends a content, or the range of it that is asked for. */
async function send({ request, response, fault }: Exchange, full: Buffer, headers: Record<string, string>): Promise<void> {
  const content = fault?.damaged ? Buffer.from(full.map((byte) => byte ^ 1)) : full;
  if (fault?.status !== undefined) return end(response, fault.status, fault.headers ?? {}, fault.body);
  const { range, "if-range": ifRange } = request.headers;
  const isWanted = !fault?.ignoresRange && (ifRange === undefined || ifRange === headers["etag"]);
  const start = isWanted ? /^bytes=(\d+)-$/u.exec(range ?? "")?.[1] : undefined;
  if (start !== undefined && Number(start) >= content.length) return end(response, 416, { "content-range": `bytes */${content.length}` });
  const body = content.subarray(Number(start ?? 0));
  const contentRange = `bytes ${start}-${content.length - 1}/${content.length}`;
  response.writeHead(start === undefined ? 200 : 206, {
    ...CORS,
    ...headers,
    ...(start !== undefined && { "content-range": contentRange }),
    ...(fault?.truncateAfter === undefined && { "content-length": body.length }),
  });
  if (request.method === "HEAD") return void response.end();
  if (fault?.slow) return sendSlowly(response, body);
  const { resetAfter, truncateAfter } = fault ?? {};
  if (resetAfter === undefined) return void response.end(body.subarray(0, truncateAfter));
  // Late enough for a busy reader to have taken what was sent.
  response.write(body.subarray(0, resetAfter), () => setTimeout(() => response.destroy(), 300));
}

async function sendSlowly(response: ServerResponse, body: Buffer): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += 65_536) {
    response.write(body.subarray(at, at + 65_536));
    await sleep(20);
  }
  response.end();
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body = ""): void {
  response.writeHead(status, { ...CORS, ...headers });
  response.end(body);
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== "OPTIONS") {
      answer(request, response);
      return;
    }
    // The content delivery network lets a page send a range, but no other header of its own.
    response.writeHead(204, { ...CORS, "access-control-allow-headers": "authorization, range", "access-control-allow-methods": "*" }).end();
  });
  // A client may read one file for longer than the usual 5 seconds before it asks for the next on the same connection.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
