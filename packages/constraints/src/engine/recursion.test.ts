import { seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import { compileConstraint } from "../compile-constraint.ts";
import { grammar } from "../grammar/grammar.ts";
import { parseGrammar } from "../grammar/parse-grammar.ts";
import { byteModel, byteTokens } from "../models-for-tests.ts";
import { allTexts, isText } from "../recogniser-for-tests.ts";

const texts = allTexts(["a", "b"], 6);

function expectDefinition(source: string): void {
  const compiled = compileConstraint(byteModel, grammar(source));
  const rules = parseGrammar("test", source);
  for (const text of texts) {
    const status = compiled.status(byteTokens(text));
    const isComplete = status === "complete" || status === "final";
    if (isComplete !== isText(rules, text)) expect.fail(`${JSON.stringify(text)} is ${status} in\n${source}`);
  }
}

test.each([
  'root ::= root "a" | "b"',
  'root ::= x "a" | "b"\nx ::= root "b" | "a"',
  'root ::= may root "a" | "b"\nmay ::= "a"?',
  'root ::= root root | "a" | ""',
  'root ::= root may root "b" | "a"\nmay ::= "" | root',
  'root ::= x\nx ::= x y "a" | ""\ny ::= x "b" | ""',
  'root ::= "a" root "b" | "b" root "a" | root root | ""',
])("calls at the beginning of rules follow the definition: %j", expectDefinition);

/** Rules whose alternatives are one to three names and letters, and a letter or nothing. */
function randomSource(seed: number): string {
  const random = seededRandom(seed);
  const pick = (items: readonly string[]): string => items[Math.floor(random.uniform() * items.length)]!;
  const alternative = (): string =>
    Array.from({ length: 1 + Math.floor(3 * random.uniform()) }, () => pick(["root", "x", "y", '"a"', '"b"'])).join(" ");
  const rule = (name: string): string => `${name} ::= ${[alternative(), alternative(), pick(['"a"', '"b"', '""'])].join(" | ")}`;
  return ["root", "x", "y"].map(rule).join("\n");
}

test("150 random grammars of rules that call each other anywhere follow their definition", () => {
  for (let seed = 0; seed < 150; seed++) expectDefinition(randomSource(seed));
});
