import type { DecoderPlugin } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { texts } from "../texts/texts.ts";
import { decoders } from "./decoders.ts";
import { describeOptions, optionHelp, optionLabel, optionRange, optionValue } from "./describe-options.ts";
import { placeOptions } from "./option-layout.ts";

const every = decoders.flatMap((plugin) =>
  Object.entries(plugin.options).map(([name, option]) => [plugin.name, name, plugin, option] as const),
);
const labels: Readonly<Record<string, unknown>> = texts.options.options;
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = texts.options.values;

test.each(every)("%s: %s has a label, an explanation, a group, and words for each of its values", (decoder, name, plugin, option) => {
  expect(labels[`${decoder}.${name}`] ?? labels[name]).toBeDefined();
  expect(optionLabel(decoder, name)).not.toMatch(/[a-z][A-Z]|_/);
  expect(optionHelp(plugin, name)).toMatch(/^[^.\n].*[^.\n]$/);
  // Other options could hide it; on its own it has a group.
  const placed = placeOptions(plugin, { [name]: option.default ?? "" }).find((each) => each.name === name);
  expect(placed!.group).not.toBe("other");
  for (const choice of option.choices ?? []) expect(words[name]?.[choice], `${name}=${choice}`).toBeDefined();
});

test("no text is for an option that no decoder has", () => {
  const known = new Set(every.flatMap(([decoder, name]) => [name, `${decoder}.${name}`]));
  const unoffered = new Set(["contrastive.k", "alpha"]);
  expect(Object.keys(labels).filter((key) => !known.has(key) && !unoffered.has(key))).toEqual([]);
});

test("two options of one decoder never have the same label", () => {
  for (const { name, options } of decoders) {
    const own = Object.keys(options).map((option) => optionLabel(name, option));
    expect(new Set(own).size, name).toBe(own.length);
  }
});

const foreign: DecoderPlugin = {
  name: "foreign",
  title: "Foreign",
  description: "Of another author",
  requires: ["causal"],
  options: {
    lookBackLength: { type: "integer", help: "How far to look back", minimum: 2 },
    snake_case_name: { type: "boolean", help: "Whether it hisses", default: true },
    mode: { type: "string", help: "Its mode", choices: ["fast-one", "slow"] },
  },
  presets: [],
  create: () => {
    throw new Error("not called");
  },
};

describe("an option of another author", () => {
  test("is called by its name in words, with its own help, in the last group, and shown at once", () => {
    expect(Object.keys(foreign.options).map((name) => optionLabel("foreign", name))).toEqual([
      "Look back length",
      "Snake case name",
      "Mode",
    ]);
    expect(optionHelp(foreign, "lookBackLength")).toBe("How far to look back");
    expect(placeOptions(foreign, {}).map(({ name, group, isMain }) => [name, group, isMain])).toEqual([
      ["lookBackLength", "other", true],
      ["snake_case_name", "other", true],
      ["mode", "other", true],
    ]);
    expect(optionValue("mode", "fast-one")).toBe("fast-one");
  });
});

test("the important options come first, and those without effect beside the others are left out", () => {
  const plugin = decoders.find(({ name }) => name === "fast-dllm")!;
  const shown = placeOptions(plugin, {});
  expect(shown.filter(({ isMain }) => isMain).map(({ name }) => name)).toEqual(["blockLength", "threshold", "steps", "temperature"]);
  expect(shown.map(({ name }) => name)).toEqual([
    "blockLength",
    "threshold",
    "steps",
    "factor",
    "original",
    "canvas",
    "noise",
    "temperature",
    "guidanceScale",
  ]);
  expect(placeOptions(plugin, { factor: 1 }).map(({ name }) => name)).not.toContain("threshold");
  const sample = decoders.find(({ name }) => name === "sample")!;
  expect(placeOptions(sample, { preset: "hf" }).length).toBeLessThan(Object.keys(sample.options).length / 1.5);
});

test("a lane's options are words in one line", () => {
  expect(describeOptions("speculative", { drafter: "masked-draft", draftLength: 4 })).toBe("Drafter: masked model · Draft length: 4");
  expect(describeOptions("constrained", { kind: "choices", text: "a\nb" })).toBe("Kind of rule: choices · Rule: a / b");
  expect(describeOptions("constrained", { text: "x".repeat(60) })).toBe(`Rule: ${"x".repeat(40)}…`);
  expect(describeOptions("greedy", {})).toBe("default options");
});

test.each([
  [{ type: "integer", help: "", minimum: 1 }, "A whole number of at least 1"],
  [{ type: "number", help: "", minimum: 0, exclusiveMinimum: true, maximum: 1 }, "A number above 0 to 1"],
  [{ type: "number", help: "", minimum: 0, maximum: 1 }, "A number from 0 to 1"],
  [{ type: "number", help: "", minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true }, "A number above 0 and below 1"],
  [{ type: "number", help: "", maximum: 1 }, "A number of at most 1"],
  [{ type: "number", help: "" }, "A number"],
  [{ type: "string", help: "" }, ""],
] as const)("%o can be: %s", (option, expected) => {
  expect(optionRange(option)).toBe(expected);
});
