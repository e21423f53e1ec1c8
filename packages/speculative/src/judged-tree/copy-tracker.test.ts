import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { copyTracker } from "./copy-tracker.ts";

/** The next token of a copy after `prompt` and `tokens`, or undefined if nothing is repeated. */
function copiedAfter(prompt: readonly number[], tokens: readonly number[] = []): number | undefined {
  const copy = copyTracker(Int32Array.from(prompt));
  copy.observe(Int32Array.from(tokens));
  return copy.place < 0 ? undefined : copy.at(copy.place);
}

describe("a copy", () => {
  test("begins after two tokens that occurred in a row before, in the prompt or later", () => {
    expect(copiedAfter([1, 2, 3, 1, 2])).toBe(3);
    expect(copiedAfter([1, 2, 3, 1])).toBeUndefined();
    expect(copiedAfter([1, 2, 3], [1])).toBeUndefined();
    expect(copiedAfter([1, 2, 3], [1, 2])).toBe(3);
    expect(copiedAfter([1, 2])).toBeUndefined();
    expect(copiedAfter([5], [1, 2, 9, 1, 2])).toBe(9);
  });

  test("follows the latest occurrence, and stays there while it is right", () => {
    expect(copiedAfter([1, 2, 3, 1, 2, 4, 1, 2])).toBe(4);
    // After 1 2 3 the copy continues, although 2 3 also occurred later.
    expect(copiedAfter([1, 2, 3, 7, 2, 3, 8, 1, 2], [3])).toBe(7);
  });

  test("continues after a replaced token, and replaces it the next time", () => {
    const passage = [1, 2, 3, 4, 5, 3, 6, 9];
    expect(copiedAfter(passage, [1, 2, 8])).toBe(4);
    expect(copiedAfter(passage, [1, 2, 8, 4, 5])).toBe(8);
  });

  test("ends after five tokens that differ from the passage", () => {
    const passage = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(copiedAfter(passage, [1, 2, 20, 21, 22, 23])).toBe(7);
    expect(copiedAfter(passage, [1, 2, 20, 21, 22, 23, 24])).toBeUndefined();
  });

  test("estimates how often it is right", () => {
    const copy = copyTracker(Int32Array.of(1, 2, 3, 4, 1, 2));
    expect(copy.rate).toBe(1 / 2);
    copy.observe(Int32Array.of(3));
    expect(copy.rate).toBe(2 / 3);
    copy.observe(Int32Array.of(9));
    expect(copy.rate).toBe(2 / 4);
  });
});

/** The same, searching the whole text every time. */
function slowCopy(prompt: readonly number[]) {
  const text = [...prompt];
  const replacements = new Map<number, number>();
  let [place, deviation, hits, tries] = [-1, 0, 1, 2];
  const copied = (index: number): number => replacements.get(text[index]!) ?? text[index]!;
  const findPassage = (): void => {
    for (let end = text.length - 1; end >= 2; end--) {
      if (text[end - 2] !== text.at(-2) || text[end - 1] !== text.at(-1)) continue;
      if (place < 0 || deviation > 0) [place, deviation] = [end, 0];
      return;
    }
  };
  findPassage();
  return {
    observe(token: number) {
      if (place >= 0) {
        tries++;
        const isRight = copied(place) === token;
        if (isRight) hits++;
        deviation = isRight ? 0 : deviation + 1;
        if (deviation === 1) replacements.set(text[place]!, token);
        place = deviation > 4 ? -1 : place + 1;
      }
      text.push(token);
      findPassage();
    },
    state: () => ({ place, copied: place < 0 ? undefined : copied(place), rate: hits / tries }),
  };
}

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("equals a search of the whole text, seed %d", (seed) => {
  for (const alphabet of [2, 4, 9]) {
    const random = seededRandom(seed).fork(alphabet);
    const passage = Array.from({ length: 12 }, () => Math.floor(alphabet * random.uniform()));
    const slow = slowCopy(passage);
    const fast = copyTracker(Int32Array.from(passage));
    for (let index = 0; index < 150; index++) {
      const { place, copied, rate } = slow.state();
      expect([fast.place, fast.place < 0 ? undefined : fast.at(fast.place), fast.rate]).toEqual([place, copied, rate]);
      // Mostly repeats the passage, with other tokens now and then.
      const token = random.bernoulli(0.8) ? passage[index % passage.length]! : Math.floor((alphabet + 2) * random.uniform());
      slow.observe(token);
      fast.observe(Int32Array.of(token));
    }
  }
});
