import { DecodekitError } from "@decodekit/core";

/**
 * Why a server did not give what was asked of it. "unreachable": no connection, or it broke off. "timeout": no whole answer in time.
 * "unauthorized": the key is missing or refused. "not-found": no such endpoint or model. "rate-limited": too many requests. "refused": it
 * does not accept the request. "server": it failed. "invalid-answer": the answer is not what such a server answers. "answer-too-large": the
 * answer exceeds `maxAnswerBytes`. "wrong-model": it serves another model than expected, or than before. "parts-only": it gives the largest
 * logits of a row only, and all were needed.
 */
export type RemoteErrorReason =
  | "unreachable"
  | "timeout"
  | "unauthorized"
  | "not-found"
  | "rate-limited"
  | "refused"
  | "server"
  | "invalid-answer"
  | "answer-too-large"
  | "wrong-model"
  | "parts-only";

export interface RemoteErrorDetails {
  readonly reason: RemoteErrorReason;
  /** URL of the request, without credentials and query. */
  readonly source: string;
  /** What happened, as a clause that follows the source. */
  readonly problem: string;
  /** What to do, as a sentence. */
  readonly advice: string;
  /** Status code of the answer. */
  readonly status?: number | undefined;
  /** Whether the same request may succeed later. @defaultValue false */
  readonly temporary?: boolean | undefined;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A server did not give what was asked of it. The session is as it was before the call. No message contains a key or a header. */
export class RemoteError extends DecodekitError {
  override readonly name = "RemoteError";
  readonly reason: RemoteErrorReason;
  /** URL of the request, without credentials and query. */
  readonly source: string;
  /** Status code of the answer, if there was one. */
  readonly status: number | undefined;
  /** Whether the same request may succeed later; it was repeated as often as the options say. */
  readonly temporary: boolean;
  /** Milliseconds after which the server wants to be asked again, if it said so. */
  readonly retryAfter: number | undefined;

  constructor({ reason, source, problem, advice, status, temporary = false, retryAfter, cause }: RemoteErrorDetails) {
    super("REMOTE", `${source}: ${problem}. ${advice}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.source = source;
    this.status = status;
    this.temporary = temporary;
    this.retryAfter = retryAfter;
  }
}
