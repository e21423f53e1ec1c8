import { errorOfAnswer, errorOfConnection, isAbsence } from "./answer-errors.ts";

/** The hub that requests go to. */
export interface Hub {
  /** URL without a trailing slash. */
  readonly endpoint: string;
  readonly token: string | undefined;
}

export interface HubRequest {
  /** On the hub's own host. */
  readonly url: string;
  readonly method?: "GET" | "HEAD" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @defaultValue "follow" */
  readonly redirect?: "follow" | "manual" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds after which a hub that does not begin to answer counts as unreachable. */
const TIMEOUT = 30_000;

/**
 * Sends one request, with the token. A followed redirect to another host does not get the token: `fetch` drops it.
 * Resolves with an answer that has the file, a redirect, 416, or 404 for a file that does not exist.
 * @throws HubError for any other answer, or none.
 */
export async function send(hub: Hub, { url, method = "GET", headers, redirect = "follow", signal }: HubRequest): Promise<Response> {
  const authorization = hub.token !== undefined && isOf(hub, url) ? { authorization: `Bearer ${hub.token}` } : {};
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`no answer within ${TIMEOUT / 1000} s`)), TIMEOUT);
  const response = await fetch(url, {
    method,
    redirect,
    headers: { ...headers, ...authorization },
    signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    // The HTTP cache would hold a second copy of the model, and may answer for a server that cannot be reached.
    cache: "no-store",
  }).catch((error: unknown) => {
    clearTimeout(timer);
    signal?.throwIfAborted();
    throw errorOfConnection(url, "could not be requested", error);
  });
  clearTimeout(timer);
  if (response.status < 400 || response.status === 416 || isAbsence(response)) return response;
  await response.body?.cancel();
  throw errorOfAnswer(url, response, hub.token !== undefined);
}

/** Returns whether a URL is on the hub's own host. */
export function isOf({ endpoint }: Hub, url: string): boolean {
  return new URL(url).origin === new URL(endpoint).origin;
}
