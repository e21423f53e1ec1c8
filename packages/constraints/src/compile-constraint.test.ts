import { InvalidOptionError, type LanguageModel, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { choices } from "./choices.ts";
import { compileConstraint } from "./compile-constraint.ts";
import type { CompiledConstraint } from "./compiled-constraint.ts";
import { grammar } from "./grammar/grammar.ts";
import { jsonSchema } from "./json-schema/json-schema.ts";
import { byteModel, bytes, byteTokens, modelOf } from "./models-for-tests.ts";
import { regex } from "./regular-expression/regex.ts";

/** Returns the row after `tokens`, from ones, and how many tokens are allowed. */
function rowAfter(constraint: CompiledConstraint, tokens: readonly number[], promptLength = 0, size = 10): Float32Array {
  const row = new Float32Array(size).fill(1);
  constraint.processor(row, { tokens: Int32Array.from(tokens), promptLength });
  return row;
}
const allowedIn = (row: Float32Array): readonly number[] => [...row.keys()].filter((token) => row[token]! > -Infinity);

const PIECES = ["a", "b", "ab", "é", [0xc3], [0xa9]] as const;
const model = modelOf(PIECES);

describe("the rows of a constraint", () => {
  const constraint = compileConstraint(model, regex("a|abé|é"));

  test("allow the tokens with which a text goes on after the prompt, and leave their logits", () => {
    expect([...rowAfter(constraint, [])]).toEqual([1, -Infinity, 1, 1, 1, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity]);
    expect(allowedIn(rowAfter(constraint, [3, 3, 1], 3))).toEqual([0, 2, 3, 4]);
    expect(allowedIn(rowAfter(constraint, [3, 3, 1, 0], 3))).toEqual([1, model.stop]);
    expect(allowedIn(rowAfter(constraint, [4]))).toEqual([5]);
  });

  test("allow the stop token only when the text is complete, and only it when nothing can follow", () => {
    expect(allowedIn(rowAfter(constraint, [2]))).toEqual([3, 4]);
    expect(allowedIn(rowAfter(constraint, [0]))).toEqual([1, model.stop]);
    expect(allowedIn(rowAfter(constraint, [2, 3]))).toEqual([model.stop]);
    expect(allowedIn(rowAfter(constraint, [2, 4, 5]))).toEqual([model.stop]);
  });

  test("stay as they are after an output that violates the constraint, or goes on after a stop token", () => {
    for (const tokens of [[1], [0, 0], [2, model.stop], [0, model.stop], [0, model.stop, 1], [8]])
      expect(allowedIn(rowAfter(constraint, tokens))).toHaveLength(10);
  });

  test("do not depend on the rows before: any order gives the same", () => {
    const random = seededRandom(4);
    const below = (limit: number): number => Math.floor(random.uniform() * limit);
    const shared = compileConstraint(model, grammar('root ::= "a" root "b" | "é" root? | "ab"'));
    for (let sample = 0; sample < 400; sample++) {
      const tokens = Array.from({ length: below(6) }, () => below(PIECES.length + 1));
      const fresh = compileConstraint(model, shared.constraint);
      expect(rowAfter(shared, tokens, Math.min(sample % 3, tokens.length))).toEqual(
        rowAfter(fresh, tokens, Math.min(sample % 3, tokens.length)),
      );
    }
  });

  test("may be longer or shorter than the vocabulary, and a stop token may lie beyond the tokenizer's", () => {
    expect(allowedIn(rowAfter(constraint, [0], 0, 40))).toEqual([1, model.stop]);
    expect(allowedIn(rowAfter(constraint, [0], 0, 2))).toEqual([1]);
    const beyond = compileConstraint(model, regex("a"), { stopTokens: [12] });
    expect(allowedIn(rowAfter(beyond, [0], 0, 15))).toEqual([12]);
    expect([...beyond.allowedTokens(Int32Array.of(0))]).toEqual([12]);
  });
});

test("a stop token with text is never part of the text", () => {
  const constraint = compileConstraint(model, regex("a(ba)?"), { stopTokens: [1, model.stop] });
  expect([...constraint.allowedTokens(Int32Array.of(0))]).toEqual([1, model.stop]);
  // After "a", "b" is the stop token.
  expect(constraint.status(Int32Array.of(0))).toBe("final");
});

describe("what the vocabulary cannot write", () => {
  const few = modelOf(["a", "b", "é"]);
  test("is left out, so that every output can be completed", () => {
    const constraint = compileConstraint(few, regex("a.*b|c"));
    expect([...constraint.allowedTokens(new Int32Array(0))]).toEqual([0]);
    // Characters with a token of their own can be written as a whole only.
    expect([...constraint.allowedTokens(Int32Array.of(0))]).toEqual([0, 1, 2]);
    expect(constraint.status(few.tokenizer.encode("aéb"))).toBe("complete");
  });

  test("is not begun by a token that ends within a character", () => {
    const part = modelOf(["a", "é", [0xc3], [0xc3, 0xa9, 0xc3]]);
    const constraint = compileConstraint(part, regex("é{2}a"));
    expect([...constraint.allowedTokens(new Int32Array(0))]).toEqual([1]);
    expect(constraint.status(Int32Array.of(2))).toBe("violated");
    expect([...constraint.allowedTokens(Int32Array.of(1, 1))]).toEqual([0]);
  });

  test("is an error if nothing is left", () => {
    expect(() => compileConstraint(few, choices(["x", "y"]))).toThrow(
      "compileConstraint: constraint must be one whose characters the vocabulary can write",
    );
  });
});

describe("the state of an output", () => {
  const constraint = compileConstraint(
    byteModel,
    jsonSchema({ type: "object", properties: { name: { type: "string", maxLength: 3 }, n: { type: "integer" } }, required: ["name", "n"] }),
  );
  test.each([
    ["", "incomplete", '{"name": "'],
    ['{"name": "abc', "incomplete", '", "n": '],
    ['{"name": "abcd', "violated", ""],
    ['{"name": "a", "n": 1', "incomplete", ""],
    ['{"name": "a", "n": 1}', "final", ""],
    ['{"name": "a", "n": 1} ', "violated", ""],
  ])("after %j: %s, and %j is certain", (text, status, forced) => {
    expect(constraint.status(byteTokens(text))).toBe(status);
    expect(constraint.forcedText(byteTokens(text))).toBe(forced);
  });

  test("has only whole characters in what is certain", () => {
    const accents = compileConstraint(byteModel, choices(["aé", "aè"]));
    expect(accents.forcedText(new Int32Array(0))).toBe("a");
    expect(accents.forcedText(byteTokens("a"))).toBe("");
    expect(accents.forcedText(byteTokens("aé").subarray(0, 2))).toBe("");
  });

  test("that is long is certain as a whole", () => {
    expect(compileConstraint(byteModel, regex("(ab){500}")).forcedText(new Int32Array(0))).toBe("ab".repeat(500));
  });
});

test("the fewest tokens are a lower bound: exact for short texts, and an error against a smaller limit", () => {
  expect(compileConstraint(model, choices(["abab", "ababab"])).minTokens).toBe(2);
  expect(compileConstraint(model, regex("(a|b){1000}")).minTokens).toBe(500);
  expect(compileConstraint(model, regex("a?")).minTokens).toBe(0);
  expect(compileConstraint(model, choices(["abab"]), { maxNewTokens: 2 }).minTokens).toBe(2);
  expect(() => compileConstraint(model, choices(["abab"]), { maxNewTokens: 1 })).toThrow(
    "compileConstraint: maxNewTokens must be at least 2, since no text of the constraint has fewer tokens, got 1.",
  );
});

describe("errors are typed, and say what to do", () => {
  const valid = choices(["a"]);
  test.each<[string, () => unknown, string]>([
    [
      "no constraint",
      () => compileConstraint(model, undefined as never),
      "constraint must be a constraint, such as jsonSchema(schema) or choices(texts)",
    ],
    ["a schema in its place", () => compileConstraint(model, { type: "object" } as never), "constraint must be a constraint"],
    ["a damaged grammar", () => compileConstraint(model, { kind: "grammar", grammar: "root" }), 'line 1, column 5 must be "::="'],
    ["a grammar without a rule", () => compileConstraint(model, { kind: "grammar", grammar: "root ::= b" }), '"b" is not (rules: root)'],
    [
      "no stop tokens",
      () => compileConstraint({ ...model, stopTokens: [] }, valid),
      "stopTokens must be at least one token that ends a text",
    ],
    [
      "invalid stop tokens",
      () => compileConstraint(model, valid, { stopTokens: [-1] }),
      "stopTokens must be an array of at least one token id",
    ],
    ["an unknown option", () => compileConstraint(model, valid, { tokens: 1 } as never), 'option "tokens"'],
    ["a limit below 0", () => compileConstraint(model, valid, { maxNewTokens: -1 }), "maxNewTokens must be an integer >= 0"],
    [
      "a tokenizer whose tokens have no bytes of their own",
      () => compileConstraint({ ...model, tokenizer: { ...bytes, tokenBytes: undefined } as unknown as LanguageModel["tokenizer"] }, valid),
      "model.tokenizer must be one whose tokens have their own bytes (Tokenizer.tokenBytes)",
    ],
  ])("%s", (_, create, problem) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(problem);
    expect(compileConstraint(model, valid).minTokens).toBe(1);
  });
});
