import { compileConstraint, grammar } from "@decodekit/constraints";
import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { tokenizerWith } from "../chat-models-for-tests.ts";
import { markedTokenizer } from "../output/marked-tokenizer.ts";
import { OutputReader } from "../output/output-reader.ts";
import type { ReplyPart } from "../output/reply-part.ts";
import { TOOL_NOTATIONS, type ToolNotation } from "../tools/tool-notation.ts";
import { replyGrammar } from "./reply-grammar.ts";

// Whatever a model writes under a grammar of calls, the reader finds the calls: random outputs, each byte or mark as likely as any other.

const TOOLS = [
  {
    name: "add",
    parameters: { type: "object", properties: { a: { type: "integer", minimum: 0, maximum: 99 }, s: { type: "string", maxLength: 3 } } },
  },
  { name: "now" },
];
const STOP = 257;

describe.each(Object.values(TOOL_NOTATIONS))("$name", (notation) => {
  test.each([
    ["written marks", [] as readonly string[]],
    ["marks that are special tokens", [notation.opening, ...(notation.closing ? [notation.closing] : [])]],
  ])("with %s", (_, special) => {
    const marked = markedTokenizer(tokenizerWith(special), special);
    const shape = { format: { type: "text" }, tools: TOOLS, choice: "required", parallel: true, notation, reasoning: "none" } as const;
    const constraint = compileConstraint(
      { tokenizer: marked.tokenizer, stopTokens: [STOP] },
      grammar(replyGrammar(shape, marked.markOf).grammar!),
    );
    const random = seededRandom(3);
    let calls = 0;
    for (let sample = 0; sample < 12; sample++) {
      const output: number[] = [];
      for (;;) {
        const allowed = constraint.allowedTokens(Int32Array.from(output));
        const token = allowed[Math.floor(random.uniform() * allowed.length)]!;
        if (token === STOP) break;
        output.push(token);
      }
      const text = marked.tokenizer.decode(Int32Array.from(output));
      const parts = read(text, { notation, markOf: marked.markOf, withNames: marked.withNames });
      expect(
        parts.map(({ type }) => type).filter((type) => type === "text-delta"),
        text,
      ).toEqual([]);
      const ended = parts.filter((part) => part.type === "tool-call-end");
      calls += ended.length;
      expect(ended.length, text).toBeGreaterThan(0);
      for (const { name, arguments: values } of ended) {
        expect(["add", "now"]).toContain(name);
        expect(
          Object.keys(values as object).every((key) => name === "add" && ["a", "s"].includes(key)),
          text,
        ).toBe(true);
      }
    }
    expect(calls).toBeGreaterThanOrEqual(12);
  });
});

interface Marks {
  readonly notation: ToolNotation;
  readonly markOf: (name: string) => string;
  readonly withNames: (text: string) => string;
}

function read(text: string, { notation, markOf, withNames }: Marks): readonly ReplyPart[] {
  let count = 0;
  const { opening, closing, bareOpening } = notation;
  const reader = new OutputReader({
    marks: {
      reasoning: { opening: "<think>", closing: "</think>" },
      calls: { opening: markOf(opening), closing: closing && markOf(closing), bareOpening },
    },
    isReasoning: false,
    nextId: () => String(++count),
    withNames,
  });
  return [...Array.from(text, (character) => reader.push(character)).flat(), ...reader.end()];
}
