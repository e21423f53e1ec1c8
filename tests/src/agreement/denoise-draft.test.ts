import { testDecoder, testLossless } from "@decodekit/conformance";
import { topPSampler } from "@decodekit/top-p";
import { denoiseDraft } from "@decodekit/refinement";
import { speculative } from "@decodekit/speculative";
import { describe, test } from "vitest";

describe("speculation with drafts from several masked passes", () => {
  const sampler = topPSampler({ p: 0.9, temperature: 1.2 });
  testDecoder(test, () => speculative({ drafter: denoiseDraft(), sampler, draftLength: 3 }), { sampler });
  testLossless(test, () => speculative({ drafter: denoiseDraft(), sampler, draftLength: 3 }), { sampler, seeds: [1] });
});
