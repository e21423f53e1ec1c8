import { PbfWriter } from "pbf";
import type { ByteSource } from "./byte-source.ts";

/** Bytes that one read fetches beyond those asked for: many small parts lie close together. */
const WINDOW_BYTES = 2 ** 16;

/** Reads the fields of protocol buffers one after another from a source, without those that are skipped. */
export class ProtoCursor {
  position = 0;
  readonly #source: ByteSource;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Reads an unsigned integer of at most 53 bits. @throws RangeError past the end of the file or of 10 bytes. */
  async varint(): Promise<number> {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      const at = this.position - this.#windowStart;
      const byte = at >= 0 && at < this.#window.length ? this.#window[at]! : (await this.peek(1))[0]!;
      this.position++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new RangeError("an integer is longer than 10 bytes");
  }

  /** Reads an integer as the bytes that it is written in, at most 10. */
  async varintBytes(): Promise<Uint8Array> {
    const start = this.position;
    for (let length = 1; length <= 10; length++) {
      const bytes = await this.peek(length);
      if (bytes[length - 1]! < 0x80) {
        this.position = start + length;
        return bytes.slice();
      }
    }
    throw new RangeError("an integer is longer than 10 bytes");
  }

  /** Returns the next bytes without moving past them. @throws RangeError past the end of the file; `position` is then the missing end. */
  async peek(length: number): Promise<Uint8Array> {
    const end = this.position + length;
    if (end > this.#source.length) {
      this.position = end;
      throw new RangeError(`a part ends at byte ${end} of ${this.#source.length}`);
    }
    if (this.position < this.#windowStart || end > this.#windowStart + this.#window.length) {
      this.#window = await this.#source.read(this.position, Math.min(this.#source.length, end + WINDOW_BYTES));
      this.#windowStart = this.position;
    }
    return this.#window.subarray(this.position - this.#windowStart, end - this.#windowStart);
  }

  /** Moves past `length` bytes, which must exist. @throws RangeError past the end of the file; `position` is then the missing end. */
  skip(length: number): void {
    this.position += length;
    if (this.position > this.#source.length) throw new RangeError(`a part ends at byte ${this.position} of ${this.#source.length}`);
  }
}

/** Wire types: integers, eight bytes, bytes after their length, four bytes. */
const VARINT = 0;
const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** Calls `visit` for each field up to `end`; it must read the field, whose tag is field · 8 + wire type. */
export async function eachFieldOf(
  cursor: ProtoCursor,
  end: number,
  visit: (field: number, tag: number) => Promise<unknown>,
): Promise<void> {
  while (cursor.position < end) {
    const tag = await cursor.varint();
    await visit(Math.floor(tag / 8), tag);
  }
  if (cursor.position !== end) throw new RangeError(`a part must end at byte ${end} but ends at ${cursor.position}`);
}

/** Reads the length of a message; returns the position of its end. @throws RangeError if the file ends before it. */
export async function endOfMessageAt(cursor: ProtoCursor): Promise<number> {
  const length = await cursor.varint();
  const { position } = cursor;
  cursor.skip(length);
  cursor.position = position;
  return position + length;
}

/** Returns a copy of the field whose tag was read, tag included. */
export async function copyField(cursor: ProtoCursor, tag: number): Promise<Uint8Array> {
  const wire = tag & 7;
  if (wire === VARINT) return concatenate([varints(tag), await cursor.varintBytes()]);
  const length = wire === BYTES ? await cursor.varint() : wire === FIXED64 ? 8 : wire === FIXED32 ? 4 : undefined;
  if (length === undefined) throw new RangeError(`a field has the unknown wire type ${wire}`);
  const payload = (await cursor.peek(length)).slice();
  cursor.skip(length);
  return concatenate([wire === BYTES ? varints(tag, length) : varints(tag), payload]);
}

/** Returns the bytes of integers, one after another: a tag, or a tag and a length. */
export function varints(...values: readonly number[]): Uint8Array {
  const writer = new PbfWriter();
  for (const value of values) writer.writeVarint(value);
  return writer.finish();
}

export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
