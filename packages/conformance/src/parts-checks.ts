import type { PartsOptions } from "@decodekit/core/testing";
import type { Check } from "./check.ts";
import { expectSameEvents } from "./expect.ts";
import { prompt, uncertainFixture } from "./fixture.ts";
import { observe } from "./observe.ts";

/** Parts of one token, of a few with an uncertain tail, and of all; some rows have none. */
const PARTS: readonly PartsOptions[] = [
  { top: 1, error: 0, missing: 2 },
  { top: 4, error: 0.05, missing: 5 },
  { top: 8, error: 1e-4, missing: 7 },
  { top: 10, error: 0, missing: 4 },
];

/** Sessions that give parts of rows to callers that ask for them, see `ForwardOptions.reads`. */
export const partsChecks: readonly Check[] = [
  {
    rule: "models",
    name: "commits the same tokens where its models return only the parts of rows that it asked for",
    async run({ create }) {
      for (const seed of [0, 1, 2]) {
        const scenario = { name: "whole rows", prompt: prompt(), options: { maxNewTokens: 8, seed, stopTokens: [7] } };
        const whole = await observe(create(), { ...scenario, fixture: uncertainFixture() });
        for (const parts of PARTS) {
          const name = `parts of rows, of at most ${parts.top} tokens, seed ${seed}`;
          const { events } = await observe(create(), { ...scenario, name, fixture: uncertainFixture(parts) });
          expectSameEvents(events, whole.events, name);
        }
      }
    },
  },
];
