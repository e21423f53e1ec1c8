import { DecodekitError } from "@decodekit/core";

/**
 * Why the hub could not give a file. "gated": its terms are not accepted. "unauthorized": the token is refused.
 * "repository-not-found": there is no such repository, or it is private. "revision-not-found": no such branch, tag or commit.
 * "offline": the hub cannot be reached, and the file is not cached. "hash-mismatch": what came is not the file of the repository.
 * "quota": the disk or the storage of the page is full. "rate-limited": too many requests. "server": any other answer.
 */
export type HubErrorReason =
  | "gated"
  | "unauthorized"
  | "repository-not-found"
  | "revision-not-found"
  | "offline"
  | "hash-mismatch"
  | "quota"
  | "rate-limited"
  | "server";

export interface HubErrorDetails {
  readonly reason: HubErrorReason;
  /** URL of the request, without the token; the path of a file in the cache for "quota". */
  readonly source: string;
  /** What happened, as a clause that follows the source. */
  readonly problem: string;
  /** What to do, as a sentence. */
  readonly advice: string;
  /** Whether the same request may succeed later. @defaultValue false */
  readonly temporary?: boolean | undefined;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A file could not be had from the hub. `loadModel` throws it as the `cause` of a ModelLoadError that names the file. */
export class HubError extends DecodekitError {
  override readonly name = "HubError";
  readonly reason: HubErrorReason;
  /** URL of the request, or path of the file in the cache. */
  readonly source: string;
  /** Whether the same request may succeed later; such a request was repeated a few times already. */
  readonly temporary: boolean;
  /** Milliseconds after which the server wants to be asked again, if it said so. */
  readonly retryAfter: number | undefined;

  constructor({ reason, source, problem, advice, temporary = false, retryAfter, cause }: HubErrorDetails) {
    super("HUB", `${source}: ${problem}. ${advice}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.source = source;
    this.temporary = temporary;
    this.retryAfter = retryAfter;
  }
}

/** The error for a content that is not the one that the hub named. */
export function wrongContent(source: string, problem: string): HubError {
  const advice = "Try again; if it stays so, the hub or a proxy before it is at fault.";
  return new HubError({ reason: "hash-mismatch", source, problem, advice });
}
