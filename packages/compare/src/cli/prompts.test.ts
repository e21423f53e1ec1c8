import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readPrompts } from "./prompts.ts";

const folder = mkdtempSync(path.join(tmpdir(), "decodekit-prompts-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

test("reads one prompt per line, with its spaces, and skips empty lines", async () => {
  const file = fileWith("prompts.txt", "\uFEFFOne day\r\n\r\n  The cat \n{not json\n");
  expect(await readPrompts(undefined, { name: file, folder })).toEqual(["One day", "  The cat ", "{not json"]);
});

test("reads a field per line of a .jsonl file, after the prompts given one by one", async () => {
  const file = fileWith("prompts.jsonl", '{"prompt":"two\\nlines","id":1}\n\n{"prompt":""}\n');
  expect(await readPrompts(["first"], { name: path.basename(file), folder })).toEqual(["first", "two\nlines", ""]);
});

test("has a default prompt", async () => {
  expect(await readPrompts()).toEqual(["Once upon a time"]);
});

test("names the invalid file and line", async () => {
  const read = (file: string): Promise<unknown> => readPrompts([], { name: file, folder });
  await expect(read(path.join(folder, "none.txt"))).rejects.toThrow(/cannot read .*none\.txt \(ENOENT\)/);
  await expect(read(fileWith("empty.txt", "\n \n"))).rejects.toThrow("contains no prompt");
  await expect(read(fileWith("bad.jsonl", '{"prompt":"a"}\nnonsense\n'))).rejects.toThrow(/bad\.jsonl:2: .* got invalid JSON/);
  await expect(read(fileWith("field.jsonl", '{"text":"a"}\n'))).rejects.toThrow(
    'field.jsonl:1: a line of a .jsonl file must be an object whose "prompt" is a string',
  );
});
