import { testDecoder, testPlugin } from "@decodekit/conformance";
import { describe, expect, test } from "vitest";
import { myStrategy } from "./my-strategy.ts";
import plugin from "./plugin.ts";

// Once for every setting that takes another path through the code.
describe.each([1, 2])("myStrategy with minCount %i", (minCount) => {
  testDecoder(test, () => myStrategy({ minCount }));
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

test("refuses what is out of range", () => {
  expect(() => myStrategy({ minCount: 0 })).toThrow("minCount must be an integer >= 1");
});
