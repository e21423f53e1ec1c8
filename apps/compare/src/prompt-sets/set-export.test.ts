import Papa from "papaparse";
import { expect, test } from "vitest";
import { defaultSettings } from "../url/settings.ts";
import { describeReliability, setText } from "./describe-set.ts";
import { madeRound, madeRun } from "./runs-for-tests.ts";
import { laneCsv, textCsv } from "./set-csv.ts";
import { setReport } from "./set-report.ts";
import type { PromptSetResult } from "./set-result.ts";
import { summarizeSet } from "./summarize-set.ts";

const awkward = '=1+2, "quoted"\nnext line';
const prompts = [awkward, "b", "c", "d", "e", "f"];
const rounds = prompts.map((prompt, index) =>
  madeRound(
    index,
    [
      madeRun({ prompt, tokens: [1, 2, index], passes: 3, milliseconds: 6, nats: 1 }),
      index === 5
        ? undefined
        : madeRun({ prompt, tokens: [1, index === 4 ? 9 : 2, index], passes: 2, milliseconds: 3, drafted: 2, accepted: 1 }),
    ],
    index === 5 ? { isTimed: false, failures: [undefined, "too long"] } : {},
  ),
);
const result: PromptSetResult = {
  rounds,
  voids: ["drift", "failed"],
  plannedRounds: 6,
  isComplete: false,
  set: { name: "repetitions", prompts },
  asMessages: false,
  settings: { ...defaultSettings, seed: 3, maxNewTokens: 8 },
  lanes: [
    { specification: "greedy", title: "Greedy", decoder: "made", options: {} },
    { specification: "made:x=1", title: "Made", decoder: "made", options: { x: 1 } },
  ],
  model: {
    name: "tiny",
    file: { path: "onnx/model.onnx", dtype: null, reason: "no data type was asked for" },
    parameters: 1,
    vocabSize: 10,
    execution: "wasm",
    rowConsistency: "rounding",
    bytes: 4,
  },
  environment: { runtime: "browser", platform: null, processor: null, processors: 2 },
  versions: { decodekit: "1.2.3", "onnxruntime-web": "4.5.6" },
  isIsolated: false,
  tickMilliseconds: 0.005,
};
const summary = summarizeSet(rounds, { lanes: 2, seed: 3, tickMilliseconds: 0.005 });
const report = setReport(result, summary);
const rowsOf = async (csv: Promise<string>) => Papa.parse<Record<string, string>>(await csv, { header: true, skipEmptyLines: true }).data;

test("the report has the conditions, every lane, every run and every failure, and survives JSON", () => {
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(report).toMatchObject({
    schemaVersion: 2,
    model: { name: "tiny", file: { path: "onnx/model.onnx" }, execution: "wasm" },
    versions: { decodekit: "1.2.3" },
    clock: { tickMilliseconds: 0.005, isIsolated: false },
    promptSet: { name: "repetitions", prompts: 6, completed: 5, asMessages: false, seed: 3, maxNewTokens: 8, isComplete: false },
    failures: [{ lane: 1, promptIndex: 5, message: "too long" }],
    voids: ["drift", "failed"],
  });
  expect(report.lanes[0]).toMatchObject({ timeRatio: null, sameTexts: null, acceptance: null, negativeLogLikelihood: { value: 1 } });
  expect(report.lanes[1]).toMatchObject({
    decoder: "made",
    options: { x: 1 },
    passesPer1000Tokens: { value: 2000 / 3, count: 5 },
    acceptance: { value: 0.5, interval: [0.5, 0.5], count: 5 },
    negativeLogLikelihood: null,
    timeRatio: { value: 0.5, interval: [0.5, 0.5], verdict: "faster", count: 5 },
    sameTexts: 4,
  });
});

test("its runs are in the order in which they ran: each prompt starts with the next lane", () => {
  expect(report.runs.map(({ promptIndex, lane }) => `${promptIndex}:${lane}`)).toEqual([
    "0:0",
    "0:1",
    "1:1",
    "1:0",
    "2:0",
    "2:1",
    "3:1",
    "3:0",
    "4:0",
    "4:1",
    "5:0",
  ]);
  expect(report.runs.filter(({ differsAt }) => differsAt !== null).map(({ promptIndex, differsAt }) => [promptIndex, differsAt])).toEqual([
    [4, 1],
  ]);
});

test("the table of lanes has every figure with its bounds, and the conditions", async () => {
  const [first, second, ...others] = await rowsOf(laneCsv(report));
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    lane: "0",
    decoder: "greedy",
    passesPer1000Tokens: "1000",
    acceptance: "",
    timeRatio: "",
    verdict: "",
    sameTexts: "",
  });
  expect(second).toMatchObject({
    lane: "1",
    decoder: "made:x=1",
    completed: "5",
    acceptance: "0.5",
    acceptanceLow: "0.5",
    acceptanceHigh: "0.5",
    timeRatio: "0.5",
    timeRatioLow: "0.5",
    timeRatioHigh: "0.5",
    verdict: "faster",
    sameTexts: "4",
    promptSet: "repetitions",
    isComplete: "false",
    model: "tiny",
    file: "onnx/model.onnx",
    execution: "wasm",
    seed: "3",
    maxNewTokens: "8",
    decodekit: "1.2.3",
    "onnxruntime-web": "4.5.6",
    runtime: "browser",
    tickMilliseconds: "0.005",
    isIsolated: "false",
  });
});

test("the table of texts keeps quotation marks and line breaks", async () => {
  const rows = await rowsOf(textCsv(report));
  expect(rows).toHaveLength(11);
  expect(rows[0]).toMatchObject({ promptIndex: "0", prompt: awkward, lane: "0", text: "1 2 0", tokens: "3", isTimed: "true", seed: "3" });
  expect(rows.find(({ differsAt }) => differsAt !== "")).toMatchObject({ promptIndex: "4", lane: "1", text: "1 9 4", drafted: "2" });
});

test("the text for the clipboard has the table, what limits it, and the conditions", () => {
  const lines = setText(result, summary).split("\n");
  expect(lines[0]!.split("\t")).toHaveLength(7);
  expect(lines[1]).toMatch(/^A greedy\tbaseline \(2\.00 ms per token\)\t1,000 \(1,000 to 1,000\)\t–\t1\.00 \(1\.00 to 1\.00\)\t–\t–$/);
  expect(lines[2]).toMatch(/^B made:x=1\tfaster \(0\.50 ×, 0\.50 to 0\.50\)\t667 \(667 to 667\)\t50 % \(50 % to 50 %\)\t–\t–\t4 of 5$/);
  expect(describeReliability(result, summary)).toEqual([
    "The run was stopped early.",
    "All lanes completed 5 of 6 prompts, and every figure rests on them.",
    "1 round was repeated or left out: the machine was faster or slower than usual.",
    "1 round was repeated or left out: a lane failed.",
  ]);
  expect(lines.at(-1)).toBe(
    "tiny (onnx/model.onnx) on WASM; Edits and repetitions, at most 8 tokens each, seed 3; sent as texts; clock steps of 5.00 µs, not isolated; decodekit 1.2.3, ONNX Runtime Web 4.5.6.",
  );
});
