import { testDecoder } from "@decodekit/conformance";
import type { DecoderPlugin } from "@decodekit/core";
import { describe, test } from "vitest";
// The shipped file, in plain JavaScript.
import plugin from "../../public/decoder-template.js";

describe("the decoder template follows all rules", () => {
  testDecoder(test, () => (plugin as unknown as DecoderPlugin).create({ window: 0 }));
});
