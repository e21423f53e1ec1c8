import { testDrafter, testPlugin } from "@decodekit/conformance";
import { speculative } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { myStrategy } from "./my-strategy.ts";
import plugin from "./plugin.ts";

// Once for every setting that takes another path through the code. With `speculate`, the decoder that uses the drafter is proved lossless.
describe.each([1, 2])("myStrategy with minCount %i", (minCount) => {
  testDrafter(test, () => myStrategy({ minCount }), { speculate: (drafter) => speculative({ drafter, draftLength: 3 }) });
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

test("refuses what is out of range", () => {
  expect(() => myStrategy({ minCount: 0 })).toThrow("minCount must be an integer >= 1");
});
