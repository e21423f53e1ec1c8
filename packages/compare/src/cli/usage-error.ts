/** The command was called wrongly; the message says how to do it right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
