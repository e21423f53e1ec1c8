import { objectOption, type OptionDefinitions } from "@decodekit/core";

/** How to reach a server. */
export interface ConnectionOptions {
  /** Where the server is, for example "http://127.0.0.1:8080": what stands before the engine's own paths. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. @defaultValue none */
  readonly apiKey?: string | undefined;
  /** Further headers of every request. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Time for one attempt, until the whole answer is there, in milliseconds. @defaultValue 120_000 */
  readonly timeoutMilliseconds?: number | undefined;
  /**
   * How often a request is repeated that failed for a reason that may pass: 250 ms later, then after twice as long, or after what the
   * server asks for, up to a minute. @defaultValue 4
   */
  readonly retries?: number | undefined;
  /** Largest answer that is read, in bytes. @defaultValue 268_435_456, 256 MiB */
  readonly maxAnswerBytes?: number | undefined;
}

const isHttpUrl = (value: unknown): boolean =>
  typeof value === "string" && URL.canParse(value) && /^https?:$/u.test(new URL(value).protocol) && new URL(value).search === "";

const isHeaders = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every((each) => typeof each === "string");

export const CONNECTION_OPTIONS = {
  url: { ...objectOption("a URL with http or https, without a query", isHttpUrl), required: true },
  apiKey: { type: "string", help: "Key of the server" },
  headers: objectOption("an object whose values are strings", isHeaders),
  timeoutMilliseconds: { type: "integer", help: "Time for one attempt", default: 120_000, minimum: 1 },
  retries: { type: "integer", help: "How often a failed request is repeated", default: 4, minimum: 0 },
  maxAnswerBytes: { type: "integer", help: "Largest answer that is read", default: 2 ** 28, minimum: 1 },
} as const satisfies OptionDefinitions<ConnectionOptions>;
