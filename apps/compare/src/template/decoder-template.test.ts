import { testDecoder } from "@decodekit/conformance";
import type { DecoderPlugin } from "@decodekit/core";
import { describe, test } from "vitest";
// The file as it is shipped, which is plain JavaScript.
import plugin from "../../public/decoder-template.js";

describe("the template of a decoder keeps all rules", () => {
  testDecoder(test, () => (plugin as unknown as DecoderPlugin).create({ window: 0 }));
});
