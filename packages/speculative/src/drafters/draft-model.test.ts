import { collectDecode, tableModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { speculative } from "../speculative.ts";
import { draftModel } from "./draft-model.ts";

/** Predicts token (t + 1) mod 4 after t, with probability 0.7. */
const cycle = tableModel({
  probabilities: [0, 1, 2, 3].map((last) => [0, 1, 2, 3].map((next) => (next === (last + 1) % 4 ? 0.7 : 0.1))),
});

test.each([
  { minProbability: 0, drafted: 6 },
  // 0.7, 0.49, 0.343: the token that falls below is kept.
  { minProbability: 0.4, drafted: 3 },
  { minProbability: 0.5, drafted: 2 },
  { minProbability: 1, drafted: 1 },
])("ends a greedy draft once its probability is below $minProbability", async ({ minProbability, drafted }) => {
  const decoder = speculative({ drafter: draftModel({ minProbability }), draftLength: 6 });
  const { events } = await collectDecode(decoder.decode({ causal: cycle, draft: cycle }, Int32Array.of(0), { maxNewTokens: 8 }));
  const first = events.find((event) => event.type === "tokens-propose");
  expect(first?.tokens).toHaveLength(drafted);
});
