/** A file that was read, with what is known of it for messages. */
export interface FileContent {
  readonly bytes: Uint8Array;
  /** What the server said that gave it; undefined where none was asked. */
  readonly answer: string | undefined;
}

/** A sentence's end that says what came: "it has 5 bytes and begins with "<html"; the server answered 200 OK with text/html". */
export function describeContent({ bytes, answer }: FileContent): string {
  const begins =
    bytes.length === 0
      ? "it is empty"
      : `it has ${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"} and begins with ${describeStart(bytes)}`;
  return answer === undefined ? begins : `${begins}; ${answer}`;
}

/**
 * Whether this is how a server tells that it has no such file: nothing, or a page. Servers of single-page apps answer index.html with
 * status 200, others list a folder. What does not come from a server is never that: it is a damaged file.
 */
export function tellsAbsence({ bytes, answer }: FileContent): boolean {
  return answer !== undefined && (bytes.length === 0 || isPage(bytes));
}

/** HTML or XML, which neither JSON nor ONNX can begin like. */
function isPage(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 256)).trimStart().startsWith("<");
}

function describeStart(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 32);
  // The last character may be cut.
  const text = new TextDecoder().decode(start).replace(/\ufffd$/, "");
  if (!/[^\P{Cc}\s]|\ufffd/u.test(text)) return JSON.stringify(text);
  return `the bytes ${Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
