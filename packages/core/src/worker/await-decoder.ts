import type { Decoder } from "../contracts/decoder.ts";

/**
 * Returns the decoder of `create`, or once `signal` is aborted, a decoder that ends at once: importing a plugin may take too long to
 * wait for.
 */
export function awaitDecoder(name: string, create: () => Promise<Decoder>, signal: AbortSignal): Promise<Decoder> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(abortedDecoder(name));
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { once: true });
    create()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Returns a decoder that decodes nothing. */
function abortedDecoder(name: string): Decoder {
  return {
    name,
    requires: [],
    async *decode(_models, prompt) {
      yield { type: "decode-start", promptLength: prompt.length };
      yield { type: "decode-end", finishReason: "abort" };
    },
  };
}
