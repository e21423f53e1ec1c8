const CHUNK = 8192;

/** Text that was inflated beyond the limit, or bytes that are not deflated text. */
export class InflateError extends Error {
  override readonly name = "InflateError";
}

/** Deflates the UTF-8 bytes of `text`, and writes them in base64url, without padding. */
export async function deflateToBase64(text: string): Promise<string> {
  const deflated = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
  const bytes = new Uint8Array(deflated);
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK) binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Returns the text that `deflateToBase64` wrote.
 * @throws InflateError if `base64` is anything else, or inflates to more than `maxBytes`: inflating stops there.
 */
export async function inflateFromBase64(base64: string, maxBytes: number): Promise<string> {
  const inflated = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  let text = "";
  try {
    for (const reader = inflated.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.length;
      if (bytes > maxBytes) {
        await reader.cancel();
        throw new InflateError(`The text inflates to more than ${maxBytes} bytes.`);
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (error instanceof InflateError) throw error;
    throw new InflateError("These bytes are not deflated text.", { cause: error });
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  // `atob` also accepts white space, padding and the other alphabet.
  if (!/^[\w-]*$/.test(base64)) throw new InflateError("This is not base64url.");
  try {
    return Uint8Array.from(atob(base64.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  } catch (error) {
    throw new InflateError("This is not base64url.", { cause: error });
  }
}
