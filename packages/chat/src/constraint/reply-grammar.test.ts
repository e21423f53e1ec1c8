import { compileConstraint, grammar } from "@decodekit/constraints";
import { InvalidOptionError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { tokenizerWith } from "../chat-models-for-tests.ts";
import { markedTokenizer } from "../output/marked-tokenizer.ts";
import type { Tool } from "../tools/tool.ts";
import { TOOL_NOTATIONS } from "../tools/tool-notation.ts";
import { replyGrammar, type ReplyShape } from "./reply-grammar.ts";
import { withoutBeginning, without } from "./grammar-texts.ts";

const TOOLS: readonly Tool[] = [
  {
    name: "add",
    parameters: { type: "object", properties: { a: { $ref: "#/$defs/n" } }, required: ["a"], $defs: { n: { type: "integer" } } },
  },
  { name: "now" },
];
const SHAPE: ReplyShape = {
  format: { type: "text" },
  tools: TOOLS,
  choice: "auto",
  parallel: true,
  notation: TOOL_NOTATIONS.hermes,
  reasoning: "none",
};
const ADD = '<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>';
const NOW = '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>';

/** Returns whether a text is one of the grammar, "begins" if only longer ones are. */
function judge(shape: Partial<ReplyShape>, special: readonly string[] = []): (text: string) => boolean | "begins" {
  const { tokenizer, markOf } = markedTokenizer(tokenizerWith(special), special);
  const model = { tokenizer, stopTokens: [257] };
  const { grammar: text } = replyGrammar({ ...SHAPE, ...shape }, markOf);
  const constraint = compileConstraint(model, grammar(text!));
  return (output) => {
    const status = constraint.status(tokenizer.encode(output));
    return status === "incomplete" ? "begins" : status !== "violated";
  };
}

describe.each([
  ["written marks", []],
  ["marks that are special tokens", ["<tool_call>", "</tool_call>", "<think>", "</think>"]],
])("%s", (_, special) => {
  test("a free choice allows any text, and holds what follows the mark to a call", () => {
    const allows = judge({}, special);
    for (const text of ["", "Hello.", "a < b <tool <<tool_", `I add: ${ADD}`, ADD, `${ADD}\n${NOW}`]) expect(allows(text), text).toBe(true);
    expect(allows('<tool_call>\n{"name": "ad')).toBe("begins");
    expect(allows('<tool_call>\n{"name": "sub')).toBe(false);
    expect(allows('<tool_call>\n{"name": "add", "arguments": {"a": "')).toBe(false);
    expect(allows(`${ADD} and text`)).toBe(false);
  });

  test("a required call is nothing else, and a named one is that one", () => {
    const allows = judge({ choice: "required" }, special);
    expect([ADD, NOW, `${NOW}\n${ADD}`, "", "Hello"].map((text) => allows(text))).toEqual([true, true, true, "begins", false]);
    const named = judge({ choice: { tool: "now" }, parallel: false }, special);
    expect([NOW, ADD, `${NOW}\n${NOW}`].map((text) => named(text))).toEqual([true, false, false]);
  });

  test("no call is no call", () => {
    const allows = judge({ choice: "none" }, special);
    expect(["", "Hello <tool", ADD, "<tool_call>"].map((text) => allows(text))).toEqual([true, true, false, false]);
  });

  test("reasoning comes before what is required", () => {
    const possible = judge({ choice: "required", reasoning: "possible" }, special);
    expect([ADD, `<think>\nHm </thin </think>\n\n${ADD}`, "Hm"].map((text) => possible(text))).toEqual([true, true, false]);
    const open = judge({ choice: "none", format: { type: "json", schema: { type: "integer" } }, reasoning: "open" }, special);
    expect(["Hm</think>\n12", "Hm", "Hm</think>x"].map((text) => open(text))).toEqual([true, "begins", false]);
  });
});

test("a format is in the place of free text", () => {
  const schema = { type: "object", properties: { x: { type: "integer" } }, required: ["x"] };
  const both = judge({ format: { type: "json", schema } });
  expect(['{"x": 1}', ADD, '{"y"', "text"].map((text) => both(text))).toEqual([true, true, false, false]);
  const any = judge({ format: { type: "json" }, choice: "none" });
  expect(['{"y": [1, null, {"z": "a"}]}', "[1]", ADD].map((text) => any(text))).toEqual([true, false, false]);
});

test.each([
  ["mistral", '[TOOL_CALLS] [{"name": "add", "arguments": {"a": 1}}, {"name": "now", "arguments": {}}]', '[TOOL_CALLS] [{"name": "x'],
  ["mistral", '[TOOL_CALLS][{"name": "add", "arguments": {"a": 1}}]', "[TOOL_CALLS] x"],
  ["llama", '{"name": "add", "parameters": {"a": 1}}', '{"name": "x'],
  ["llama", '<|python_tag|>{"name": "now", "parameters": {}}; {"name": "now", "parameters": {}}', '<|python_tag|>{"name": "x'],
] as const)("calls of %s: %s", (notation, valid, invalid) => {
  for (const choice of ["auto", "required"] as const) {
    const allows = judge({ notation: TOOL_NOTATIONS[notation], choice });
    expect([valid, invalid, "text {"].map((text) => allows(text))).toEqual([true, false, choice === "auto"]);
  }
  expect(judge({ notation: TOOL_NOTATIONS[notation] })('{"nam')).toBe(true);
});

test("texts without a mark are all others: compared with a search, for all texts of 7 of its characters", () => {
  const model = { tokenizer: tokenizerWith([]), stopTokens: [257] };
  const [free, other] = [without("<ab"), withoutBeginning("x", "<ab")].map((text) => compileConstraint(model, grammar(`root ::= ${text}`)));
  for (let number = 0; number < 4 ** 7; number += 3) {
    const text = number.toString(4).replace(/[0-3]/gu, (digit) => "<abx"[Number(digit)]!);
    const tokens = model.tokenizer.encode(text);
    expect(free!.status(tokens) === "complete", text).toBe(!text.includes("<ab"));
    expect(other!.status(tokens) === "complete", text).toBe(!text.startsWith("<ab") && !text.includes("x"));
  }
});

test("keywords that no grammar can follow are left out and named, others are errors", () => {
  const schema = { type: "object", properties: { url: { type: "string", format: "uri" }, n: { type: "integer", multipleOf: 5 } } };
  expect(replyGrammar({ ...SHAPE, tools: [], format: { type: "json", schema } }, (name) => name).ignored).toEqual(["format", "multipleOf"]);
  const invalid = { ...SHAPE, tools: [], format: { type: "json", schema: { type: "mystery" } } } as const;
  expect(() => replyGrammar(invalid, (name) => name)).toThrow(InvalidOptionError);
});
