import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { compileConstraint } from "../compile-constraint.ts";
import { jsonSchema } from "../json-schema/json-schema.ts";
import { byteModel, byteTokens } from "../models-for-tests.ts";
import { allTexts } from "../recogniser-for-tests.ts";
import { regex } from "./regex.ts";

const ALPHABET = ["a", "B", "7", "\n", "é", "😀"];
const texts = allTexts(ALPHABET, 3);

const ATOMS = [
  "a",
  "B",
  ".",
  "\\d",
  "\\w",
  "\\W",
  "\\s",
  "[aB]",
  "[^a]",
  "[a-z\\d]",
  "\\u00e9",
  "\\u{1F600}",
  "\\p{L}",
  "[\\p{Lu}-]",
  "\\x61",
  "é",
  "-",
  "\\n",
  "[]",
  "[^]",
];

function randomPattern(seed: number): string {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const terms = (depth: number): string => Array.from({ length: below(4) }, () => term(depth)).join("");
  const term = (depth: number): string => {
    const atom =
      depth > 0 && below(3) === 0
        ? `(${["", "?:", `?<n${seed}${below(1e9)}>`][below(3)]!}${terms(depth - 1)}|${terms(depth - 1)})`
        : ATOMS[below(ATOMS.length)]!;
    return atom + ["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?"][below(11)]!;
  };
  return Array.from({ length: 1 + below(2) }, () => `${below(3) === 0 ? "^" : ""}${terms(2)}${below(3) === 0 ? "$" : ""}`).join("|");
}

const accepted = (status: string): boolean => status === "complete" || status === "final";

describe("random patterns", () => {
  test("match as a whole what ECMAScript's regular expressions do", () => {
    for (let seed = 0; seed < 100; seed++) {
      const pattern = randomPattern(seed);
      const expected = new RegExp(
        `^(?:${pattern
          .replaceAll(/^\^|\$$/g, "")
          .replaceAll("|^", "|")
          .replaceAll("$|", "|")})$`,
        "u",
      );
      if (!texts.some((text) => expected.test(text))) continue;
      const constraint = compileConstraint(byteModel, regex(pattern));
      for (const text of texts)
        if (accepted(constraint.status(byteTokens(text))) !== expected.test(text)) expect.fail(`${pattern}: ${JSON.stringify(text)}`);
    }
  });

  test("in a JSON schema match anywhere in a string", () => {
    for (let seed = 200; seed < 270; seed++) {
      const pattern = randomPattern(seed);
      const expected = new RegExp(pattern, "u");
      if (!texts.some((text) => expected.test(text))) continue;
      const constraint = compileConstraint(byteModel, jsonSchema({ type: "string", pattern }));
      for (const text of texts)
        if (accepted(constraint.status(byteTokens(JSON.stringify(text)))) !== expected.test(text))
          expect.fail(`${pattern}: ${JSON.stringify(text)}`);
    }
  });
});

test("a RegExp has its own flags, and patterns without the flag u are read as such", () => {
  const status = (pattern: string | RegExp, text: string): string => compileConstraint(byteModel, regex(pattern)).status(byteTokens(text));
  expect(status(/a.b/s, "a\nb")).toBe("final");
  expect(status(/a.b/, "a\nb")).toBe("violated");
  expect(status("[\\w\\-.]+", "a-b.c")).toBe("complete");
  expect(status("\\cJ\\t\\0\\/[\\b]", "\n\t\0/\b")).toBe("final");
  expect(status("\\ud83d\\ude00", "😀")).toBe("final");
});

test.each([
  ["(a", "a valid regular expression"],
  ["(?=a)b", "line 1, column 1 must be a pattern without look-ahead"],
  ["a(?<!b)", "column 2 must be a pattern without look-ahead and look-behind"],
  ["(a)\\1", "column 4 must be a pattern without back-references"],
  ["\\bword", "without word boundaries"],
  ["a^b", "with ^ only at the beginning"],
  ["a$b", "since $ is only supported there"],
  ["(a$)", "with $ only at the end"],
  ["\\ud83d", "a Unicode character"],
  ["[]", "a constraint that no text satisfies"],
])("refuses %s", (pattern, problem) => {
  expect(() => regex(pattern)).toThrow(InvalidOptionError);
  expect(() => regex(pattern)).toThrow(problem);
});

test("refuses flags that change what matches, and other values", () => {
  expect(() => regex(/a/i)).toThrow('regex: flags must be none but u, s, d, g and y; write i and m into the pattern, as in [Aa], got "i"');
  expect(() => regex(3 as never)).toThrow("regex: pattern must be a text or a RegExp, got 3");
});
