import { serve } from "@decodekit/core/worker/host";
import { expect, test } from "vitest";

// Vitest runs tests in separate processes, not in workers.
test("serve refuses to serve the main thread unless it is given an endpoint", () => {
  expect(() => serve()).toThrow('serve: the caller must be the script of a worker, got "the main thread".');
});
