import { invalidAnswer } from "./answer-errors.ts";

/** Returns the value of a JSON text. @throws RemoteError "invalid-answer" for any other text; one that breaks off is worth another try. */
export function jsonOf(bytes: Uint8Array, source: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (cause) {
    throw invalidAnswer(source, `the answer, or its first ${bytes.length} bytes, are not JSON`, { temporary: true, cause });
  }
}
