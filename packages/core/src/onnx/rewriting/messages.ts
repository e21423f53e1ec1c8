import { PbfReader, type PbfWriter } from "pbf";

/** Returns the text of a field; "" if it is not there. */
export function textIn(bytes: Uint8Array, wanted: number): string {
  let found = "";
  eachMessage(bytes, (field, message) => {
    if (field === wanted) found = text(message);
  });
  return found;
}

const decoder = new TextDecoder();

/** Returns bytes as text. */
export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Calls `visit` for each field that holds bytes, with its content. */
export function eachMessage(bytes: Uint8Array, visit: (field: number, message: Uint8Array) => void): void {
  eachField(bytes, (field, _, message) => {
    if (message.length > 0) visit(field, message);
  });
}

/** Calls `visit` for each field, with its encoding and, if it holds bytes, its content. */
export function eachField(bytes: Uint8Array, visit: (field: number, raw: Uint8Array, message: Uint8Array) => void): void {
  const reader = new PbfReader(bytes);
  while (reader.pos < reader.length) {
    const start = reader.pos;
    const tag = reader.readVarint();
    let message: Uint8Array = new Uint8Array(0);
    if ((tag & 7) === 2) message = reader.readBytes();
    else reader.skip(tag);
    visit(tag >> 3, bytes.subarray(start, reader.pos), message);
  }
}

/** Writes a field as `eachField` gave it. */
export function writeRaw(writer: PbfWriter, bytes: Uint8Array): void {
  writer.realloc(bytes.length);
  writer.buf.set(bytes, writer.pos);
  writer.pos += bytes.length;
}
