import { expect, test } from "vitest";
import { float16ToFloat32, float32ToFloat16 } from "./float16.ts";

// Bit patterns and values from the table in the Wikipedia article "Half-precision floating-point format".
test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x03ff, 2 ** -14 * (1023 / 1024)],
  [0x0400, 2 ** -14],
  [0x3555, 2 ** -2 * (1 + 341 / 1024)],
  [0x3bff, 2 ** -1 * (1 + 1023 / 1024)],
  [0x3c00, 1],
  [0x3c01, 1 + 1 / 1024],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xc000, -2],
  [0xfc00, -Infinity],
  [0x7e00, NaN],
])("the half-precision pattern %i is %d", (bits, value) => {
  expect(float16ToFloat32(Uint16Array.of(bits))[0]).toBe(value);
});

test("float32 values are rounded to the nearest half, ties to the even one", () => {
  // Every finite half is itself; NaN and the infinities keep their kind.
  const bits = Uint16Array.from({ length: 2 ** 16 }, (_, half) => half).filter((half) => (half & 0x7fff) <= 0x7c00);
  expect(float32ToFloat16(float16ToFloat32(bits))).toEqual(bits);
  expect(float32ToFloat16(Float32Array.of(NaN))[0]! & 0x7fff).toBeGreaterThan(0x7c00);
  // 1 + 2^-11 is halfway between 1 and the next half; 1 + 3 · 2^-11 between that and the one after it.
  expect([...float32ToFloat16(Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20))]).toEqual([0x3c00, 0x3c02, 0x3c01]);
  expect([...float32ToFloat16(Float32Array.of(65519, 65520, -1e9, 2 ** -25, 1.5 * 2 ** -24, -(2 ** -24)))]).toEqual([
    0x7bff, 0x7c00, 0xfc00, 0, 2, 0x8001,
  ]);
});
