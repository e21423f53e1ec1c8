import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { choices } from "../choices.ts";
import { compileConstraint } from "../compile-constraint.ts";
import { byteModel, byteTokens } from "../models-for-tests.ts";
import { grammar } from "./grammar.ts";

const status = (source: string, text: string): string => compileConstraint(byteModel, grammar(source)).status(byteTokens(text));

describe("the notation", () => {
  test("has comments, groups, repetitions, classes and escapes, over several lines", () => {
    const source = `# numbers
      root ::= sign? digits ("." digits)? # a number
             | "\\x41\\u00e9\\U0001F600\\n\\"" [^a-c\\]-]{2}
      digits ::= [0-9]{1,3}
      sign ::= [+-]`;
    for (const text of ["-12.5", "7", 'Aé😀\n"xy']) expect(status(source, text)).toMatch(/^(complete|final)$/);
    for (const text of ["1234", "12.", 'Aé😀\n"a', 'Aé😀\n"x-', "+-1"]) expect(status(source, text)).toMatch(/violated|incomplete/);
  });

  test("has rules that call themselves at the beginning, within and at the end", () => {
    const sums = 'root ::= root "+" term | term\nterm ::= "(" root ")" | "x" more\nmore ::= "x" more | ""';
    expect(status(sums, "xx+(x+(xxx))+x")).toBe("complete");
    expect(status(sums, "x+(x")).toBe("incomplete");
    expect(status(sums, "x)")).toBe("violated");
  });

  test("a long text of a rule that repeats by calling itself leaves the same state", () => {
    const compiled = compileConstraint(byteModel, grammar('root ::= item root | item\nitem ::= [a-z] | "(" root ")"'));
    expect(compiled.status(byteTokens("a".repeat(20_000)))).toBe("complete");
    expect(compiled.status(byteTokens(`${"(".repeat(2000)}x${")".repeat(2000)}`))).toBe("complete");
    expect(compiled.status(byteTokens(`${"(".repeat(2000)}x${")".repeat(2001)}`))).toBe("violated");
  });
});

test("more states than are kept are found again", () => {
  // The last 16 signs decide, so that there are 2^16 states for each of two ways to write them.
  const compiled = compileConstraint(byteModel, grammar('root ::= ("x" | "y") [ab]* "a" [ab]{15} | "z" [ab]* "a" [ab]{15} "!"'));
  const random = seededRandom(8);
  for (const first of ["x", "z", "x"]) {
    const text = first + Array.from({ length: 60_000 }, () => (random.uniform() < 0.5 ? "a" : "b")).join("");
    const isText = text.at(-16) === "a" && first === "x";
    expect(compiled.status(byteTokens(text))).toBe(isText ? "complete" : "incomplete");
    expect(compiled.status(byteTokens(`${text}!`))).toBe(text.at(-16) === "a" && first === "z" ? "final" : "violated");
  }
});

test.each([
  ['root ::= "a', 'grammar: line 1, column 12 must be a closing " on the same line, got "the end"'],
  ["root ::= b", 'grammar: line 1, column 10 must be a rule that is defined, and "b" is not (rules: root), got "b"'],
  ['a ::= "x"', 'grammar: source must be a grammar with the rule "root", got "rules a"'],
  ["", 'grammar: source must be a grammar with the rule "root", got "no rules"'],
  ['root ::= "a"\nroot ::= "b"', 'line 2, column 1 must be another name than "root"'],
  ["root ::= (", 'line 1, column 11 must be ")"'],
  ["root ::= %", 'line 1, column 10 must be a name, "text", [characters], "(" or ".", got "%"'],
  ["root := x", 'line 1, column 6 must be "::="'],
  ['root ::= "\\q"', "line 1, column 11 must be an escape"],
  ['root ::= "\\ud800"', "line 1, column 11 must be a Unicode character"],
  ['root ::= "\\x4"', "2 hexadecimal digits"],
  ["root ::= [b-a]", "a range from a lower to a higher character"],
  ['root ::= "a"{3,2}', "with min <= max"],
  ['root ::= "a" root', "a constraint that no text satisfies"],
  ["root ::= []", "a constraint that no text satisfies"],
  [`root ::= ("a"{1000}){1000}`, "the grammar must be smaller"],
])("refuses %j", (source, problem) => {
  expect(() => grammar(source)).toThrow(InvalidOptionError);
  expect(() => grammar(source)).toThrow(problem);
  // The next call is not affected.
  expect(status('root ::= "a"', "a")).toBe("final");
});

test("refuses a value that is not a string", () => {
  expect(() => grammar(undefined as never)).toThrow("grammar: source must be the text of a grammar, got undefined");
});

describe("choices", () => {
  test("print as a grammar, and may begin with one another", () => {
    const constraint = choices(["yes", "no", "yes, sir", "no"]);
    expect(constraint).toEqual({ kind: "choices", grammar: 'root ::= "yes" | "no" | "yes, sir"\n' });
    const compiled = compileConstraint(byteModel, constraint);
    expect(["y", "yes", "yes, sir", "no", "nope"].map((text) => compiled.status(byteTokens(text)))).toEqual([
      "incomplete",
      "complete",
      "final",
      "final",
      "violated",
    ]);
    expect(compiled.forcedText(byteTokens("n"))).toBe("o");
    expect(compiled.minTokens).toBe(2);
  });

  test.each([[[]], ["yes"], [[""]], [["a", 3]], [["\ud800"]]])("refuses %j", (texts) => {
    expect(() => choices(texts as never)).toThrow("choices: texts must be an array of at least one text");
  });
});
