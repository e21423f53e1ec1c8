import type { FinishReason } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { type ComparedLane, differencesOf, type LaneDifferences } from "./lane-differences.ts";

interface Shown {
  readonly shown?: number;
  readonly finishReason?: FinishReason;
}

/** A lane whose tokens are the characters of `text`. By default it is shown to its end, the length limit. */
function lane(text: string, { shown = text.length, finishReason = "length" }: Shown = {}): ComparedLane {
  return { output: Array.from(text, (each) => each.codePointAt(0)!), shown, finishReason: shown < text.length ? undefined : finishReason };
}

const marks = { only: "o", first: "<", inside: "-", last: ">" } as const;
const drawn = ({ parts }: LaneDifferences): string => parts.map((part) => (part ? marks[part] : ".")).join("");
const draw = (...lanes: readonly ComparedLane[]): string[] => differencesOf(lanes).map(drawn);

describe("the differing tokens of lanes", () => {
  test("in two lanes are those of both", () => {
    expect(draw(lane("abcdef"), lane("abXYef"))).toEqual(["..<>..", "..<>.."]);
    expect(draw(lane("abcdef"), lane("abXdeY"))).toEqual(["..o..o", "..o..o"]);
    expect(draw(lane("abcdef"), lane("abcdef"))).toEqual(["......", "......"]);
  });

  test("end where texts agree again after an insertion, and the end that a length limit cuts off is no difference", () => {
    expect(draw(lane("abcdefgh"), lane("abXcdefg"))).toEqual(["........", "..o....."]);
    expect(draw(lane("abXcdefg"), lane("abcdefgh"))).toEqual(["..o.....", "........"]);
  });

  test("in the first lane differ from every other lane", () => {
    expect(draw(lane("abcdef"), lane("abcdef"), lane("abXdef"))).toEqual(["......", "......", "..o..."]);
    expect(draw(lane("abcdef"), lane("abYdef"), lane("abXdef"))).toEqual(["..o...", "..o...", "..o..."]);
  });

  test("are not marked before the other lane has got as far", () => {
    expect(draw(lane("abcdef", { shown: 2 }), lane("abXYef", { shown: 5 }))).toEqual(["..", "....."]);
    expect(draw(lane("abcdef", { shown: 3 }), lane("abXYef", { shown: 5 }))).toEqual(["..o", "..o.."]);
    expect(draw(lane("abcdef"), lane("abXYef", { shown: 3 }))).toEqual(["..o...", "..o"]);
    expect(draw(lane("abcdefgh", { shown: 2 }), lane("abXcdefg"))).toEqual(["..", "........"]);
    expect(draw(lane("abcdefgh", { shown: 3 }), lane("abXcdefg"))).toEqual(["...", "..o....."]);
  });

  test("include what follows the end of another text, if that text ended by itself", () => {
    expect(draw(lane("abc", { finishReason: "stop" }), lane("abcdef"))).toEqual(["...", "...<->"]);
    expect(draw(lane("abcdef"), lane("abc", { finishReason: "stop" }))).toEqual(["...<->", "..."]);
    for (const finishReason of ["length", "abort"] as const)
      expect(draw(lane("abc", { finishReason }), lane("abcdef"))).toEqual(["...", "......"]);
  });

  test("compare the first lane with those that have got as far", () => {
    expect(draw(lane("abcdef"), lane("abXdef"), lane("abXdef", { shown: 0 }))).toEqual(["..o...", "..o...", ""]);
  });

  test("begin at the first difference", () => {
    const of = (...lanes: readonly ComparedLane[]) => differencesOf(lanes).map(({ partsAt }) => partsAt);
    expect(of(lane("abcdef"), lane("aXcdYf"))).toEqual([1, 1]);
    expect(of(lane("abcdef"), lane("abcdef"))).toEqual([undefined, undefined]);
    expect(of(lane("ab"))).toEqual([undefined]);
    expect(of()).toEqual([]);
  });
});
