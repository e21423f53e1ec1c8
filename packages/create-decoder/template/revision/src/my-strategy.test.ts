import { testDecoder, testPlugin } from "@decodekit/conformance";
import { refine, threshold } from "@decodekit/refinement";
import { describe, expect, test } from "vitest";
import { myStrategy } from "./my-strategy.ts";
import plugin from "./plugin.ts";

// A revision is tested in the decoder that uses it, once for every setting that takes another path through the code.
describe.each([0.3, 1])("refinement with myStrategy below %f", (below) => {
  testDecoder(test, () => refine({ select: threshold({ threshold: 0.2 }), revise: myStrategy({ below }), blockLength: 4 }));
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

test("refuses what is out of range", () => {
  expect(() => myStrategy({ below: 2 })).toThrow("below must be a number in [0, 1]");
});
