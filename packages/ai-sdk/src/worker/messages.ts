import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";

/** The part of a worker, or of its scope, that calls go through. Node's workers and ports have `on` in place of listeners. */
export interface CallEndpoint {
  postMessage(message: unknown, transfer: never[]): void;
  addEventListener?(type: "message" | "error", listener: (event: { readonly data?: unknown }) => void): void;
  on?(type: "message" | "exit", listener: (value: unknown) => void): unknown;
}

/** A call, sent with the port of its parts. */
export interface CallMessage {
  readonly decodekit: "ai-sdk-call";
  readonly options: Omit<LanguageModelV4CallOptions, "abortSignal">;
  readonly port: MessagePort;
}

/** What comes back through the port. */
export type AnswerMessage =
  | { readonly type: "part"; readonly part: LanguageModelV4StreamPart }
  | { readonly type: "end" }
  | { readonly type: "failure"; readonly error: SentError };

/** An error as plain data. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Returns an error as plain data, with those of its own members that can be sent. */
export function sendable(error: unknown): SentError {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  const members = error instanceof Error ? Object.entries(error) : [];
  return { name, message, fields: Object.fromEntries(members.filter(([, value]) => isPlain(value))) };
}

/** Returns an error with the name, message and members of one that was sent. */
export function received({ name, message, fields }: SentError): Error {
  return Object.assign(new Error(message), fields, { name });
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "undefined"].includes(typeof value);
}
