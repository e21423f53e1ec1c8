import { expect, test } from "vitest";
import { MAX_PROMPT_LENGTH } from "../url/settings.ts";
import { MAX_FILE_BYTES, MAX_PROMPTS } from "./prompt-set.ts";
import { PromptError, type PromptProblem, readPromptFile, readPromptLines, readPrompts } from "./read-prompts.ts";

const problemOf = async (work: Promise<unknown>): Promise<PromptProblem> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PromptError);
  return (error as PromptError).problem;
};
const file = (name: string, content: BlobPart): File => new File([content], name);

test("one prompt per line, with its spaces; empty lines are skipped", async () => {
  const prompts = ["One day", "  The cat ", "{not json"];
  expect(await readPromptFile(file("p.txt", "\uFEFFOne day\r\n\r\n  The cat \n{not json\n"))).toEqual(prompts);
  expect(readPromptLines("One day\n\n  The cat \n{not json")).toEqual(prompts);
});

test("a JSONL file has a prompt per line, which may have line breaks of its own", async () => {
  expect(await readPromptFile(file("p.jsonl", '{"prompt":"two\\nlines","id":1}\n\n{"prompt":"one"}\n'))).toEqual(["two\nlines", "one"]);
});

test.each([
  ["commas", 'id,prompt,note\n1,"Tom said, ""Hi""",a\n2,The cat,b\n', ['Tom said, "Hi"', "The cat"]],
  ["semicolons", "id;Prompt\n1;One, two\n2;Three\n", ["One, two", "Three"]],
  ["tabs", "prompt\tid\nOne, two\t1\n", ["One, two"]],
  ["one column", "prompt\nOne day\n\nThe cat\n", ["One day", "The cat"]],
  ["line breaks in cells", 'prompt,id\r\n"two\r\nlines",1\r\nlast,2', ["two\r\nlines", "last"]],
])("a table with %s has a prompt per row", async (_, content, prompts) => {
  expect(await readPromptFile(file("p.csv", content))).toEqual(prompts);
});

test.each<[string, Parameters<typeof readPrompts>[1], string, PromptProblem]>([
  ["of blank lines", "lines", " \n\n", { kind: "empty" }],
  ["without a row", "csv", "", { kind: "empty" }],
  ["with a header only", "csv", "prompt\n\n", { kind: "empty" }],
  ["with a line that is no JSON", "jsonl", '{"prompt":"a"}\n\nnonsense\n', { kind: "not-json", line: 3 }],
  ["with an object that has no prompt", "jsonl", '{"text":"a"}\n', { kind: "no-prompt", line: 1 }],
  ["with a line that is no object", "jsonl", '{"prompt":"a"}\n"b"\n', { kind: "no-prompt", line: 2 }],
  ["without a column of prompts", "csv", "\nid,text\n1,a\n", { kind: "no-column", line: 2, columns: ["id", "text"] }],
  ["with a row that is too short", "csv", 'id,prompt\n1,"a\nb"\n2,c\n3\n', { kind: "no-value", line: 5 }],
  ["with a quote that does not end", "csv", 'id,prompt\n1,a\n2,"b\n3,c\n', { kind: "quotes", line: 3 }],
  ["with a prompt that is too long", "lines", `a\n\n${"x".repeat(MAX_PROMPT_LENGTH + 1)}`, { kind: "too-long", line: 3 }],
  ["with too many prompts", "lines", `\n${"a\n".repeat(MAX_PROMPTS + 1)}`, { kind: "too-many", line: MAX_PROMPTS + 2 }],
])("a text %s names the problem and its line", async (_, format, content, problem) => {
  expect(await problemOf(readPrompts(content, format))).toEqual(problem);
});

test("a file that is too large or not UTF-8 has a problem", async () => {
  expect(await problemOf(readPromptFile(file("p.txt", "a".repeat(MAX_FILE_BYTES + 1))))).toEqual({ kind: "too-large" });
  expect(await problemOf(readPromptFile(file("p.txt", Uint8Array.of(0xff, 0xfe, 0x41, 0))))).toEqual({ kind: "not-utf8" });
});
