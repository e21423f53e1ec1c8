import type { DecodeEvent, ForwardPhase, ModelRole } from "@decodekit/core";
import { expect, test } from "vitest";
import { foldLane } from "../trace/fold.ts";
import type { LaneTrace, Trace, TracedEvent } from "../trace/trace.ts";
import { chartData } from "./chart-data.ts";
import { figuresOf } from "./lane-figures.ts";

const pass = (model: ModelRole, phase: ForwardPhase): DecodeEvent => ({ type: "forward-end", model, phase, positions: 1, milliseconds: 1 });
const commit = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-commit", start, tokens: Int32Array.from(tokens) });

/** A lane that drafts two tokens with passes of `drafter`; both are accepted. */
function draftingLane(drafter: ModelRole): LaneTrace {
  const events: readonly DecodeEvent[] = [
    { type: "decode-start", promptLength: 3 },
    pass("causal", "prefill"),
    commit(3, 5),
    pass(drafter, "draft"),
    pass(drafter, "draft"),
    { type: "tokens-propose", start: 4, tokens: Int32Array.of(6, 7) },
    pass("causal", "verify"),
    { type: "draft-verify", start: 4, drafted: 2, accepted: 2 },
    commit(4, 6, 7, 8),
    { type: "decode-end", finishReason: "length" },
  ];
  const traced: TracedEvent[] = events.map((event, index) => ({ event, milliseconds: index }));
  return { specification: "speculative", title: "Speculative", options: {}, seed: 0, events: traced };
}

test.each([
  { drafter: "masked", passes: 4, draftingPasses: 2, draftModelPasses: 0, perPass: 1 },
  { drafter: "causal", passes: 4, draftingPasses: 2, draftModelPasses: 0, perPass: 1 },
  { drafter: "draft", passes: 2, draftingPasses: 0, draftModelPasses: 2, perPass: 2 },
] as const)("tokens per pass and their chart count drafting passes of the model, but not those of a draft model: $drafter", (expected) => {
  const { drafter, ...figures } = expected;
  const lane = draftingLane(drafter);
  const state = foldLane(lane.events, undefined);
  expect(figuresOf(lane, state, true)).toMatchObject({ ...figures, tokens: 4, acceptance: 1 });
  const trace: Trace = {
    model: { name: "m", execution: "wasm", parameters: 1, vocabSize: 9, roles: ["causal"] },
    prompt: "",
    promptTokens: [1, 2, 3],
    maxNewTokens: 4,
    vocabulary: new Map(),
    lanes: [lane],
  };
  const { rows } = chartData("tokensOverPasses", trace, [state]);
  expect(rows.map(({ x, y }) => [x, y])).toEqual([
    [0, 0],
    [1, 1],
    [figures.passes, 4],
  ]);
});
