/** The content of a file, and the server's answer for messages. */
export interface FileContent {
  readonly bytes: Uint8Array;
  /** Size of the whole file, if `bytes` is only its beginning. @defaultValue bytes.length */
  readonly length?: number | undefined;
  /** The server's answer; undefined without a server. */
  readonly answer: string | undefined;
}

/** Describes the content, for the end of a message: "it has 5 bytes and begins with "<html"; the server answered 200 OK with text/html". */
export function describeContent({ bytes, length = bytes.length, answer }: FileContent): string {
  const begins =
    length === 0 ? "it is empty" : `it has ${length} ${length === 1 ? "byte" : "bytes"} and begins with ${describeStart(bytes)}`;
  return answer === undefined ? begins : `${begins}; ${answer}`;
}

/**
 * Returns whether a server's answer means that the file is missing: an empty answer, or a page. Servers of single-page apps answer with
 * index.html and status 200, others list a folder. Such content without a server is a damaged file.
 */
export function indicatesAbsence({ bytes, answer }: FileContent): boolean {
  return answer !== undefined && (bytes.length === 0 || isPage(bytes));
}

/** Returns whether the content begins like HTML or XML, as neither JSON nor ONNX can. */
function isPage(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 256)).trimStart().startsWith("<");
}

function describeStart(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 32);
  // The last character may be incomplete.
  const text = new TextDecoder().decode(start).replace(/\ufffd$/, "");
  if (!/[^\P{Cc}\s]|\ufffd/u.test(text)) return JSON.stringify(text);
  return `the bytes ${Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
