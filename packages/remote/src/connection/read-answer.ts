import { errorOfSize } from "./answer-errors.ts";

/** Reads the body of an answer, of at most `limit` bytes. @throws RemoteError if it is longer; the rest is not read. */
export async function readAnswer(source: string, response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > limit) {
    await response.body?.cancel();
    throw errorOfSize(source, limit);
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader!.read()) {
    length += read.value.length;
    if (length > limit) {
      await reader!.cancel();
      throw errorOfSize(source, limit);
    }
    pieces.push(read.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
