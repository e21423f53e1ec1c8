import { describe, expect, test } from "vitest";
import { explainCache } from "./explain-cache.ts";
import { certainFixture, type Read } from "./fixture.ts";

/** What is said of passes that went on from `sequences`, after `prompt` and one commit of `tokens` before the second of them. */
function explained(prompt: readonly number[], tokens: readonly number[], ...sequences: readonly (readonly number[])[]): string | undefined {
  const reads = sequences.map((sequence, pass): Read => ({ role: "causal", pass, sequence: Int32Array.from(sequence) }));
  const commits = [{ readsBefore: 1, tokens }];
  return explainCache({ prompt, tokens, limit: 9, commits, firstRead: 0 }, { ...certainFixture(), reads });
}

const reason = (text: string | undefined): string | undefined => text?.split(": ")[1]!.replace(/ A session must hold.*$/u, "");

describe("a pass that read something else than the sequence", () => {
  test.each<[string, readonly number[], string]>([
    ["the beginning is missing", [4, 5], "3 tokens from position 0 on are missing."],
    ["one token at the beginning is missing", [2, 3, 4, 5], "1 token from position 0 on is missing."],
    ["only the end is there", [5], "4 tokens from position 0 on are missing."],
    ["one token in the middle is missing", [1, 2, 4, 5], "1 token from position 2 on is missing."],
    ["tokens are missing and more was read", [1, 2, 5, 9, 9], "2 tokens from position 2 on are missing."],
    ["a token stands twice", [1, 2, 2, 3, 4, 5], "1 token too much stands from position 2 on."],
    ["tokens that were not committed stand before", [1, 2, 8, 9, 3, 4, 5], "2 tokens too many stand from position 2 on."],
    [
      "tokens that were not committed stand before, and more was read",
      [1, 2, 8, 3, 4, 5, 6],
      "1 token too much stands from position 2 on.",
    ],
    ["a token is another one, though what follows looks like it", [1, 2, 4, 9, 5], "position 2 holds 4 in place of 3."],
    ["a token is another one", [1, 2, 7, 4, 5], "position 2 holds 7 in place of 3."],
    ["a token is masked", [1, 2, 0, 4, 5], "position 2 is masked."],
  ])("is explained: %s", (_, sequence, expected) => {
    const text = explained([1, 2, 3], [4, 5], [1, 2, 3], sequence);
    expect(text).toContain(`Pass 1 of the causal model went on from [${sequence.join(", ")}], where [1, 2, 3, 4, 5] was committed:`);
    expect(reason(text)).toBe(expected);
    expect(text).toMatch(
      /A session must hold every committed token once .* rewindTo \(or keepPath, for a tree\) what was read and not committed\.$/u,
    );
  });

  test.each<[readonly number[], string]>([
    [[1, 3, 2, 4, 5], "from position 1 on the tokens stand in another order: [3, 2, 4, 5] in place of [2, 3, 4, 5]."],
    [[2, 1], "from position 0 on the tokens stand in another order: [2, 1] in place of [1, 2]."],
  ])("is explained: two tokens are exchanged, %o", (sequence, expected) => {
    expect(explained([1, 2, 3], [4, 5], [1, 2, 3], sequence)).toContain(expected);
  });

  test("is the first one that did, by what was committed when it ran", () => {
    expect(explained([1, 2], [3], [1, 9], [2, 3])).toContain("Pass 0 of the causal model went on from [1, 9], where [1, 2] was committed");
    expect(explained([1, 2], [3], [1, 2, 8, 8], [1, 2, 3, 8])).toBeUndefined();
    expect(explained([1, 2], [3], [1, 2], [1, 2])).toBeUndefined();
  });

  test("is not looked for among those of other decodes", () => {
    const reads: Read[] = [{ role: "causal", pass: 0, sequence: Int32Array.of(9) }];
    const progress = { prompt: [1], tokens: [], limit: 9, commits: [], firstRead: 1 };
    expect(explainCache(progress, { ...certainFixture(), reads })).toBeUndefined();
    expect(explainCache({ ...progress, firstRead: 0 }, { ...certainFixture(), reads })).toContain("position 0 holds 9 in place of 1");
  });
});
