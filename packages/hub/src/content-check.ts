import { environment } from "#environment";
import type { Digest } from "./environment/environment.ts";
import { wrongContent } from "./hub-error.ts";
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
    if (bytes !== undefined && bytes !== this.#bytes) throw wrongContent(url, `has ${this.#bytes} bytes, but the hub stated ${bytes}`);
    if (hex !== undefined && hex !== objectId!.hex) throw wrongContent(url, `has the hash ${hex}, but the hub stated ${objectId!.hex}`);
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
