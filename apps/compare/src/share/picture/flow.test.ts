import { seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import { flow, type Piece } from "./flow.ts";
import type { Pen } from "./pen.ts";

/** Every character is 10 pixels wide. */
const pen = { font: "", measureText: (text: string) => ({ width: 10 * Array.from(text).length }) } as unknown as Pen;
const piece = (text: string, more: Partial<Piece> = {}): Piece => {
  const [, lead, body] = /^( *)([^]*)$/.exec(text)!;
  return { lead: lead!, body: body!, font: "f", ...more };
};
const lines = (pieces: readonly Piece[], width: number): string[] => {
  const shown: string[] = [];
  for (const { text, line, x } of flow(pen, pieces, width).fragments) shown[line] = (shown[line] ?? "").padEnd(x / 10) + text;
  return shown;
};

test("lines break at white space, and tokens without it stay together", () => {
  expect(
    lines(
      [" Once", " up", "on", " a", " time"].map((text) => piece(text)),
      100,
    ),
  ).toEqual(["Once upon", "a time"]);
  expect(
    lines(
      [" ab", "cd", "ef"].map((text) => piece(text)),
      50,
    ),
  ).toEqual(["abcde", "f"]);
});

test("a line break in a token begins a line, and what follows joins it", () => {
  expect(lines([piece(" one.⏎\n"), piece("two"), piece(" three⏎\n⏎\n"), piece("four")], 200)).toEqual(["one.⏎", "two three⏎", "⏎", "four"]);
});

test("what is kept free after a token goes with it to the next line", () => {
  const { fragments } = flow(pen, [piece(" abc"), piece(" de", { after: 20 }), piece(" f")], 80);
  expect(fragments.map(({ text, line, x }) => [text, line, x])).toEqual([
    ["abc", 0, 0],
    ["de", 0, 40],
    ["f", 1, 0],
  ]);
  expect(flow(pen, [piece(" abc"), piece(" de", { after: 21 })], 80).fragments[1]).toMatchObject({ line: 1, x: 0, isLast: true });
});

test("no text is lost, no fragment is wider than its line, and each piece ends once", () => {
  const random = seededRandom(3);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  for (let round = 0; round < 300; round++) {
    const pieces = Array.from({ length: 1 + below(30) }, () =>
      piece(
        Array.from({ length: 1 + below(14) }, () => " ab🦊\n".charAt(below(4)) || "x")
          .join("")
          .replaceAll(/[\uD800-\uDFFF]/g, "🦊"),
      ),
    );
    const width = 30 + 10 * below(12);
    const { fragments, lines: count } = flow(pen, pieces, width);
    const shown = (all: readonly string[]): string => all.join("").replaceAll("\n", "");
    expect(shown(fragments.map(({ text }) => text))).toBe(shown(pieces.map(({ body }) => body)));
    for (const { x, width: own, line } of fragments) {
      expect(x + own).toBeLessThanOrEqual(width);
      expect(line).toBeLessThan(count);
    }
    for (const each of pieces) expect(fragments.filter(({ piece: of, isLast }) => of === each && isLast).length).toBeLessThanOrEqual(1);
  }
});
