import { expect, test } from "vitest";
import { float16ToFloat32 } from "./float16.ts";

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
