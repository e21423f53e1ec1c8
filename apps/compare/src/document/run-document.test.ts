import { expect, test } from "vitest";
import { defaultSettings, lanesOf } from "../url/settings.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import { defaultLanes } from "../models/default-lanes.ts";
import { change, newHistory } from "./history.ts";
import { keepRuns } from "./keep-runs.ts";
import { documentOf, newDocument, stalenessOf, withLane, withLaneAt, withModel, withoutLane, withSettings } from "./run-document.ts";
import { settingsOf } from "./settings-of-run.ts";

const lane = (specification: string): LaneTrace => ({
  specification,
  title: specification,
  options: {},
  seed: 3,
  events: [{ event: { type: "decode-start", promptLength: 1 }, milliseconds: 0 }],
});
const trace: Trace = {
  model: { name: "stories", execution: "wasm", parameters: 1, vocabSize: 2, roles: ["causal"] },
  prompt: "Once",
  promptTokens: [1],
  maxNewTokens: 12,
  vocabulary: new Map(),
  lanes: ["greedy", "top-p", "fast-dllm"].map(lane),
};
const settings = { ...defaultSettings, prompt: "Once", maxNewTokens: 12, seed: 3, lanes: lanesOf("greedy", "top-p", "fast-dllm") };
const shown = documentOf(trace, settings, "live");
const titles = (document: typeof shown): readonly string[] => document.run!.trace.lanes.map(({ title }) => title);

test("the run of a file names the settings it was made with, as far as it says", () => {
  expect(settingsOf(trace)).toEqual(settings);
  const named = { model: "org/name", modelFile: "a/b.onnx", hub: "https://mirror.example", draftModel: "org/small" };
  const request = { ...named, dtype: "q4", execution: "webgpu" } as const;
  expect(settingsOf({ ...trace, request })).toMatchObject(request);
  expect(settingsOf({ ...trace, model: { ...trace.model, name: "<b>" } }).model).toBe("stories");
  expect(settingsOf({ ...trace, chat: { chat: "off", system: "Be kind." } })).toMatchObject({ chat: "off", system: "Be kind." });
  const hostile = {
    model: "javascript:x",
    modelFile: "../x",
    draftModel: "local:x",
    dtype: "q5",
    hub: "ftp://x",
    execution: "cuda",
  } as never;
  expect(settingsOf({ ...trace, request: hostile })).toEqual(settings);
});

test("a lane is removed with its part of the run; the results of the others stay", () => {
  const left = withoutLane(shown, 1);
  expect(titles(left)).toEqual(["greedy", "fast-dllm"]);
  expect(left.settings.lanes).toEqual(lanesOf("greedy", "fast-dllm"));
  expect(stalenessOf(left)).toBeUndefined();
  expect(titles(shown)).toHaveLength(3);
});

test("an added lane has not been run, and the others are not stale", () => {
  const more = withLane(shown, { decoder: "greedy", start: [5] });
  expect(more.run!.trace.lanes[3]).toMatchObject({ specification: "greedy", start: [5], events: [] });
  expect(stalenessOf(more)).toBeUndefined();
});

test("a changed lane keeps its result, which is stale until the change is taken back", () => {
  const changed = withLaneAt(shown, 1, { decoder: "top-p:p=0.5" });
  expect(titles(changed)).toEqual(["greedy", "top-p", "fast-dllm"]);
  expect(stalenessOf(changed)).toEqual({ settings: [], lanes: [false, true, false] });
  expect(stalenessOf(withLaneAt(changed, 1, { decoder: "top-p" }))).toBeUndefined();
  expect(stalenessOf(withLaneAt(shown, 0, { decoder: "greedy", start: [1] }))?.lanes).toEqual([true, false, false]);
});

test("changed settings make the whole run stale, and are named", () => {
  const changed = withSettings(shown, { prompt: "Twice", seed: 4 });
  expect(stalenessOf(changed)).toEqual({ settings: ["prompt", "seed"], lanes: [false, false, false] });
  expect(stalenessOf(withSettings(changed, { prompt: "Once", seed: 3 }))).toBeUndefined();
  expect(stalenessOf(newDocument(settings))).toBeUndefined();
});

test("any change drops the digests of a link", () => {
  const linked = { ...shown, digests: ["00000000"] };
  for (const changed of [withSettings(linked, { seed: 1 }), withLane(linked, { decoder: "greedy" }), withoutLane(linked, 0)])
    expect(changed.digests).toEqual([]);
});

test("files belong to a model that is named as local, and to no other", () => {
  const file = new File(["x"], "config.json");
  const files = [{ path: "config.json", file }];
  const own = withModel(shown, { model: { name: "my folder", files }, modelFile: "graph.onnx" });
  expect([own.settings.model, own.settings.modelFile, own.files]).toEqual(["local:my folder", "graph.onnx", files]);
  expect(withSettings(own, { seed: 9 }).files).toBe(files);
  const other = withModel(own, { model: "org/name", dtype: "q4", draftModel: "org/small" });
  expect([other.files, other.settings.modelFile]).toEqual([undefined, ""]);
  expect(other.settings).toMatchObject({ model: "org/name", dtype: "q4", draftModel: "org/small", prompt: "Once" });
  expect(withModel(other, { model: "stories" }).settings).toEqual(settings);
});

test("another model replaces the lanes that one begins with, but not the visitor's own", () => {
  const begun = documentOf(trace, { ...settings, lanes: defaultSettings.lanes }, "live");
  const other = withModel(begun, { model: "org/name" });
  expect(other.settings.lanes).toEqual(defaultLanes({ model: "org/name", draftModel: "" }));
  expect(other.run!.trace.lanes.map(({ specification, events }) => [specification, events.length])).toEqual([
    ["greedy", 1],
    ["speculative:drafter=prompt-lookup", 0],
    ["top-p:p=0.9,temperature=0.8", 0],
  ]);
  expect(stalenessOf(other)).toEqual({ settings: ["model"], lanes: [false, false, false] });
  expect(withModel(other, { model: "stories" }).settings).toEqual(begun.settings);
  expect(withModel(shown, { model: "org/name" }).settings.lanes).toEqual(shown.settings.lanes);
  const drafted = withModel(other, { model: "org/name", draftModel: "org/small" });
  expect(drafted.settings.lanes[1]).toEqual({ decoder: "speculative:drafter=draft-model,draftLength=4" });
});

test("old entries of the history lose their runs, not their settings", () => {
  let history = newHistory(shown);
  for (let count = 0; count < 9; count++)
    history = keepRuns(change(history, documentOf({ ...trace }, { ...settings, seed: count }, "live")));
  expect(history.past.filter(({ value }) => value.run !== undefined)).toHaveLength(5);
  expect(history.past.slice(-5).every(({ value }) => value.run !== undefined)).toBe(true);
  expect(history.past.map(({ value }) => value.settings.seed)).toEqual([3, 0, 1, 2, 3, 4, 5, 6, 7]);
});
