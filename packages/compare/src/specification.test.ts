import { expect, test } from "vitest";
import { readSpecification, writeSpecification } from "./specification.ts";

test.each([
  ["greedy", "greedy", []],
  [
    " top-p : p = 0.9 , temperature=1 ",
    "top-p",
    [
      ["p", "0.9"],
      ["temperature", "1"],
    ],
  ],
  ["a:,, tree ,", "a", [["tree", undefined]]],
  ["a:b=", "a", [["b", ""]]],
  [
    "a:b=,c=1",
    "a",
    [
      ["b", ""],
      ["c", "1"],
    ],
  ],
  ["a:b=c=d:e", "a", [["b", "c=d:e"]]],
  [
    'a:b="c, d",e=1',
    "a",
    [
      ["b", "c, d"],
      ["e", "1"],
    ],
  ],
  [
    'a:b= "\\"\\n " , e',
    "a",
    [
      ["b", '"\n '],
      ["e", undefined],
    ],
  ],
  ['a:b=c"d', "a", [["b", 'c"d']]],
])("%j is split", (specification, name, options) => {
  expect(readSpecification(specification)).toEqual({ name, options });
});

test.each(['a:b="c', 'a:b="c" d', 'a:b="\\q"', 'a:b="line\nbreak"'])("%j is refused", (specification) => {
  expect(() => readSpecification(specification)).toThrow(/b must be a JSON string/);
});

test.each(["", "plain", "a, b", "a\nb", '"', 'say "hi"', " edge", "edge ", "a=b:c", '{\n\t"a": [1, 2]\n}', "日本, 語", "\\n"])(
  "%j is written so that it is read as it was",
  (text) => {
    const written = writeSpecification("x", { first: text, second: 2, third: true });
    expect(readSpecification(written)).toEqual({
      name: "x",
      options: [
        ["first", text],
        ["second", "2"],
        ["third", "true"],
      ],
    });
  },
);

test("what needs no quotation marks has none", () => {
  expect(writeSpecification("top-p", { p: 0.9, note: "a b:c=d" })).toBe("top-p:p=0.9,note=a b:c=d");
  expect(writeSpecification("greedy", {})).toBe("greedy");
});
