import { testDecoder } from "@decodekit/conformance";
import { describe, test } from "vitest";
import { greedy } from "./greedy.ts";

describe("greedy", () => {
  testDecoder(test, () => greedy());
});
