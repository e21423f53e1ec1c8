import { HubError, type HubErrorDetails } from "./hub-error.ts";

const LOG_IN = "needs a token of an account that may read it (option `token`; in Node also HF_TOKEN).";

/** Returns whether an answer says that the repository has no such file. */
export function isAbsence({ status, headers }: Response): boolean {
  return (status === 404 || status === 410) && ["EntryNotFound", null].includes(headers.get("x-error-code"));
}

/** Returns whether an answer is a page in place of a file, as servers of single-page apps send it. */
export function isPage({ status, headers }: Response, path: string): boolean {
  return status === 200 && (headers.get("content-type") ?? "").startsWith("text/html") && !/\.html?$/iu.test(path);
}

/** Describes an answer, in words that follow a file's path. */
export function describeAnswer({ status, statusText, headers }: Response): string {
  const type = headers.get("content-type");
  return `the server answered ${status} ${statusText}`.trim() + (type ? ` with ${type}` : "");
}

/** The error for a request that got no answer, or whose answer broke off. */
export function errorOfConnection(source: string, problem: string, cause: unknown): HubError {
  const advice = "Check the connection and the endpoint, or use `localOnly` with a cached model.";
  return new HubError({ reason: "offline", source, problem: `${problem} (${describeCause(cause)})`, advice, temporary: true, cause });
}

/** The error for an answer that is neither the file nor its absence. */
export function errorOfAnswer(source: string, response: Response, hasToken: boolean): HubError {
  const { status, headers } = response;
  const message = headers.get("x-error-message");
  const answer = describeAnswer(response) + (message ? `: ${message.replace(/\.$/u, "")}` : "");
  return new HubError({ source, ...detailsOf(status, headers, hasToken, answer) });
}

type Details = Omit<HubErrorDetails, "source">;

function detailsOf(status: number, headers: Headers, hasToken: boolean, problem: string): Details {
  switch (headers.get("x-error-code")) {
    case "GatedRepo": {
      const advice = `Accept its terms on its page of the hub. ${hasToken ? "The token must belong to that account." : `It ${LOG_IN}`}`;
      return { reason: "gated", problem, advice };
    }
    case "RevisionNotFound":
      return { reason: "revision-not-found", problem, advice: "Check the option `revision`: it must be a branch, tag or commit." };
    case "RepoNotFound": {
      const advice = `Check the name. A private repository ${LOG_IN}`;
      return { reason: "repository-not-found", problem, advice };
    }
    default:
      return ofStatus(status, headers, hasToken, problem);
  }
}

function ofStatus(status: number, headers: Headers, hasToken: boolean, problem: string): Details {
  if (status === 401 || status === 403) {
    return { reason: "unauthorized", problem, advice: hasToken ? "Check the token: it is refused." : `The repository ${LOG_IN}` };
  }
  // The Hub says it as `RateLimit: "resolvers";r=0;t=120`.
  const retryAfter = millisecondsOf(headers.get("retry-after") ?? /;\s*t=(\d+)/u.exec(headers.get("ratelimit") ?? "")?.[1] ?? null);
  if (status === 429) {
    const wait = retryAfter === undefined ? "a while" : `${Math.ceil(retryAfter / 1000)} s`;
    return { reason: "rate-limited", problem, advice: `Try again after ${wait}; a token raises the limit.`, temporary: true, retryAfter };
  }
  const temporary = status >= 500 || status === 408;
  return { reason: "server", problem, advice: temporary ? "Try again later." : "Check the endpoint.", temporary, retryAfter };
}

/** Reads a Retry-After header: seconds or a date. */
function millisecondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const milliseconds = /^\d+$/u.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

/** In Node, the reason of a failed `fetch` is the error's cause. */
function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
