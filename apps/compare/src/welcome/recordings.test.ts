import { describe, expect, test } from "vitest";
import type { PairedRatio } from "../measure/paired-ratio.ts";
import type { LaneTrace } from "../trace/trace.ts";
import { contradictions, type MeasuredScene, racingLanes } from "../../build/check-recordings.ts";
import { medianOf } from "../../build/median-of.ts";
import { recordTrace } from "../../build/record-trace.ts";
import { recordingModels } from "../../build/recording-models.ts";
import { defaultSettings, lanesOf } from "../url/settings.ts";
import { readTrace } from "../trace/trace-file.ts";

/** A lane that was recorded with so many milliseconds in all, of which the prompt took `prompt`. */
function lane(milliseconds: number, prompt = 10): LaneTrace {
  return {
    specification: "x",
    title: "X",
    options: {},
    seed: 0,
    events: [{ event: { type: "decode-end", finishReason: "length" }, milliseconds }],
    result: { text: "", finishReason: "length", statistics: { decodeMilliseconds: milliseconds - prompt, tokens: 10 } as never },
  };
}

const faster: PairedRatio = { median: 0.5, interval: [0.4, 0.6], verdict: "faster" };
const slower: PairedRatio = { median: 2, interval: [1.5, 2.5], verdict: "slower" };
const equal: PairedRatio = { median: 1.2, interval: [0.9, 1.5], verdict: "inconclusive" };
const scene = (perToken: PairedRatio, whole = perToken): MeasuredScene => ({
  name: "edit",
  rounds: 6,
  pairs: [{ lane: 1, against: 0, perToken, whole }],
});

describe("a recording contradicts its measurement", () => {
  test("if a lane that is conclusively faster was recorded as slower, or the other way round", () => {
    expect(contradictions(scene(faster), [lane(100), lane(120)])).toEqual([
      "edit: lane 1 against lane 0 (perToken) is recorded at 1.22, but measured at 0.50 (0.40 to 0.60).",
      "edit: lane 1 against lane 0 (whole) is recorded at 1.20, but measured at 0.50 (0.40 to 0.60).",
    ]);
    expect(contradictions(scene(slower), [lane(120), lane(100)])).toHaveLength(2);
    expect(contradictions(scene(faster), [lane(120), lane(100)])).toEqual([]);
    expect(contradictions(scene(slower), [lane(100), lane(120)])).toEqual([]);
  });

  test("never where the measurement is inconclusive", () => {
    for (const lanes of [
      [lane(100), lane(300)],
      [lane(300), lane(100)],
    ])
      expect(contradictions(scene(equal), lanes)).toEqual([]);
  });

  test("also by its whole time alone", () => {
    expect(contradictions(scene(equal, faster), [lane(100), lane(120)])).toHaveLength(1);
    expect(contradictions(scene(faster), [lane(100), lane(110, 40)])).toHaveLength(1);
  });
});

test("the median run is one of the runs", () => {
  expect(medianOf([5, 1, 9], (each) => each)).toBe(5);
  expect(medianOf([5, 1, 9, 2], (each) => each)).toBe(2);
  expect(medianOf(["a"], () => 0)).toBe("a");
});

test("a recording of several rounds keeps one whole run of each lane, with the text of any run", async () => {
  const models = recordingModels();
  const settings = {
    ...defaultSettings,
    prompt: "Lily had a red ball.",
    maxNewTokens: 6,
    lanes: lanesOf("greedy", "speculative:drafter=prompt-lookup,draftLength=4"),
  };
  const [once, often] = [await recordTrace(models, settings), await recordTrace(models, settings, { rounds: 3 })].map((file) =>
    racingLanes(file),
  );
  const withoutTimes = (lanes: readonly LaneTrace[]): unknown[] =>
    lanes.map(({ events }) => events.map(({ event }) => (event.type === "forward-end" ? { ...event, milliseconds: 0 } : event)));
  expect(withoutTimes(often!)).toEqual(withoutTimes(once!));
  const stopped = await recordTrace(models, { ...settings, lanes: lanesOf("greedy", "infill:after=The end.,length=3") });
  expect(() => racingLanes(stopped)).toThrow("must write the same number of tokens, got 6, 3");
  expect(readTrace(stopped).lanes).toHaveLength(2);
  await models.dispose();
});
