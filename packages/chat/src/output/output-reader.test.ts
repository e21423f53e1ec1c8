import { describe, expect, test } from "vitest";
import { TOOL_NOTATIONS, type ToolNotationName } from "../tools/tool-notation.ts";
import { OutputReader } from "./output-reader.ts";
import type { ReplyPart } from "./reply-part.ts";

const reasoning = { opening: "<think>", closing: "</think>" };

function readerOf(calls: ToolNotationName | undefined, isReasoning = false): OutputReader {
  let count = 0;
  const nextId = (): string => `call${++count}`;
  return new OutputReader({ marks: { reasoning, calls: calls && TOOL_NOTATIONS[calls] }, isReasoning, nextId, withNames: (text) => text });
}

/** Returns the parts of a text that is read in pieces of `size` characters; deltas in a row are joined. */
function read(
  text: string,
  { calls, isReasoning, size }: { calls?: ToolNotationName; isReasoning?: boolean; size: number },
): readonly ReplyPart[] {
  const reader = readerOf(calls, isReasoning);
  const parts: ReplyPart[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(...reader.push(text.slice(at, at + size)));
  parts.push(...reader.end());
  return parts.reduce<ReplyPart[]>((joined, part) => {
    const last = joined.at(-1);
    if (last?.type === part.type && "text" in part && "text" in last && part.type.endsWith("-delta"))
      joined[joined.length - 1] = { ...last, text: last.text + part.text };
    else joined.push(part);
    return joined;
  }, []);
}

const text = (value: string): ReplyPart => ({ type: "text-delta", text: value });
const thought = (value: string, ended = true): readonly ReplyPart[] => [
  { type: "reasoning-start" },
  ...(value === "" ? [] : [{ type: "reasoning-delta", text: value } as const]),
  ...(ended ? [{ type: "reasoning-end" } as const] : []),
];
const call = (id: string, name: string, written: string, ...values: readonly unknown[]): readonly ReplyPart[] => [
  { type: "tool-call-start", id, name },
  ...(written === "" ? [] : [{ type: "tool-call-delta", id, text: written } as const]),
  { type: "tool-call-end", id, name, text: written || "{}", arguments: values.length > 0 ? values[0] : JSON.parse(written) },
];

const CASES: readonly [string, string, { calls?: ToolNotationName; isReasoning?: boolean }, readonly ReplyPart[]][] = [
  ["text", "Hello, world.\n", {}, [text("Hello, world.\n")]],
  ["text with a mark, without tools", "Write <tool_call> here", {}, [text("Write <tool_call> here")]],
  ["text that ends within a mark", "a <tool_c", { calls: "hermes" }, [text("a <tool_c")]],
  ["text that looks like a mark", "a <tool_cart> < b", { calls: "hermes" }, [text("a <tool_cart> < b")]],
  ["reasoning", "<think>\nFirst.\n\nThen.\n</think>\n\nYes.", {}, [...thought("First.\n\nThen."), text("Yes.")]],
  ["reasoning that the prompt opens", "First.</think>Yes.", { isReasoning: true }, [...thought("First."), text("Yes.")]],
  ["empty reasoning", "<think>\n\n</think>\n\nYes.", {}, [...thought(""), text("Yes.")]],
  ["reasoning that is cut", "\n<think>Fir</thi", {}, [...thought("Fir</thi")]],
  ["a mark of reasoning within text", "x <think>", {}, [text("x <think>")]],
  [
    "a call of Hermes",
    '<tool_call>\n{"name": "add", "arguments": {"a": [1, {"b": "}"}], "c": "\\""}}\n</tool_call>',
    { calls: "hermes" },
    call("call1", "add", '{"a": [1, {"b": "}"}], "c": "\\""}'),
  ],
  [
    "text and two calls",
    'I add.\n<tool_call>\n{"name": "add", "arguments": {}}\n</tool_call>\n<tool_call>{"arguments": {"x": 1} , "name": "sub"}</tool_call>\n',
    { calls: "hermes" },
    [text("I add."), ...call("call1", "add", "{}"), ...call("call2", "sub", '{"x": 1}')],
  ],
  [
    "reasoning and a call",
    '<think>\nAdd.\n</think>\n\n<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>',
    { calls: "hermes" },
    [...thought("Add."), ...call("call1", "add", '{"a": 1}')],
  ],
  [
    "a list of calls in marks",
    '<tool_call>[{"name": "a", "arguments": {}}, {"name": "b"}]</tool_call> Done',
    { calls: "hermes" },
    [...call("call1", "a", "{}"), ...call("call2", "b", "", {}), text("Done")],
  ],
  [
    "a call that is cut",
    '<tool_call>\n{"name": "add", "arguments": {"a": 1',
    { calls: "hermes" },
    call("call1", "add", '{"a": 1', undefined),
  ],
  ["an object without a name", '<tool_call>{"x": 1}</tool_call>', { calls: "hermes" }, [text('{"x": 1}')]],
  [
    "arguments that are no JSON",
    '<tool_call>{"name": "add", "arguments": {a}}</tool_call>',
    { calls: "hermes" },
    call("call1", "add", "{a}", undefined),
  ],
  [
    "arguments as a text",
    '<tool_call>{"name": "add", "arguments": "{\\"a\\": 1}"}</tool_call>',
    { calls: "hermes" },
    call("call1", "add", '"{\\"a\\": 1}"', { a: 1 }),
  ],
  ["text after a mark", "<tool_call> or not", { calls: "hermes" }, [text("or not")]],
  [
    "calls of Mistral",
    '[TOOL_CALLS] [{"name": "add", "arguments": {"a": 1}}, {"name": "sub", "arguments": {}}]',
    { calls: "mistral" },
    [...call("call1", "add", '{"a": 1}'), ...call("call2", "sub", "{}")],
  ],
  ["a call of Llama", '{"name": "add", "parameters": {"a": 1}}', { calls: "llama" }, call("call1", "add", '{"a": 1}')],
  [
    "calls of Llama after their mark",
    '<|python_tag|>{"name": "add", "parameters": {"a": 1}}; {"name": "sub", "parameters": {}}',
    { calls: "llama" },
    [...call("call1", "add", '{"a": 1}'), ...call("call2", "sub", "{}")],
  ],
  ["another object at the beginning", '{"names": 1}', { calls: "llama" }, [text('{"names": 1}')]],
  ["text before an object", 'So: {"name": 1}', { calls: "llama" }, [text('So: {"name": 1}')]],
];

describe.each(CASES)("%s", (_, written, options, parts) => {
  test.each([1, 2, 3, 5, 7, 1000])("in pieces of %d characters", (size) => {
    expect(read(written, { ...options, size })).toEqual(parts);
  });
});

test("nothing but the beginning of a mark and space before one is held back", () => {
  const reader = readerOf("hermes");
  expect(reader.push("Yes, I")).toEqual([text("Yes, I")]);
  expect(reader.push(" <to")).toEqual([]);
  expect(reader.push("ad> ")).toEqual([text(" <toad>")]);
  expect(reader.push('<tool_call>{"name": "a')).toEqual([]);
  expect(reader.push('dd", "arguments": {"a"')).toEqual([
    { type: "tool-call-start", id: "call1", name: "add" },
    { type: "tool-call-delta", id: "call1", text: '{"a"' },
  ]);
});
