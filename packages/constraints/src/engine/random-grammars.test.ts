import { type RandomSource, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { compileConstraint } from "../compile-constraint.ts";
import { characters, choice, type Expression, repeat, type Rules, rule, sequence, text } from "../expression.ts";
import { grammar } from "../grammar/grammar.ts";
import { printGrammar } from "../grammar/print-grammar.ts";
import { modelOf, type Piece } from "../models-for-tests.ts";
import { allTexts, isText } from "../recogniser-for-tests.ts";

const ALPHABET = ["a", "b", "é", "😀"];
/** The bytes of the alphabet, and tokens of several characters and of parts of them. */
const BYTES = [...new Set(ALPHABET.flatMap((character) => [...new TextEncoder().encode(character)]))];
const PIECES: readonly Piece[] = [
  ...BYTES.map((byte) => [byte]),
  "ab",
  "ba",
  "aba",
  "é",
  "bé",
  "éa",
  [0x61, 0xc3],
  [0xa9, 0x62],
  [0x9f, 0x98],
  "😀",
  "aa",
];
const LENGTH = 3;
const texts = [...new Set([...allTexts(ALPHABET, LENGTH), ...allTexts(["a", "b"], 5)])];

interface Shape {
  readonly rules: readonly string[];
  readonly isFinite: boolean;
}

function randomExpression(random: RandomSource, depth: number, shape: Shape): Expression {
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const inner = (): Expression => randomExpression(random, depth - 1, shape);
  const kind = depth === 0 ? below(3) : below(7);
  const several = (): readonly Expression[] => Array.from({ length: 1 + below(3) }, inner);
  switch (kind) {
    case 0:
      return text(Array.from({ length: below(3) }, () => ALPHABET[below(4)]).join(""));
    case 1:
      return characters(
        [
          [0x61, 0x61],
          [0x61, 0x62],
          [0x62, 0xe9],
          [0xe9, 0x1f600],
          [0, 0x10ffff],
        ][below(5)] as [number, number],
      );
    case 2:
      return shape.rules.length > 0 ? rule(shape.rules[below(shape.rules.length)]!) : text("a");
    case 3:
      return choice(...several());
    case 6: {
      const min = below(3);
      return repeat(inner(), min, shape.isFinite || below(2) === 0 ? min + below(2) : Infinity);
    }
    default:
      return sequence(...several());
  }
}

function randomRules(seed: number, isFinite: boolean): Rules {
  const random = seededRandom(seed);
  const names = ["root", "x", "y"];
  // In a finite grammar, rules use later ones only.
  return new Map(
    names.map((name, index) => [name, randomExpression(random, 3, { rules: isFinite ? names.slice(index + 1) : names, isFinite })]),
  );
}

const model = modelOf(PIECES);

/** Those of `texts` that follow the grammar by its definition. */
const languageOf = (rules: Rules): ReadonlySet<string> => new Set(texts.filter((each) => isText(rules, each)));

/** Returns one random way to split a text into tokens. */
function split(bytes: readonly number[], random: RandomSource): number[] {
  if (bytes.length === 0) return [];
  const fitting = [...PIECES.keys()].filter((token) => {
    const piece = [...model.tokenizer.tokenBytes!(token)!];
    return piece.every((byte, index) => bytes[index] === byte);
  });
  const token = fitting[Math.floor(random.uniform() * fitting.length)]!;
  return [token, ...split(bytes.slice(model.tokenizer.tokenBytes!(token)!.length), random)];
}

const seeds = Array.from({ length: 220 }, (_, seed) => seed);

/** A vocabulary without bytes, in which characters outside ASCII are whole. */
const wholeCharacters = modelOf(["a", "b", "é", "😀", "ab", "éa", [0xc3], [0x61, 0xc3], "bé😀"]);

describe("random grammars", () => {
  test("leave no output without a way to its end, with a vocabulary without bytes", () => {
    let ended = 0;
    for (const seed of seeds) {
      const rules = randomRules(seed, seed % 2 === 0);
      let constraint;
      try {
        constraint = compileConstraint(wholeCharacters, grammar(printGrammar(rules)));
      } catch {
        continue;
      }
      const random = seededRandom(seed);
      const output: number[] = [];
      for (let step = 0; step < 40; step++) {
        const allowed = constraint.allowedTokens(Int32Array.from(output));
        expect(allowed.length).toBeGreaterThan(0);
        const token =
          allowed.includes(wholeCharacters.stop) && random.uniform() < 0.3
            ? wholeCharacters.stop
            : allowed[Math.floor(random.uniform() * allowed.length)]!;
        if (token === wholeCharacters.stop) {
          expect(isText(rules, wholeCharacters.tokenizer.decode(Int32Array.from(output)))).toBe(true);
          ended++;
          break;
        }
        output.push(token);
      }
    }
    expect(ended).toBeGreaterThan(100);
  });

  test("allow exactly the texts of their definition, each split into tokens in any way", () => {
    let tried = 0;
    for (const seed of seeds) {
      const rules = randomRules(seed, false);
      let constraint;
      try {
        constraint = grammar(printGrammar(rules));
      } catch (error) {
        expect(String(error)).toContain("a constraint that no text satisfies");
        expect(languageOf(rules).size).toBe(0);
        continue;
      }
      tried++;
      const compiled = compileConstraint(model, constraint);
      const language = languageOf(rules);
      const random = seededRandom(seed);
      for (const each of texts) {
        const tokens = Int32Array.from(split([...new TextEncoder().encode(each)], random));
        const status = compiled.status(tokens);
        const isComplete = status === "complete" || status === "final";
        if (isComplete !== language.has(each)) expect.fail(`seed ${seed}: ${JSON.stringify(each)} is ${status} in\n${constraint.grammar}`);
        if (!language.has(each)) continue;
        for (const [place, token] of tokens.entries()) expect(compiled.allowedTokens(tokens.subarray(0, place))).toContain(token);
        expect(compiled.allowedTokens(tokens)).toContain(model.stop);
      }
    }
    expect(tried).toBeGreaterThan(150);
  });

  test("of finite languages, allow exactly the tokens with which one of their texts goes on, and know the fewest", () => {
    let compared = 0;
    for (const seed of seeds) {
      const rules = randomRules(1000 + seed, true);
      const language = languageOf(rules);
      // Only grammars whose texts are all short can be compared.
      if (language.size === 0 || longestText(rules) > LENGTH || usesOthers(rules)) continue;
      compared++;
      const compiled = compileConstraint(model, grammar(printGrammar(rules)));
      const paths = [...language].map((each) => new TextEncoder().encode(each));
      const startsText = (bytes: readonly number[]): boolean => paths.some((path) => bytes.every((byte, index) => path[index] === byte));
      const visit = (tokens: readonly number[], bytes: readonly number[]): void => {
        const expected = [...PIECES.keys()].filter((token) => startsText([...bytes, ...model.tokenizer.tokenBytes!(token)!]));
        const isComplete = paths.some((path) => path.length === bytes.length && bytes.every((byte, index) => path[index] === byte));
        if (isComplete) expected.push(model.stop);
        expect([...compiled.allowedTokens(Int32Array.from(tokens))]).toEqual(expected);
        if (tokens.length < 3)
          for (const token of expected)
            if (token !== model.stop) visit([...tokens, token], [...bytes, ...model.tokenizer.tokenBytes!(token)!]);
      };
      visit([], []);
      const fewest = (bytes: Uint8Array): number => {
        let best = bytes.length === 0 ? 0 : Infinity;
        for (const token of PIECES.keys()) {
          const piece = model.tokenizer.tokenBytes!(token)!;
          if (piece.every((byte, index) => bytes[index] === byte)) best = Math.min(best, 1 + fewest(bytes.subarray(piece.length)));
        }
        return best;
      };
      expect(compiled.minTokens).toBe(Math.min(...paths.map(fewest)));
    }
    expect(compared).toBeGreaterThan(40);
  });
});

/** Length of the longest text of a finite grammar, in characters. */
function longestText(rules: Rules): number {
  const of = (expression: Expression): number => {
    switch (expression.kind) {
      case "text":
        return Array.from(expression.text).length;
      case "characters":
        return 1;
      case "rule":
        return of(rules.get(expression.name)!);
      case "choice":
        return Math.max(-Infinity, ...expression.alternatives.map(of));
      case "sequence":
        return expression.parts.reduce((sum, part) => sum + of(part), 0);
      default:
        return expression.max * Math.max(0, of(expression.part));
    }
  };
  return of(rules.get("root")!);
}

/** Whether the grammar uses ranges with characters outside the alphabet, whose bytes tokens could begin. */
function usesOthers(rules: Rules): boolean {
  return /\[(?!a\]|a-b\]|\])/.test(printGrammar(rules));
}
