import { expect, test } from "vitest";
import { colorsFor, widthOf } from "./terminal.ts";

const stream = (members: Partial<NodeJS.WriteStream>): NodeJS.WriteStream => members as NodeJS.WriteStream;

test.each([
  [{}, "x"],
  [{ isTTY: false, hasColors: () => true }, "x"],
  [{ isTTY: true, hasColors: () => false }, "x"],
  [{ isTTY: true, hasColors: () => true }, "\u001b[1mx\u001b[22m"],
] satisfies readonly (readonly [Partial<NodeJS.WriteStream>, string])[])(
  "colours require a terminal that supports them: %o",
  (members, text) => {
    expect(colorsFor(stream(members)).bold("x")).toBe(text);
  },
);

test.each([
  [{}, undefined],
  [{ columns: 80 }, undefined],
  [{ isTTY: false, columns: 80 }, undefined],
  [{ isTTY: true, columns: 0 }, undefined],
  [{ isTTY: true, columns: 80 }, 80],
  [{ isTTY: true, columns: 1 }, 1],
] satisfies readonly (readonly [Partial<NodeJS.WriteStream>, number | undefined])[])(
  "only a terminal has a width: %o",
  (members, width) => {
    expect(widthOf(stream(members))).toBe(width);
  },
);
