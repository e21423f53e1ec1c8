/** The kinds of errors that the API knows, by the member `type` of its error object. */
type ApiErrorType = "invalid_request_error" | "authentication_error" | "rate_limit_error" | "server_error";

/** The error object of the API. */
export interface ApiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: ApiErrorType;
    /** The parameter at fault, such as "messages[0].role". */
    readonly param: string | null;
    readonly code: string | null;
  };
}

interface ApiErrorDetails {
  /** @defaultValue 400 */
  readonly status?: 400 | 401 | 403 | 404 | 413 | 415 | 429 | 500 | 503 | undefined;
  /** @defaultValue "invalid_request_error" */
  readonly type?: ApiErrorType | undefined;
  readonly param?: string | undefined;
  readonly code?: string | undefined;
  /** When to try again. @defaultValue the answer does not say */
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** An error that is answered to the client as it is. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  declare readonly status: NonNullable<ApiErrorDetails["status"]>;
  declare readonly body: ApiErrorBody;
  declare readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: ApiErrorDetails = {}) {
    const { status = 400, type = "invalid_request_error", param, code, retryAfterSeconds, cause } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.body = { error: { message, type, param: param ?? null, code: code ?? null } };
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The headers of the answer. */
  get headers(): Record<string, string> {
    return this.retryAfterSeconds === undefined ? {} : { "retry-after": String(this.retryAfterSeconds) };
  }
}
