import { loadModel } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { expectCacheEquality, expectFreshRows } from "../support/expect-cache-equality.ts";
import { stateModel } from "../support/state-graph.ts";
import { HAND_MADE_CASES } from "./hand-made-cases.ts";

describe.each(["native", "wasm"] as const)("hand-made graphs on %s", (execution) => {
  test.each(HAND_MADE_CASES.filter(({ message }) => message === undefined))(
    "$name carries its states: cached, rewound and forked sessions have the logits of fresh ones",
    async ({ states, inputs, config }) => {
      const model = await loadModel(stateModel(states, inputs, config), { execution });
      // The logits are whole numbers, so every pass gives the same bits.
      await expectCacheEquality(model.causal, 5, { samePasses: 0, otherPasses: 0 });
      await expectFreshRows(model.causal, 1, 0);
      await model.dispose();
    },
  );

  test.each(HAND_MADE_CASES.filter(({ message }) => message !== undefined))(
    "$name is refused",
    async ({ states, inputs, config, message }) => {
      const read = async (): Promise<void> => {
        const model = await loadModel(stateModel(states, inputs, config), { execution });
        const session = await model.causal.createSession();
        try {
          await session.forward(Int32Array.of(1, 2, 3, 4));
        } finally {
          await model.dispose();
        }
      };
      const error = await read().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: expect.stringContaining(message!) });
      expect(error).toHaveProperty("name", expect.stringMatching(/^Model(Shape|Load)Error$/));
    },
  );
});
