import { RemoteError, type RemoteErrorDetails } from "../remote-error.ts";

/** Longest text of a server that a message quotes, in characters. */
const LONGEST_QUOTE = 300;

/** The error for a request that got no answer, or whose answer broke off. */
export function errorOfConnection(source: string, cause: unknown): RemoteError {
  const problem = `the server could not be reached, or the connection broke off (${reasonOf(cause)})`;
  const advice = "Check that it runs there and, for a page, that it allows the page's origin (CORS).";
  return new RemoteError({ reason: "unreachable", source, problem, advice, temporary: true, cause });
}

/** The error for an attempt that took too long. */
export function errorOfTimeout(source: string, milliseconds: number): RemoteError {
  const problem = `no whole answer within ${milliseconds} ms`;
  return new RemoteError({ reason: "timeout", source, problem, advice: "Raise timeoutMilliseconds for a slow server.", temporary: true });
}

/** The error for an answer that exceeds the limit. */
export function errorOfSize(source: string, limit: number): RemoteError {
  const advice = "Raise maxAnswerBytes, or use a sampler that needs parts of rows only, such as greedy or top-p.";
  return new RemoteError({ reason: "answer-too-large", source, problem: `the answer exceeds ${limit} bytes`, advice });
}

/** The error for an answer that is not what such a server answers: `problem` says what is wrong with it. */
export function invalidAnswer(
  source: string,
  problem: string,
  options: { readonly temporary?: boolean; readonly cause?: unknown } = {},
): RemoteError {
  const advice = "Check that the URL is that of such a server, and its version.";
  return new RemoteError({ reason: "invalid-answer", source, problem, advice, ...options });
}

/** The error for an answer with a status of 300 or above; `text` is its body, without secrets. */
export function errorOfStatus(source: string, { status, statusText, headers }: Response, text: string): RemoteError {
  const message = messageIn(text);
  const problem = `the server answered ${status} ${statusText}`.trimEnd() + (message === "" ? "" : `: ${message}`);
  return new RemoteError({ source, status, problem, ...detailsOf(status, millisecondsOf(headers.get("retry-after"))) });
}

type Details = Pick<RemoteErrorDetails, "reason" | "advice" | "temporary" | "retryAfter">;

function detailsOf(status: number, retryAfter: number | undefined): Details {
  if (status < 400)
    return { reason: "refused", advice: "Redirects are not followed, since they would get the key: use the URL that it leads to." };
  if (status === 401 || status === 403) return { reason: "unauthorized", advice: "Check apiKey or headers." };
  if (status === 404)
    return { reason: "not-found", advice: "Check the URL, which is what stands before the engine's own paths, and the model's name." };
  if (status === 429)
    return { reason: "rate-limited", advice: "Ask less often, or raise the server's limit.", temporary: true, retryAfter };
  if (status === 408 || status >= 500) return { reason: "server", advice: "See the server's log.", temporary: true, retryAfter };
  return { reason: "refused", advice: "Check the options, and the server's version and settings." };
}

/** Returns what the body of an error says, in a form of OpenAI's, FastAPI's or KServe's, or its beginning. */
function messageIn(text: string): string {
  const message = textOf(parsed(text)) ?? text;
  const line = message.replaceAll(/\s+/gu, " ").trim().replace(/\.$/u, "");
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)} …` : line;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const { error, message, detail } = value as Record<string, unknown>;
  return textOf(error) ?? textOf(message) ?? textOf(detail);
}

/** Reads a Retry-After header: seconds or a date. */
function millisecondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const milliseconds = /^\d+$/u.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

/** In Node, the reason of a failed `fetch` is the error's cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
