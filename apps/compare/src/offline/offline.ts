/** A message from the service worker to its pages. */
export interface OfflineMessage {
  readonly type: "not-stored";
  readonly reason: string;
}

const MILLISECONDS_TO_WAIT = 4000;

let registered: Promise<unknown> | undefined;

/** Registers the service worker, which makes the page work offline and isolates it. `onMessage` receives its messages. */
export function startOffline(onMessage: (message: OfflineMessage) => void): void {
  const { serviceWorker } = navigator as Partial<Navigator>;
  if (!serviceWorker || !import.meta.env.PROD) return;
  serviceWorker.addEventListener("message", ({ data }) => onMessage(data as OfflineMessage));
  const controlled = new Promise<void>((resolve) => {
    if (serviceWorker.controller) resolve();
    else serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  registered = serviceWorker.register("./service-worker.js").then(() => controlled);
  registered.catch((error: unknown) => onMessage({ type: "not-stored", reason: String(error) }));
}

/** Resolves once requests go through the service worker, or when registration failed or took over `MILLISECONDS_TO_WAIT`. */
export async function whenOffline(): Promise<void> {
  if (!registered) return;
  await Promise.race([registered.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, MILLISECONDS_TO_WAIT))]);
}

/**
 * Fetches the scripts again that this visit loaded before the service worker was there, which keeps them. For those that are not part of
 * every visit; the browser has them already.
 */
export async function keepLoadedScripts(): Promise<void> {
  await whenOffline();
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const scripts = loaded.filter(({ origin, pathname }) => origin === location.origin && /\/assets\/[^/]+\.js$/.test(pathname));
  await Promise.all(scripts.map((url) => fetch(url, { cache: "force-cache" }).catch(() => undefined)));
}
