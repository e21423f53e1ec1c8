/// <reference lib="webworker" />
import type { OfflineMessage } from "./offline/offline.ts";

/*
 * Caches the page for offline use and adds the headers that isolate it, for hosts that cannot send them. It follows three rules: the shell
 * is cached on install; files under assets/ are cached on first use, and the first model brings with it what the page imports on demand;
 * requests to other origins are left alone.
 */
declare const self: ServiceWorkerGlobalScope;

/** Inserted by the build: a name for this version, and the files of the shell and those kept later, relative to this script. */
declare const SHELL: { readonly version: string; readonly files: readonly string[]; readonly later: readonly string[] };

const PREFIX = "compare-";
const shellCache = `${PREFIX}shell-${SHELL.version}`;
/** Cache of files with a digest in their name, which never change. */
const fileCache = `${PREFIX}files`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(shellCache);
      await cache.addAll(SHELL.files.map(shellRequest));
      await self.skipWaiting();
    })(),
  );
});

/** Files with a digest in their name never change: the browser's own copy, which the page has just loaded, will do. */
function shellRequest(file: string): Request {
  return new Request(file, { cache: file.startsWith("./assets/") ? "force-cache" : "no-cache" });
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(
        names.filter((name) => name.startsWith(`${PREFIX}shell-`) && name !== shellCache).map((name) => caches.delete(name)),
      );
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || event.request.headers.has("range")) return;
  event.respondWith(respond(event.request, url));
});

async function respond(request: Request, url: URL): Promise<Response> {
  const isPage = request.mode === "navigate";
  const shell = await caches.open(shellCache);
  try {
    // Pages come from the network if possible, so that a new version appears at once.
    if (isPage) return isolated(await fetch(request).catch(() => notFound), url, await shell.match("./index.html"));
    const isAsset = /\/assets\//.test(url.pathname);
    // The query of a worker's URL, which says what it may connect to, is for this script alone.
    const file = isAsset && url.search !== "" ? new Request(url.origin + url.pathname) : request;
    const cached = (await shell.match(request, { ignoreSearch: true })) ?? (await caches.match(file));
    if (cached) return isolated(cached, url);
    const response = await fetch(file);
    if (response.ok && isAsset) await store(file, response.clone());
    if (response.ok && url.pathname.endsWith(".wasm")) await storeLater();
    return isolated(response, url);
  } catch {
    return Response.error();
  }
}

const notFound = Response.error();

async function store(request: Request, response: Response): Promise<void> {
  try {
    await (await caches.open(fileCache)).put(request, response);
  } catch (error) {
    const message: OfflineMessage = { type: "not-stored", reason: error instanceof Error ? error.message : String(error) };
    for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage(message, []);
  }
}

/** Keeps the rest of the page. Without it, what is missing is fetched when it is used. */
async function storeLater(): Promise<void> {
  const cache = await caches.open(fileCache);
  const missing: Request[] = [];
  for (const file of SHELL.later.map(shellRequest)) if (!(await cache.match(file))) missing.push(file);
  await cache.addAll(missing).catch(() => undefined);
}

/** Adds the headers that isolate a page, and the content security policy of workers, which the page cannot set. */
function isolated(response: Response, url: URL, fallback?: Response): Response {
  const given = response.type === "error" && fallback ? fallback : response;
  if (given.type === "opaqueredirect" || given.status === 0) return given;
  const headers = new Headers(given.headers);
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-embedder-policy", "require-corp");
  headers.set("cross-origin-resource-policy", "same-origin");
  const policy = /plugin-worker-[^/]*\.js$/.test(url.pathname)
    ? POLICIES.plugin
    : /model-worker-[^/]*\.js$/.test(url.pathname)
      ? modelPolicy(url)
      : undefined;
  if (policy) headers.set("content-security-policy", policy);
  return new Response(given.body, { status: given.status, statusText: given.statusText, headers });
}

/** The worker of the model may connect to the host of the page, and to what its URL names: the server of the model that the visitor chose. */
function modelPolicy({ searchParams }: URL): string {
  const sources = searchParams.getAll("connect").filter((source) => /^https?:(\/\/[\w*.-]+(:[\d*]+)?)?$/.test(source));
  return `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${["'self'", ...sources].join(" ")}; worker-src 'self'`;
}

const POLICIES = {
  plugin: "default-src 'none'; script-src 'self' https: http://127.0.0.1:* http://localhost:*; connect-src 'none'",
} as const;
