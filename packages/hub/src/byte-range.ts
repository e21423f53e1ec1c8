import { environment } from "#environment";
import { describeAnswer, isAbsence, isPage } from "./answer-errors.ts";
import { HubError, wrongContent } from "./hub-error.ts";
import type { RemoteFile } from "./remote-file.ts";

/**
 * The `If-Range` header makes the server send the whole file if it has changed. Pages compare the ETags instead: with this header, each
 * request, also to the host that has the content, would need the permission of a preflight request.
 */
export function rangeFrom(at: number, etag: string | undefined): Record<string, string> {
  // The size that the hub states is that of the uncompressed file.
  const encoding: Record<string, string> = environment.seesRedirects ? { "accept-encoding": "identity" } : {};
  if (at === 0) return encoding;
  const isStrong = etag !== undefined && !etag.startsWith("W/");
  return { ...encoding, range: `bytes=${at}-`, ...(environment.seesRedirects && isStrong && { "if-range": etag }) };
}

/** Where the body of an answer begins; "complete" if nothing follows what is there; "elsewhere" if the body cannot be used. */
type RangeStart = number | "complete" | "elsewhere";

/** Returns where the body of an answer to a request from `at` on begins. */
export function startOf(response: Response, at: number, etag: string | undefined): RangeStart {
  const { status, headers } = response;
  const range = /^bytes (?:(?<start>\d+)-\d+|\*)\/(?<total>\d+|\*)$/u.exec(headers.get("content-range") ?? "")?.groups;
  if (status === 416) return range?.["total"] === String(at) ? "complete" : "elsewhere";
  if (status !== 206) return 0;
  const isSame = etag === undefined || !headers.has("etag") || headers.get("etag") === etag;
  // A page may not be shown the range; then the size and the hash tell.
  return isSame && (range === undefined || Number(range["start"]) === at) ? at : "elsewhere";
}

/** @throws HubError for an answer that is not the file, though the hub said there is one. */
export function rejectOthers(source: string, response: Response, start: RangeStart): void {
  if (typeof start !== "number") {
    const problem = `${describeAnswer(response)} to a request for the rest of the file`;
    throw new HubError({ reason: "server", source, problem, advice: "Try again later.", temporary: true });
  }
  if (response.ok && !isAbsence(response) && !isPage(response, source)) return;
  const problem = `${describeAnswer(response)}, though the hub lists the file`;
  throw new HubError({ reason: "server", source, problem, advice: "Try again later, or check the endpoint." });
}

/** @throws HubError if the answer is a content of another size than the hub stated. */
export function rejectOtherSize({ url, bytes }: RemoteFile, { status, headers }: Response): void {
  const length = status === 200 && !headers.has("content-encoding") ? headers.get("content-length") : null;
  const total = /^bytes .*\/(\d+)$/u.exec(headers.get("content-range") ?? "")?.[1] ?? length;
  if (bytes === undefined || total === null || Number(total) === bytes) return;
  throw wrongContent(url, `has ${total} bytes, but the hub stated ${bytes}`);
}
