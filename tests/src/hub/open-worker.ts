import { hub } from "@decodekit/hub";

/** Opens a file of a hub as another tab would, and posts its size and the sum of its bytes. */
globalThis.addEventListener("message", ({ data }: MessageEvent<{ endpoint: string; cache: string; path: string }>) => {
  void (async () => {
    const file = await hub("org/tiny", { endpoint: data.endpoint, cache: data.cache }).open(data.path, {});
    if ("absent" in file) throw new Error(file.absent);
    const bytes = new Uint8Array(await new Response(file.stream()).arrayBuffer());
    let sum = 0;
    for (const byte of bytes) sum += byte;
    (globalThis as unknown as MessagePort).postMessage({ bytes: bytes.length, sum }, []);
  })();
});
