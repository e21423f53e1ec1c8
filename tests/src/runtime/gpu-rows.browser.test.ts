import { type RowPart, type RowReads, seededRandom } from "@decodekit/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { float16ToFloat32 } from "../../../packages/core/src/numbers/float16.ts";
import { bufferPool } from "../../../packages/core/src/onnx/gpu-rows/buffer-pool.ts";
import { canReduce, reduceRows } from "../../../packages/core/src/onnx/gpu-rows/reduce-rows.ts";
import type { RowsOnGpu } from "../../../packages/core/src/onnx/gpu-rows/rows-on-gpu.ts";
import { partByDefinition } from "../support/row-parts.ts";

const STORAGE_AND_COPIES = 0x80 | 0x4 | 0x8;
const pool = bufferPool();
let device: GPUDevice;
const held: GPUBuffer[] = [];

beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  device = await adapter!.requestDevice();
});

afterAll(() => {
  for (const buffer of held) buffer.destroy();
  pool.dispose();
  device.destroy();
});

/** Bits of the float16 number nearest to zero from `value`: that it is a half matters here, not which one. */
function halfOf(value: number): number {
  if (value === 0) return Object.is(value, -0) ? 0x8000 : 0;
  const sign = value < 0 ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e01;
  if (Math.abs(value) > 65504) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const fraction = Math.floor((Math.abs(value) / 2 ** exponent) * 1024);
  return sign | (fraction < 1024 ? fraction : ((exponent + 15) << 10) | (fraction - 1024));
}

/** Holds rows of logits on the GPU after `before` other logits. Returns them as the processor sees them, too. */
function onGpu(
  rows: readonly Float32Array[],
  type: "float16" | "float32",
  before = 0,
): { readonly gpu: RowsOnGpu; readonly rows: Float32Array[] } {
  const vocabSize = rows[0]!.length;
  const all = new Float32Array(before + rows.length * vocabSize).fill(3e38, 0, before);
  for (const [index, row] of rows.entries()) all.set(row, before + index * vocabSize);
  const values = type === "float32" ? all : Uint16Array.from(all, halfOf);
  const seen = values instanceof Uint16Array ? float16ToFloat32(values) : values;
  const buffer = device.createBuffer({ size: Math.ceil(values.byteLength / 16) * 16, usage: STORAGE_AND_COPIES, mappedAtCreation: true });
  new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(values.buffer));
  buffer.unmap();
  held.push(buffer);
  return {
    gpu: { device, buffer, type, first: before, rows: rows.length, vocabSize },
    rows: rows.map((_, index) => seen.subarray(before + index * vocabSize, before + (index + 1) * vocabSize)),
  };
}

function expectPart(part: RowPart, row: Float32Array, reads: RowReads): void {
  const expected = partByDefinition(row, reads);
  expect([...part.tokens]).toEqual(expected.tokens);
  for (const [place, logit] of expected.logits.entries()) expect(Math.abs(part.logits[place]! - logit), `logit ${place}`).toBe(0);
  if (part.tokens.length === 0) return;
  if (reads.temperature === undefined) expect(part.tailError).toBe(Infinity);
  else expect(Math.abs(part.tailMass - expected.tailMass), `tail ${part.tailMass}`).toBeLessThanOrEqual(part.tailError);
  // The error bound is what decides how often whole rows are read.
  if (reads.temperature !== undefined) expect(part.tailError).toBeLessThanOrEqual(1.3e-4 * expected.tailMass + 1e-29);
}

const random = seededRandom(1);
const filled = (length: number, logit: (uniform: number, token: number) => number): Float32Array =>
  Float32Array.from({ length }, (_, token) => logit(random.uniform(), token));

const kinds: Readonly<Record<string, (uniform: number, token: number) => number>> = {
  peaked: (uniform) => -6 * Math.log(1 - uniform) - 20,
  "bell-shaped": (uniform) => 3 * Math.log((uniform + 1e-9) / (1 - uniform)),
  "full of ties": (uniform) => Math.floor(uniform * 4000) / 8,
  "partly forbidden": (uniform) => (uniform < 0.6 ? -Infinity : 9 * uniform),
  "with few possible tokens": (uniform, token) => (token % 1777 === 5 ? uniform : -Infinity),
  "below zero": (uniform) => -1000 - 30 * uniform,
  "of large numbers": (uniform) => 60000 * uniform - 30000,
  "of tiny numbers": (uniform) => (uniform - 0.5) * 1e-40,
  "of zeros of both signs": (uniform, token) => (token % 97 === 3 ? (uniform < 0.5 ? -0 : 0) : -1 - uniform),
};

