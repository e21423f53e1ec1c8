import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { copying } from "./copying.ts";

/** What a copy of `prompt` and `tokens` says next: the token, or undefined where nothing is being repeated. */
function saidAfter(prompt: readonly number[], tokens: readonly number[] = []): number | undefined {
  const copy = copying(Int32Array.from(prompt));
  copy.observe(Int32Array.from(tokens));
  return copy.place < 0 ? undefined : copy.at(copy.place);
}

describe("a copy", () => {
  test("begins after two tokens that stood together before, in the prompt or later", () => {
    expect(saidAfter([1, 2, 3, 1, 2])).toBe(3);
    expect(saidAfter([1, 2, 3, 1])).toBeUndefined();
    expect(saidAfter([1, 2, 3], [1])).toBeUndefined();
    expect(saidAfter([1, 2, 3], [1, 2])).toBe(3);
    expect(saidAfter([1, 2])).toBeUndefined();
    expect(saidAfter([5], [1, 2, 9, 1, 2])).toBe(9);
  });

  test("goes by the latest place, and stays where it is while that is right", () => {
    expect(saidAfter([1, 2, 3, 1, 2, 4, 1, 2])).toBe(4);
    // After 1 2 3 the copy goes on, although 2 3 stood at a later place, too.
    expect(saidAfter([1, 2, 3, 7, 2, 3, 8, 1, 2], [3])).toBe(7);
  });

  test("goes on through a replaced token, and replaces it the next time", () => {
    const passage = [1, 2, 3, 4, 5, 3, 6, 9];
    expect(saidAfter(passage, [1, 2, 8])).toBe(4);
    expect(saidAfter(passage, [1, 2, 8, 4, 5])).toBe(8);
  });

  test("ends after five tokens that are none of the passage", () => {
    const passage = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(saidAfter(passage, [1, 2, 20, 21, 22, 23])).toBe(7);
    expect(saidAfter(passage, [1, 2, 20, 21, 22, 23, 24])).toBeUndefined();
  });

  test("knows how often it was right", () => {
    const copy = copying(Int32Array.of(1, 2, 3, 4, 1, 2));
    expect(copy.rate).toBe(1 / 2);
    copy.observe(Int32Array.of(3));
    expect(copy.rate).toBe(2 / 3);
    copy.observe(Int32Array.of(9));
    expect(copy.rate).toBe(2 / 4);
  });
});

/** The same, looking through the whole text every time. */
function slowCopy(prompt: readonly number[]) {
  const text = [...prompt];
  const replacements = new Map<number, number>();
  let [place, deviation, hits, tries] = [-1, 0, 1, 2];
  const said = (index: number): number => replacements.get(text[index]!) ?? text[index]!;
  const look = (): void => {
    for (let end = text.length - 1; end >= 2; end--) {
      if (text[end - 2] !== text.at(-2) || text[end - 1] !== text.at(-1)) continue;
      if (place < 0 || deviation > 0) [place, deviation] = [end, 0];
      return;
    }
  };
  look();
  return {
    observe(token: number) {
      if (place >= 0) {
        tries++;
        const isRight = said(place) === token;
        if (isRight) hits++;
        deviation = isRight ? 0 : deviation + 1;
        if (deviation === 1) replacements.set(text[place]!, token);
        place = deviation > 4 ? -1 : place + 1;
      }
      text.push(token);
      look();
    },
    state: () => ({ place, said: place < 0 ? undefined : said(place), rate: hits / tries }),
  };
}

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("is what looking through the whole text gives, seed %d", (seed) => {
  for (const alphabet of [2, 4, 9]) {
    const random = seededRandom(seed).fork(alphabet);
    const passage = Array.from({ length: 12 }, () => Math.floor(alphabet * random.uniform()));
    const slow = slowCopy(passage);
    const fast = copying(Int32Array.from(passage));
    for (let index = 0; index < 150; index++) {
      const { place, said, rate } = slow.state();
      expect([fast.place, fast.place < 0 ? undefined : fast.at(fast.place), fast.rate]).toEqual([place, said, rate]);
      // Mostly the passage again, with other tokens now and then.
      const token = random.bernoulli(0.8) ? passage[index % passage.length]! : Math.floor((alphabet + 2) * random.uniform());
      slow.observe(token);
      fast.observe(Int32Array.of(token));
    }
  }
});
