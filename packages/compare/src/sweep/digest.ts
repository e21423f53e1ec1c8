import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** Returns the SHA-256, in hexadecimal, of a value's JSON in the one form that RFC 8785 gives it. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalize(value)!).digest("hex");
}
