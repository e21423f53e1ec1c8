import { describe, expect, test } from "vitest";
import { certainPrompt, certainText, certainToken, hashOf } from "./certain-text.ts";

/** Shares of the prompts for which `change` alters the first token of the text, and any of its first 8 tokens. */
function sharesOf(change: (prompt: Int32Array) => Int32Array): { readonly first: number; readonly any: number } {
  let [first, any, count] = [0, 0, 0];
  for (let length = 4; length <= 24; length++) {
    for (let begin = 1; begin <= 9; begin++) {
      const prompt = certainPrompt(length, begin);
      const [text, other] = [certainText(prompt, 8), certainText(change(prompt), 8)];
      count++;
      if (text[0] !== other[0]) first++;
      if (String(text) !== String(other)) any++;
    }
  }
  return { first: first / count, any: any / count };
}

describe("the certain text", () => {
  test.each<[string, (prompt: Int32Array) => Int32Array]>([
    ["without its first token", (prompt) => prompt.slice(1)],
    ["without its last token", (prompt) => prompt.slice(0, -1)],
    ["without the token in the middle", (prompt) => prompt.filter((_, index) => index !== prompt.length >> 1)],
    ["with the last token twice", (prompt) => Int32Array.of(...prompt, prompt.at(-1)!)],
    ["with the first token twice", (prompt) => Int32Array.of(prompt[0]!, ...prompt)],
    ["with two tokens exchanged", (prompt) => prompt.with(0, prompt[1]!).with(1, prompt[0]!)],
    ["read twice", (prompt) => Int32Array.of(...prompt, ...prompt)],
    ["reduced to its last token", (prompt) => prompt.slice(-1)],
  ])("differs after a prompt %s", (_, change) => {
    const { first, any } = sharesOf(change);
    expect(first).toBeGreaterThan(0.75);
    expect(any).toBe(1);
  });

  test("contains 1 to 9 about equally often, and no token twice in a row", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let begin = 1; begin <= 9; begin++) {
      const text = certainPrompt(1000, begin);
      for (const [index, token] of text.entries()) {
        counts[token]!++;
        expect(token).not.toBe(text[index - 1]);
      }
    }
    expect(counts[0]).toBe(0);
    for (const count of counts.slice(1)) expect(Math.abs(count / 9000 - 1 / 9)).toBeLessThan(0.02);
  });

  test("continues itself", () => {
    const text = certainText([3], 9);
    for (let end = 0; end < 9; end++) expect(certainToken([3, ...text.subarray(0, end)])).toBe(text[end]);
    expect([...certainPrompt(4, 3)]).toEqual([3, ...text.subarray(0, 3)]);
    expect(certainPrompt(1)).toEqual(Int32Array.of(3));
  });
});

test("the hash is an integer >= 0 that depends on seed, tokens and order", () => {
  const hashes = [hashOf([]), hashOf([1]), hashOf([1], 8), hashOf([1, 2]), hashOf([2, 1]), hashOf([1, 2, 0])];
  expect(new Set(hashes).size).toBe(hashes.length);
  for (const hash of hashes) expect(Number.isInteger(hash) && hash >= 0).toBe(true);
});
