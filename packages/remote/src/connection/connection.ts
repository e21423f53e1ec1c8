import type { ResolvedOptions } from "@decodekit/core";
import { RemoteError } from "../remote-error.ts";
import { errorOfConnection, errorOfStatus, errorOfTimeout } from "./answer-errors.ts";
import type { CONNECTION_OPTIONS, ConnectionOptions } from "./connection-options.ts";
import { jsonOf } from "./json-of.ts";
import { readAnswer } from "./read-answer.ts";
import { waitToRetry } from "./wait-to-retry.ts";

/** One request. What it asks for depends on nothing that the server keeps, so that it may be repeated. */
export interface RemoteRequest<Result> {
  /** After the connection's URL, with a leading slash. */
  readonly path: string;
  /** @defaultValue a GET request */
  readonly body?: { readonly content: string | Uint8Array<ArrayBuffer>; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Reads the whole answer, from `source`. An error that it throws counts as a failure of the attempt. */
  readonly read: (answer: Answer, source: string) => Result;
}

export interface Answer {
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a connection has done, for measurements. */
export interface ConnectionUsage {
  /** Requests that were sent, repetitions included. */
  readonly requests: number;
  /** Attempts that failed. */
  readonly failures: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** The options with their defaults. */
type Settings = ResolvedOptions<ConnectionOptions, typeof CONNECTION_OPTIONS>;

/** Sends requests to one server: with the key, limits of time and size, and repetitions. */
export class Connection {
  /** URL of the server, without credentials and query. */
  readonly source: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];
  readonly #settings: Settings;
  readonly #usage = { requests: 0, failures: 0, bytesSent: 0, bytesReceived: 0 };

  constructor(settings: Settings) {
    const { url, apiKey, headers } = settings;
    const { origin, pathname, username, password } = new URL(url);
    this.source = origin + pathname.replace(/\/+$/u, "");
    // Browsers and Node refuse URLs with credentials in fetch.
    const login =
      username === "" ? {} : { authorization: `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}` };
    this.#headers = { ...login, ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...headers };
    this.#secrets = [apiKey, decodeURIComponent(password), ...Object.values(headers ?? {})].filter(
      (each) => each !== undefined && each !== "",
    ) as string[];
    this.#settings = settings;
  }

  get usage(): ConnectionUsage {
    return { ...this.#usage };
  }

  /**
   * Sends a request until it succeeds. @throws RemoteError if it fails for good, or as often as the options say. Once the signal is aborted,
   * it closes the connection, which is how the server learns of it, and throws the signal's reason.
   */
  async send<Result>(request: RemoteRequest<Result>): Promise<Result> {
    for (let failures = 0; ; failures++) {
      request.signal?.throwIfAborted();
      try {
        return await this.#attempt(request);
      } catch (error) {
        request.signal?.throwIfAborted();
        this.#usage.failures++;
        await waitToRetry(error, failures, this.#settings.retries, request.signal);
      }
    }
  }

  /** As `send`, with an answer in JSON. */
  sendJson<Result>({
    path,
    body,
    signal,
    read,
  }: Omit<RemoteRequest<Result>, "body" | "read"> & {
    readonly body?: unknown;
    readonly read: (answer: unknown, source: string) => Result;
  }): Promise<Result> {
    return this.send({
      path,
      signal,
      body: body === undefined ? undefined : { content: JSON.stringify(body), headers: { "content-type": "application/json" } },
      read: ({ bytes }, source) => read(jsonOf(bytes, source), source),
    });
  }

  async #attempt<Result>(request: RemoteRequest<Result>): Promise<Result> {
    const source = this.source + request.path;
    const { timeoutMilliseconds } = this.#settings;
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(errorOfTimeout(source, timeoutMilliseconds)), timeoutMilliseconds);
    const answer = await this.#receive(source, request, ending.signal)
      .catch((error: unknown) => {
        if (ending.signal.aborted) throw ending.signal.reason;
        throw error instanceof RemoteError ? error : errorOfConnection(source, error);
      })
      .finally(() => clearTimeout(timer));
    return request.read(answer, source);
  }

  async #receive(source: string, { body, signal }: Pick<RemoteRequest<unknown>, "body" | "signal">, ending: AbortSignal): Promise<Answer> {
    this.#usage.requests++;
    this.#usage.bytesSent += body?.content.length ?? 0;
    const response = await fetch(source, {
      method: body ? "POST" : "GET",
      headers: { ...this.#headers, ...body?.headers },
      body: body?.content ?? null,
      redirect: "manual",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, ending]) : ending,
    });
    if (response.type === "opaqueredirect") throw errorOfStatus(source, new Response(null, { status: 302, statusText: "redirect" }), "");
    const bytes = await readAnswer(source, response, this.#settings.maxAnswerBytes);
    this.#usage.bytesReceived += bytes.length;
    if (!response.ok) throw errorOfStatus(source, response, this.#withoutSecrets(new TextDecoder().decode(bytes)));
    return { headers: response.headers, bytes };
  }

  #withoutSecrets(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, "…"), text);
  }
}
