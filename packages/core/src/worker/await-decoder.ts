import type { Decoder } from "../decoder.ts";

/**
 * The decoder that `create` gives; or, once `signal` is aborted, one that ends at once: a plugin may take longer to import than anyone
 * wants to wait.
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

/** Decodes nothing. */
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
