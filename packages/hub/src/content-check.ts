import { environment } from "#environment";
import type { Digest } from "./environment/environment.ts";
import { HubError } from "./hub-error.ts";
import type { RemoteFile } from "./remote-file.ts";

/** Checks that a content is the one that the hub names: its hash, or its size if no hash is known. */
export class ContentCheck {
  readonly #file: RemoteFile;
  #digest: Digest | undefined;
  #bytes = 0;

  constructor(file: RemoteFile) {
    this.#file = file;
    this.restart();
  }

  restart(): void {
    this.#bytes = 0;
    this.#digest = digestOf(this.#file);
  }

  update(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#digest?.update(chunk);
  }

  /** To be called at the end of the content. @throws HubError if it is another one. */
  finish(): void {
    const { url, bytes, objectId } = this.#file;
    const hex = this.#digest?.hex();
    const isRight = (bytes === undefined || bytes === this.#bytes) && (hex === undefined || hex === objectId!.hex);
    if (isRight) return;
    const problem =
      hex === undefined || bytes !== this.#bytes
        ? `has ${this.#bytes} bytes, but the hub states ${bytes}`
        : `the content does not have the hash ${objectId!.hex} that the hub states, but ${hex}`;
    throw new HubError({
      reason: "hash-mismatch",
      source: url,
      problem,
      advice: "Try again; if it stays so, the hub or a proxy is at fault.",
    });
  }
}

/** A git object id covers the size, so that it can be checked only where the size is known in advance. */
function digestOf({ objectId, bytes }: RemoteFile): Digest | undefined {
  if (objectId?.algorithm === "sha256") return environment.digest("sha256");
  if (objectId === undefined || bytes === undefined) return undefined;
  const digest = environment.digest("sha1");
  digest.update(new TextEncoder().encode(`blob ${bytes}\0`));
  return digest;
}
