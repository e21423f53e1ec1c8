import { expect, test } from "vitest";
import { builtInSets } from "./built-in-sets.ts";
import { readPromptLines } from "./read-prompts.ts";

test("built-in sets are valid, and no prompt is there twice", () => {
  for (const { prompts } of builtInSets) expect(readPromptLines(prompts.join("\n"))).toEqual(prompts);
  const all = builtInSets.flatMap(({ prompts }) => prompts);
  expect(new Set(all).size).toBe(all.length);
  expect(builtInSets.filter(({ isForChat }) => !isForChat)).toHaveLength(3);
});
