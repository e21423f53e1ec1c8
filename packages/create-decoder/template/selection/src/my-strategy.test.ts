import { testDecoder, testPlugin } from "@decodekit/conformance";
import { refine } from "@decodekit/refinement";
import { describe, expect, test } from "vitest";
import { myStrategy } from "./my-strategy.ts";
import plugin from "./plugin.ts";

// A selection is tested in the decoder that uses it, once for every setting that takes another path through the code.
describe.each([0.3, 1])("refinement with myStrategy above %f", (above) => {
  testDecoder(test, () => refine({ select: myStrategy({ above }), blockLength: 4 }));
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

test("refuses what is out of range", () => {
  expect(() => myStrategy({ above: 2 })).toThrow("above must be a number in [0, 1]");
});
