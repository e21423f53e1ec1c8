import type { Part } from "./model-cache.ts";
import type { PageEntries } from "./page-entries.ts";

/**
 * Bytes of a segment, and thus what a download holds in memory and what a closed tab loses of it. Segments are written as a whole,
 * because a page cannot append to a file without copying it.
 */
const SEGMENT_BYTES = 8 * 2 ** 20;

export function segmentName(folder: string, index: number): string {
  return `${folder}/${String(index).padStart(6, "0")}`;
}

/** A part whose bytes are in numbered segments, all full but the last. */
export class SegmentedPart implements Part {
  readonly #entries: PageEntries;
  readonly #folder: string;
  /** What was there at first. */
  readonly #found: readonly Blob[];
  /** The beginning of the segment that is not full yet. */
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingBytes = 0;
  #fullSegments = 0;
  #isFlushed = true;

  private constructor(entries: PageEntries, folder: string, found: readonly Blob[]) {
    this.#entries = entries;
    this.#folder = folder;
    this.#found = found;
  }

  static async open(entries: PageEntries, folder: string): Promise<SegmentedPart> {
    const found: Blob[] = [];
    for (let isFull = true; isFull;) {
      const segment = await entries.read(segmentName(folder, found.length));
      if (segment) found.push(segment);
      isFull = segment?.size === SEGMENT_BYTES;
    }
    const part = new SegmentedPart(entries, folder, found);
    const last = found.at(-1);
    const isOpenEnded = last !== undefined && last.size < SEGMENT_BYTES;
    part.#fullSegments = found.length - (isOpenEnded ? 1 : 0);
    if (isOpenEnded) part.#hold(new Uint8Array(await last.arrayBuffer()));
    return part;
  }

  get bytes(): number {
    return this.#fullSegments * SEGMENT_BYTES + this.#pendingBytes;
  }

  /** Number of segments after `flush`. */
  get segments(): number {
    return this.#fullSegments + (this.#pendingBytes > 0 ? 1 : 0);
  }

  async *content(): AsyncGenerator<Uint8Array, void, void> {
    for (const segment of this.#found) yield new Uint8Array(await segment.arrayBuffer());
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      // Copied: the caller's buffer may be larger than the chunk.
      const head = rest.slice(0, SEGMENT_BYTES - this.#pendingBytes);
      rest = rest.subarray(head.length);
      this.#hold(head);
      this.#isFlushed = false;
      if (this.#pendingBytes === SEGMENT_BYTES) await this.#write();
    }
  }

  async restart(): Promise<void> {
    await this.#entries.remove(this.#folder);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#fullSegments = 0;
    this.#isFlushed = true;
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    if (!this.#isFlushed) await this.#entries.write(segmentName(this.#folder, this.#fullSegments), new Blob(this.#pending));
    this.#isFlushed = true;
  }

  async #write(): Promise<void> {
    await this.flush();
    this.#fullSegments++;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #hold(chunk: Uint8Array<ArrayBuffer>): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
  }
}
