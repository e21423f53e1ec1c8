import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readOptions } from "./options.ts";
import { chosenOf } from "./suite.ts";
import { unitsOf } from "./units.ts";

const folder = mkdtempSync(path.join(tmpdir(), "decodekit-options-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(path.join(folder, "onnx"));
for (const file of ["config.json", "onnx/model.onnx", "onnx/model_q4.onnx"]) writeFileSync(path.join(folder, file), "{}");

function optionsOf(...args: string[]): Exclude<ReturnType<typeof readOptions>, "help"> {
  const options = readOptions(args);
  if (options === "help") throw new Error("The help was asked for.");
  return options;
}

test("without options, all suites run on the embedded model", () => {
  const { settings, files, suites, executions } = optionsOf();
  expect(settings).toMatchObject({ embedded: true, threads: 2, tokens: 128, prompts: 3, quick: false });
  expect(path.basename(settings.folder)).toBe("stories");
  expect(files).toEqual(["onnx/model.onnx"]);
  expect(executions).toEqual(["native", "wasm"]);
  expect(suites).toHaveLength(13);
});

test("a model runs on all its usual files, or on those that are named", () => {
  expect(optionsOf("--model", folder).files).toEqual(["onnx/model.onnx", "onnx/model_q4.onnx"]);
  expect(optionsOf("--model", folder, "--file", "onnx/model_q4.onnx").files).toEqual(["onnx/model_q4.onnx"]);
});

test("what is measured can be chosen; the base of the comparison is always among it", () => {
  const { settings } = optionsOf("--contender", "suffix, auto", "--contender", "llama.cpp");
  const names = ["greedy", "suffix, auto", "prompt lookup, 4"].map((name) => ({ name }));
  expect(chosenOf(settings, names).map(({ name }) => name)).toEqual(["greedy", "suffix, auto"]);
  expect(chosenOf(optionsOf().settings, names)).toEqual(names);
  const wrong = optionsOf("--contender", "sufix, auto").settings;
  expect(() => chosenOf(wrong, names)).toThrow('--contender must name one of "suffix, auto", "prompt lookup, 4", got sufix, auto.');
});

test("says what is wrong", () => {
  expect(() => readOptions(["--suite", "speed"])).toThrow("--suite must be one of framework-cost, peers,");
  expect(() => readOptions(["--execution", "webgpu"])).toThrow("--execution must be one of native, wasm, chromium, got webgpu.");
  expect(() => readOptions(["--pairs", "0"])).toThrow("--pairs must be an integer >= 1, got 0.");
  expect(() => readOptions(["--prompts", "4"])).toThrow("--prompts must be an integer from 1 to 3, got 4.");
  expect(() => readOptions(["--model", path.join(folder, "onnx")])).toThrow("--model must name a folder with a config.json");
  expect(() => readOptions(["--model", folder, "--file", "other.onnx"])).toThrow("--file must be a path within");
  expect(() => readOptions(["--date", "31.1.2026"])).toThrow("--date must be year-month-day");
  expect(readOptions(["--help"])).toBe("help");
});

test("a suite runs once for each file and execution, a suite of plain JavaScript once", () => {
  const options = optionsOf("--model", folder, "--execution", "wasm", "--execution", "chromium");
  const placesOf = (suite: Parameters<typeof unitsOf>[0]): string[] => unitsOf(suite, options).map(({ where, file }) => `${where} ${file}`);
  expect(placesOf("prefill")).toEqual([
    "wasm onnx/model.onnx",
    "chromium onnx/model.onnx",
    "wasm onnx/model_q4.onnx",
    "chromium onnx/model_q4.onnx",
  ]);
  expect(placesOf("loading")).toEqual(["wasm onnx/model.onnx", "wasm onnx/model_q4.onnx"]);
  expect(placesOf("dtypes")).toEqual(["wasm "]);
  expect(placesOf("samplers")).toEqual(["node "]);
});
