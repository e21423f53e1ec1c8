import { expect, test } from "vitest";
import { CHAT_TASKS, TASK_KINDS } from "./chat-tasks.ts";
import { CODE, PASSAGES } from "./lossless-materials.ts";
import { LOSSLESS_PROMPTS } from "./lossless-prompts.ts";

test("there are 300 prompts, all different, 30 of each kind, and the kinds take turns", () => {
  expect(LOSSLESS_PROMPTS).toHaveLength(300);
  expect(new Set(LOSSLESS_PROMPTS.map(({ prompt }) => prompt)).size).toBe(300);
  for (const kind of TASK_KINDS) expect(LOSSLESS_PROMPTS.filter((task) => task.kind === kind)).toHaveLength(30);
  for (let round = 0; round < 30; round++)
    expect(LOSSLESS_PROMPTS.slice(10 * round, 10 * round + 10).map(({ kind }) => kind)).toEqual(TASK_KINDS);
});

test("the thirty chat tasks come first", () => {
  expect(new Set(LOSSLESS_PROMPTS.slice(0, 30))).toEqual(new Set(CHAT_TASKS));
});

test("what a task asks to change occurs in its text, and what replaces it does not", () => {
  for (const { text, name, otherName, number, otherNumber } of PASSAGES) {
    expect(text).toContain(name);
    expect(text).not.toContain(otherName);
    expect(text.match(new RegExp(`\\b${number}\\b`, "gu")), number).toHaveLength(1);
    expect(text).not.toContain(otherNumber);
  }
  for (const [code, name, better] of CODE) {
    expect(code).toMatch(new RegExp(`\\b${name}\\b`, "u"));
    expect(code).not.toContain(better);
  }
});
