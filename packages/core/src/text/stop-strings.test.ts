import { describe, expect, test } from "vitest";
import { stopStringFilter } from "./stop-strings.ts";

/** Returns the filtered pieces, and whether a stop string ended them. */
function filtered(
  stopStrings: readonly string[],
  pieces: readonly string[],
): { readonly texts: readonly string[]; readonly stopped: boolean } {
  const filter = stopStringFilter(stopStrings);
  const texts: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = filter.push(piece);
    texts.push(text);
    if (stopped) return { texts, stopped };
  }
  return { texts: [...texts, filter.end()], stopped: false };
}

describe("stopStringFilter", () => {
  test.each([
    { name: "passes text on without stop strings", stops: [], pieces: ["a", "b"], texts: ["a", "b", ""], stopped: false },
    { name: "drops the stop string and the text after it", stops: ["END"], pieces: ["one END two"], texts: ["one "], stopped: true },
    { name: "finds a stop string across pieces", stops: ["END"], pieces: ["one E", "N", "D two"], texts: ["one ", "", ""], stopped: true },
    {
      name: "returns text that only looked like the start of a stop string",
      stops: ["END"],
      pieces: ["E", "N", "TER"],
      texts: ["", "", "ENTER", ""],
      stopped: false,
    },
    { name: "returns the text that it held at the end", stops: ["END"], pieces: ["the EN"], texts: ["the ", "EN"], stopped: false },
    { name: "finds a stop string that starts inside a false start", stops: ["aab"], pieces: ["aa", "ab"], texts: ["", "a"], stopped: true },
    { name: "ends at the stop string that is complete first", stops: ["abc", "b"], pieces: ["abc"], texts: ["a"], stopped: true },
    {
      name: "ends at the longest stop string of those complete together",
      stops: ["c", "abc"],
      pieces: ["xabc"],
      texts: ["x"],
      stopped: true,
    },
    { name: "ends at the first of two places", stops: ["b"], pieces: ["abcb"], texts: ["a"], stopped: true },
    {
      name: "holds back the longest of several starts",
      stops: ["cd", "abce"],
      pieces: ["xabc", "f"],
      texts: ["x", "abcf", ""],
      stopped: false,
    },
    { name: "holds back no more than necessary", stops: ["\n\n"], pieces: ["a\n", "b\n"], texts: ["a", "\nb", "\n"], stopped: false },
  ])("$name", ({ stops, pieces, texts, stopped }) => {
    expect(filtered(stops, pieces)).toEqual({ texts, stopped });
  });

  test("returns the text that it held once, and nothing after a stop string", () => {
    const filter = stopStringFilter(["END"]);
    filter.push("the EN");
    expect([filter.end(), filter.end()]).toEqual(["EN", ""]);
    expect(filter.push("END of it")).toEqual({ text: "", stopped: true });
    expect(filter.end()).toBe("");
  });

  test("returns the same text for all ways to cut it into pieces", () => {
    const text = "aXabYabXbaYc";
    for (const stops of [["abX", "b"], ["bX", "abXb"], ["Yc"], ["ba", "XbaY"]]) {
      const whole = filtered(stops, [text]);
      for (let size = 1; size < text.length; size++) {
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));
        const { texts, stopped } = filtered(stops, pieces);
        expect({ text: texts.join(""), stopped }).toEqual({ text: whole.texts.join(""), stopped: whole.stopped });
      }
    }
  });
});
