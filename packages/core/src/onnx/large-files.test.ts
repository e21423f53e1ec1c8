import { PbfWriter } from "pbf";
import { expect, test } from "vitest";
import type { ByteSource } from "./byte-source.ts";
import { type GraphFile, readGraphFile } from "./graph-file.ts";
import { openModelFolder } from "./model-folder.ts";
import type { ModelStore } from "./model-source.ts";
import { varints } from "./proto-cursor.ts";

// Files beyond 4 GiB, whose positions have no room in 32 bits.

const GIB = 2 ** 30;
const tag = (field: number, wire: number): number => field * 8 + wire;
const lengthOf = (parts: readonly (Uint8Array | number)[]): number =>
  parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? part : part.length), 0);

/** A file of bytes and of stretches of zeros, given by their lengths, of which nothing is held. */
function sourceOf(parts: readonly (Uint8Array | number)[]): ByteSource & { mostRead: number } {
  const source = {
    length: lengthOf(parts),
    mostRead: 0,
    async read(start: number, end: number) {
      source.mostRead = Math.max(source.mostRead, end - start);
      const bytes = new Uint8Array(end - start);
      let at = 0;
      for (const part of parts) {
        const next = at + lengthOf([part]);
        if (typeof part !== "number" && at < end && next > start) {
          const from = Math.max(start, at);
          bytes.set(part.subarray(from - at, Math.min(end, next) - at), from - start);
        }
        at = next;
      }
      return bytes;
    },
    close: async () => undefined,
  };
  return source;
}

/** The parts of a message field: its tag and length, then its content. */
function message(field: number, ...parts: readonly (Uint8Array | number)[]): (Uint8Array | number)[] {
  return [varints(tag(field, 2), lengthOf(parts)), ...parts];
}

/** A weight of int8 with its data in the file: a TensorProto as field 5 of the graph. */
function weight(name: string, bytes: number): (Uint8Array | number)[] {
  const head = new PbfWriter();
  head.writeVarintField(1, bytes);
  head.writeVarintField(2, 3);
  head.writeStringField(8, name);
  return message(5, head.finish(), ...message(9, bytes));
}

function external(name: string, entries: Readonly<Record<string, string>>): (Uint8Array | number)[] {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 4096);
  writer.writeVarintField(2, 3);
  writer.writeStringField(8, name);
  for (const [key, value] of Object.entries(entries)) {
    writer.writeMessage(13, (_, entry: PbfWriter) => (entry.writeStringField(1, key), entry.writeStringField(2, value)), undefined);
  }
  writer.writeVarintField(14, 1);
  return message(5, writer.finish());
}

const read = (content: ByteSource): Promise<GraphFile> =>
  readGraphFile({ source: "large.onnx", name: "large.onnx", content, answer: undefined });

const model = (...graph: readonly (Uint8Array | number)[]): (Uint8Array | number)[] => [varints(tag(1, 0), 10), ...message(7, ...graph)];

test("weights beyond 4 GiB of a graph's own file are named by their places in it, and nothing of them is read", async () => {
  const parts = model(...weight("first", 5 * GIB), ...weight("second", 4096), ...weight("third", 6 * GIB));
  const source = sourceOf(parts);
  expect(source.length).toBeGreaterThan(11 * GIB);
  const { outline, parameters, holdsWeights, externalData } = await read(source);
  expect({ parameters, holdsWeights, externalData }).toEqual({ parameters: 11 * GIB + 4096, holdsWeights: true, externalData: [] });
  expect(source.mostRead).toBeLessThan(2 ** 18);
  expect(outline.length).toBeLessThan(1000);
  const text = new TextDecoder("latin1").decode(outline);
  const stretches = parts.flatMap((part, index) => (typeof part === "number" ? [[lengthOf(parts.slice(0, index)), part] as const] : []));
  expect(stretches.map(([, length]) => length)).toEqual([5 * GIB, 4096, 6 * GIB]);
  for (const [offset, length] of stretches) {
    const entries = ["location", "large.onnx", "offset", String(offset), "length", String(length)];
    // Each entry is a message of two strings after "j", its tag, and lengths.
    expect(text).toMatch(new RegExp(entries.join("[^a-ik-z0-9]+").replace("large.onnx", "large\\.onnx"), "s"));
  }
});

test("a file that ends beyond 4 GiB before its weights do is cut short there", async () => {
  const parts = model(...weight("first", 5 * GIB), ...weight("second", 6 * GIB));
  const whole = lengthOf(parts);
  const cut = sourceOf([...parts.slice(0, -1), 5 * GIB]);
  await expect(read(cut)).rejects.toThrow(`large.onnx: is cut short, because a part of it ends at byte ${whole}`);
});

test("external data beyond 4 GiB must be there in full", async () => {
  const place = { location: "large.onnx_data", offset: String(5 * GIB), length: "4096" };
  const { externalData, parameters } = await read(sourceOf(model(...external("far", place))));
  expect({ externalData, parameters }).toEqual({ externalData: [{ path: "large.onnx_data", bytes: 5 * GIB + 4096 }], parameters: 4096 });
});

test("a file that is too large to be held in memory is an error that says so, and its transfer is ended", async () => {
  let cancelled = 0;
  const bytes = 2 ** 52;
  const store: ModelStore = {
    name: "large",
    describe: (path) => `store:${path}`,
    open: async () => ({ bytes, stream: () => new ReadableStream({ cancel: () => void cancelled++ }) }),
  };
  const folder = openModelFolder("test", store, {});
  const error = await folder.fetch("onnx/model.onnx_data").then(
    () => expect.unreachable("the file was read"),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    name: "ModelLoadError",
    source: "store:onnx/model.onnx_data",
    cause: expect.any(RangeError) as RangeError,
  });
  expect((error as Error).message).toContain(
    `has ${bytes} bytes, too many to be held in memory: give it as a path in Node, as picked files`,
  );
  expect(cancelled).toBe(1);
});
