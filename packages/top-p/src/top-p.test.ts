import { testDecoder } from "@decodekit/conformance";
import { describe, test } from "vitest";
import { topP } from "./top-p.ts";

describe.each([{}, { p: 0.5 }, { p: 1, temperature: 2 }, { temperature: 0 }])("topP(%o)", (options) => {
  testDecoder(test, () => topP(options));
});