describe.each(["float32", "float16"] as const)("of logits in %s", (type) => {
  describe.each(Object.keys(kinds))("%s, the parts of rows equal their definition", (kind) => {
    test.each([
      { vocabSize: 1, rows: 2, before: 1 },
      { vocabSize: 5, rows: 3, before: 7 },
      { vocabSize: 255, rows: 2, before: 255 },
      { vocabSize: 4097, rows: 3, before: 4097 },
      { vocabSize: 49152, rows: 1, before: 0 },
      { vocabSize: 262_145, rows: 1, before: 262_145 },
    ])("$rows rows of $vocabSize", async ({ vocabSize, rows: count, before }) => {
      const { gpu, rows } = onGpu(
        Array.from({ length: count }, () => filled(vocabSize, kinds[kind]!)),
        type,
        before,
      );
      for (const reads of [{ top: 1 }, { top: 1, temperature: 1 }, { top: 7 }, { top: 128, temperature: 0.7 }]) {
        expect(canReduce(gpu, reads)).toBe(true);
        const parts = await reduceRows(gpu, reads, pool);
        for (const [index, part] of parts.entries()) {
          const last = partByDefinition(rows[index]!, reads).logits.at(-1);
          const ties = rows[index]!.filter((logit) => logit === last).length;
          // With so many equal logits at the last place, the part may be missing.
          if (part.tokens.length === 0 && ties > 500 && (reads.top > 1 || reads.temperature)) continue;
          expectPart(part, rows[index]!, reads);
        }
      }
    });
  });

  test("rows without a distribution have no part, whatever their neighbours are", async () => {
    const spoilt = [[NaN], [Infinity], [-Infinity], [], [NaN, Infinity]].map((values) => {
      const row = values[0] === -Infinity ? new Float32Array(5000).fill(-Infinity) : filled(5000, kinds.peaked!);
      for (const [place, value] of values.entries()) row[4321 - 1700 * place] = value;
      return row;
    });
    const negativeNaN = filled(5000, kinds.peaked!);
    if (type === "float32") new Uint32Array(negativeNaN.buffer)[17] = 0xffc00001;
    const { gpu } = onGpu([...spoilt, negativeNaN], type);
    for (const reads of [{ top: 1 }, { top: 40, temperature: 1 }]) {
      const lengths = (await reduceRows(gpu, reads, pool)).map(({ tokens }) => tokens.length);
      expect(lengths).toEqual([0, 0, 0, reads.top, 0, type === "float32" ? 0 : reads.top]);
    }
  });

  test("the largest logits may all lie in one lane, and a row of equal logits has its largest token", async () => {
    const clustered = filled(49152, (uniform, token) => (token % 2048 === 77 ? 20 : 0) + uniform);
    const equal = new Float32Array(49152).fill(2.5);
    const { gpu, rows } = onGpu([clustered, equal], type);
    const [first, second] = await reduceRows(gpu, { top: 1 }, pool);
    expectPart(first!, rows[0]!, { top: 1 });
    expect([...second!.tokens, ...second!.logits]).toEqual([0, 2.5]);
    const parts = await reduceRows(gpu, { top: 64, temperature: 1 }, pool);
    expect(parts[1]!.tokens).toHaveLength(0);
    if (parts[0]!.tokens.length > 0) expectPart(parts[0]!, rows[0]!, { top: 64, temperature: 1 });
  });
});

test("many rows are read with one copy, of 8 bytes and 8 more for each token of a row", async () => {
  const { gpu, rows } = onGpu(
    Array.from({ length: 33 }, () => filled(4096, kinds.peaked!)),
    "float32",
  );
  const sizes: number[] = [];
  const counted = new Proxy(device, {
    get(target, name) {
      if (name === "createCommandEncoder")
        return () => {
          const encoder = target.createCommandEncoder();
          const copy = encoder.copyBufferToBuffer.bind(encoder) as (...all: unknown[]) => undefined;
          encoder.copyBufferToBuffer = (...all: unknown[]) => {
            sizes.push(all[4] as number);
            return copy(...all);
          };
          return encoder;
        };
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const parts = await reduceRows({ ...gpu, device: counted }, { top: 1 }, pool);
  expect(parts.map(({ tokens }) => tokens[0])).toEqual(rows.map((row) => partByDefinition(row, { top: 1 }).tokens[0]));
  expect(sizes).toEqual([33 * 16]);
});

test("parts that do not fit the kernels are refused", () => {
  const { gpu } = onGpu([new Float32Array(8)], "float32");
  expect(canReduce(gpu, { top: 257 })).toBe(false);
  expect(canReduce(gpu, { top: 1, temperature: 1e-35 })).toBe(false);
  expect(canReduce({ ...gpu, vocabSize: 2 ** 27 }, { top: 1 })).toBe(false);
  expect(canReduce({ ...gpu, rows: 2 ** 17 }, { top: 1 })).toBe(false);
});
