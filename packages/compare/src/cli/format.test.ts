import { expect, test } from "vitest";
import { count, formatBytes, formatCount, formatDecoder, formatNumber, formatOptions } from "./format.ts";

test("options are shown with their values", () => {
  expect(formatOptions({ p: 0.9, tree: true, order: "left" })).toEqual(["p=0.9", "tree=true", "order=left"]);
  expect(formatDecoder("top-p", { p: 0.9, temperature: 1 })).toBe("top-p p=0.9, temperature=1");
  expect(formatDecoder("greedy", {})).toBe("greedy");
});

test.each([
  [0, "0 B"],
  [812, "812 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [6_981_165, "7.0 MB"],
  [2.5e9, "2.5 GB"],
  [1e12, "1.0 TB"],
  [5e15, "5000.0 TB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [9999, "9999"],
  [10_000, "10 k"],
  [12_499, "12 k"],
  [999_999, "1000 k"],
  [1e6, "1.0 M"],
  [3_459_543, "3.5 M"],
  [999_900_000, "999.9 M"],
  [1e9, "1.0 G"],
  [7.24e9, "7.2 G"],
])("a count of %d is %s", (amount, text) => {
  expect(formatCount(amount)).toBe(text);
});

test.each([
  [null, "–"],
  [0, "0.00"],
  [9.994, "9.99"],
  [10, "10.0"],
  [99.94, "99.9"],
  [100, "100"],
  [1333.3, "1333"],
])("the number %s is shown as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("a noun is plural except for one", () => {
  expect([0, 1, 2].map((amount) => count(amount, "run"))).toEqual(["0 runs", "1 run", "2 runs"]);
});
