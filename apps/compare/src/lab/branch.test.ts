import { collectDecode, tableModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { documentOf, type RunDocument, stalenessOf, withLane } from "../document/run-document.ts";
import { foldLane } from "../trace/fold.ts";
import type { LaneTrace } from "../trace/trace.ts";
import { readLink, writeLink } from "../url/share-link.ts";
import { defaultSettings, lanesOf, type LaneSettings } from "../url/settings.ts";
import { branch, hasRoomAfter } from "./branch.ts";
import { canMakeLane, makeLane } from "./decoders.ts";
import { laneTitle } from "./lane-title.ts";

/** Token t is followed by t + 1, and the last one by 0. */
const VOCAB = 9;
const causal = tableModel({
  probabilities: Array.from({ length: VOCAB }, (_, token) =>
    Array.from({ length: VOCAB }, (__, next) => (next === (token + 1) % VOCAB ? 1 : 0)),
  ),
});
const PROMPT = [0];
const MAX = 6;

/** Runs a lane as the page does: the given tokens are the end of the decoder's prompt. */
async function ran({ decoder: specification, start = [] }: LaneSettings): Promise<LaneTrace> {
  const { decoder, options = {} } = makeLane(specification);
  const prompt = Int32Array.of(...PROMPT, ...start);
  const { events } = await collectDecode(decoder.decode({ causal } as never, prompt, { maxNewTokens: MAX - start.length }));
  return { specification, title: "", options, seed: 0, start, events: events.map((event, index) => ({ event, milliseconds: index })) };
}

function documentWith(lanes: readonly LaneSettings[], traces: readonly LaneTrace[]): RunDocument {
  const settings = { ...defaultSettings, maxNewTokens: MAX, lanes };
  const model = { name: "stories", execution: "wasm", parameters: 1, vocabSize: VOCAB, roles: ["causal"] } as const;
  return documentOf({ model, prompt: "", promptTokens: PROMPT, maxNewTokens: MAX, vocabulary: new Map(), lanes: traces }, settings, "live");
}

const textOf = (trace: LaneTrace): number[] => foldLane(trace.events, undefined, { start: trace.start }).cells.map((cell) => cell!.token);

test("a branch has the tokens before the position, the other token, and what the decoder writes after it", async () => {
  const lanes = lanesOf("greedy", "top-p:p=0.5");
  const document = documentWith(lanes, [await ran(lanes[0]!), await ran(lanes[1]!)]);
  expect(textOf(document.run!.trace.lanes[1]!)).toEqual([1, 2, 3, 4, 5, 6]);
  const lane = branch(document, 1, 2, 7);
  expect(lane).toEqual({ decoder: "top-p:p=0.5", start: [1, 2, 7] });
  const trace = await ran(lane);
  expect(textOf(trace)).toEqual([1, 2, 7, 8, 0, 1]);
  // A branch of the branch keeps what was set before.
  const both = documentWith([...lanes, lane], [...document.run!.trace.lanes, trace]);
  expect(branch(both, 2, 4, 3)).toEqual({ decoder: "top-p:p=0.5", start: [1, 2, 7, 8, 3] });
  expect(branch(both, 2, 1, 5)).toEqual({ decoder: "top-p:p=0.5", start: [1, 5] });
  expect(branch(both, 2, 0, 5)).toEqual({ decoder: "top-p:p=0.5", start: [5] });
});

test("the last position has no room for a branch", async () => {
  const lanes = lanesOf("greedy");
  const document = documentWith(lanes, [await ran(lanes[0]!)]);
  expect([0, 4, 5].map((position) => hasRoomAfter(document, 0, position))).toEqual([true, true, false]);
});

test("a branch of a lane that was changed since goes on with the decoder that wrote the tokens", async () => {
  const lanes = lanesOf("greedy");
  const document = documentWith(lanes, [await ran(lanes[0]!)]);
  const changed = { ...document, settings: { ...document.settings, lanes: lanesOf("beam") } };
  expect(branch(changed, 0, 1, 4).decoder).toBe("greedy");
});

test("the gap of an infilling lane ends where it ended, also from branch to branch", () => {
  const gap = (length: number, start?: readonly number[]): LaneTrace => ({
    specification: "infill",
    title: "",
    options: { after: "The end.", length },
    seed: 0,
    start,
    events: [
      { event: { type: "decode-start", promptLength: 1 + (start?.length ?? 0) }, milliseconds: 0 },
      { event: { type: "tokens-commit", start: 1 + (start?.length ?? 0), tokens: Int32Array.from({ length }, () => 2) }, milliseconds: 1 },
    ],
  });
  const lanes = [{ decoder: "infill:after=The end.,length=6" }, { decoder: "infill:after=The end.,length=4", start: [2, 3] }];
  const document = documentWith(lanes, [gap(6), gap(4, [2, 3])]);
  expect(branch(document, 0, 1, 3)).toEqual({ decoder: "infill:after=The end.,length=4", start: [2, 3] });
  expect(branch(document, 1, 2, 5)).toEqual({ decoder: "infill:after=The end.,length=3", start: [2, 3, 5] });
  expect([4, 5].map((position) => hasRoomAfter(document, 1, position))).toEqual([true, false]);
});

test("an added branch leaves the results of the others as they are, and survives a link", async () => {
  const lanes = lanesOf("greedy");
  const document = documentWith(lanes, [await ran(lanes[0]!)]);
  const more = withLane(document, branch(document, 0, 3, 8));
  expect(more.run!.trace.lanes[0]).toBe(document.run!.trace.lanes[0]);
  expect(more.run!.trace.lanes[1]).toMatchObject({ start: [1, 2, 3, 8], events: [] });
  expect(stalenessOf(more)).toBeUndefined();
  expect(readLink(writeLink(more.settings), (lane) => canMakeLane(lane)).settings.lanes[1]).toEqual({
    decoder: "greedy",
    start: [1, 2, 3, 8],
  });
});

test("the title of a lane says where it branched, and with what", () => {
  const vocabulary = new Map([
    [3, " cat"],
    [4, "\n"],
  ]);
  expect(laneTitle("Greedy", [], vocabulary)).toBe("Greedy");
  expect(laneTitle("Greedy", [1, 1, 1, 1, 3], vocabulary)).toBe("Greedy, from token 5 “cat”");
  expect(laneTitle("Greedy", [4], vocabulary)).toBe("Greedy, from token 1 “⏎”");
  expect(laneTitle("Greedy", [9], vocabulary)).toBe("Greedy, from token 1");
});
