import { describe, expect, test } from "vitest";
import { explainCache } from "./explain-cache.ts";
import { certainFixture, type Read } from "./fixture.ts";

/** Returns the explanation of passes that continued `sequences`, after `prompt` and a commit of `tokens` before the second pass. */
function explained(prompt: readonly number[], tokens: readonly number[], ...sequences: readonly (readonly number[])[]): string | undefined {
  const reads = sequences.map((sequence, pass): Read => ({ role: "causal", pass, sequence: Int32Array.from(sequence) }));
  const commits = [{ readsBefore: 1, tokens }];
  return explainCache({ prompt, tokens, limit: 9, commits, firstRead: 0 }, { ...certainFixture(), reads });
}

const reason = (text: string | undefined): string | undefined => text?.split(": ")[1]!.replace(/ A session must hold.*$/u, "");

describe("a pass that read something other than the sequence", () => {
  test.each<[string, readonly number[], string]>([
    ["the beginning is missing", [4, 5], "3 tokens are missing from position 0."],
    ["one token at the beginning is missing", [2, 3, 4, 5], "1 token is missing from position 0."],
    ["only the end is present", [5], "4 tokens are missing from position 0."],
    ["one token in the middle is missing", [1, 2, 4, 5], "1 token is missing from position 2."],
    ["tokens are missing and more was read", [1, 2, 5, 9, 9], "2 tokens are missing from position 2."],
    ["a token is repeated", [1, 2, 2, 3, 4, 5], "1 extra token at position 2."],
    ["tokens that were not committed come before", [1, 2, 8, 9, 3, 4, 5], "2 extra tokens at position 2."],
    ["tokens that were not committed come before, and more was read", [1, 2, 8, 3, 4, 5, 6], "1 extra token at position 2."],
    ["a token differs, and the next tokens look like a shift", [1, 2, 4, 9, 5], "position 2 holds 4 instead of 3."],
    ["a token differs", [1, 2, 7, 4, 5], "position 2 holds 7 instead of 3."],
    ["a token is masked", [1, 2, 0, 4, 5], "position 2 is masked."],
  ])("is explained: %s", (_, sequence, expected) => {
    const text = explained([1, 2, 3], [4, 5], [1, 2, 3], sequence);
    expect(text).toContain(`Pass 1 of the causal model continued [${sequence.join(", ")}], but [1, 2, 3, 4, 5] was committed:`);
    expect(reason(text)).toBe(expected);
    expect(text).toMatch(/A session must hold every committed token once .* rewindTo \(or keepPath, for a tree\)\.$/u);
  });

  test.each<[readonly number[], string]>([
    [[1, 3, 2, 4, 5], "the tokens from position 1 are in another order: [3, 2, 4, 5] instead of [2, 3, 4, 5]."],
    [[2, 1], "the tokens from position 0 are in another order: [2, 1] instead of [1, 2]."],
  ])("is explained: two tokens are exchanged, %o", (sequence, expected) => {
    expect(explained([1, 2, 3], [4, 5], [1, 2, 3], sequence)).toContain(expected);
  });

  test("is the first such pass, compared with the tokens committed when it ran", () => {
    expect(explained([1, 2], [3], [1, 9], [2, 3])).toContain("Pass 0 of the causal model continued [1, 9], but [1, 2] was committed");
    expect(explained([1, 2], [3], [1, 2, 8, 8], [1, 2, 3, 8])).toBeUndefined();
    expect(explained([1, 2], [3], [1, 2], [1, 2])).toBeUndefined();
  });

  test("is not searched among the passes of other decodes", () => {
    const reads: Read[] = [{ role: "causal", pass: 0, sequence: Int32Array.of(9) }];
    const progress = { prompt: [1], tokens: [], limit: 9, commits: [], firstRead: 1 };
    expect(explainCache(progress, { ...certainFixture(), reads })).toBeUndefined();
    expect(explainCache({ ...progress, firstRead: 0 }, { ...certainFixture(), reads })).toContain("position 0 holds 9 instead of 1");
  });
});
