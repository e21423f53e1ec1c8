import { describe, expect, test } from "vitest";
import type { DecodeEvent, Decoder } from "../contracts/decoder.ts";
import { generate } from "./generate.ts";
import { defineDecoder } from "../decode/define-decoder.ts";

import { committedBy, PROMPT, read, scripted, tokenizer } from "./scripted-for-tests.ts";

describe("a commit that continues after a stop string", () => {
  /** Drafts and commits `text` at once, with a log-probability for each token. */
  const atOnce = (text: string): Decoder<"causal"> => {
    const tokens = tokenizer.encode(text).subarray(1);
    const logProbabilities = Float32Array.from(tokens, (_, index) => -index);
    return defineDecoder({
      name: "at once",
      requires: ["causal"],
      async *run(context) {
        const start = context.promptLength;
        yield { type: "tokens-propose", start, tokens };
        yield { type: "draft-verify", start, drafted: tokens.length, accepted: tokens.length };
        return (yield* context.commit(tokens, { logProbabilities })) ?? "length";
      },
    });
  };
  const { length: start } = tokenizer.encode(PROMPT);

  test("is cut in tokens, log-probabilities, statistics and accepted tokens", async () => {
    const generation = generate(scripted(""), PROMPT, { decoder: atOnce("abcabc"), stopStrings: ["b"] });
    expect(await generation.result).toMatchObject({ text: "a", tokens: Int32Array.of(97, 98), finishReason: "stop" });
    expect((await generation.result).statistics).toMatchObject({ tokens: 2, drafted: 6, accepted: 2 });
    expect((await read(generation.events)).slice(2)).toEqual([
      { type: "draft-verify", start, drafted: 6, accepted: 2 },
      { type: "tokens-commit", start, tokens: Int32Array.of(97, 98), logProbabilities: Float32Array.of(-0, -1) },
      { type: "decode-end", finishReason: "stop" },
    ]);
  });

  test("is not cut without a stop string", async () => {
    for (const stopStrings of [[], ["z"]]) {
      const generation = generate(scripted(""), PROMPT, { decoder: atOnce("abc"), stopStrings });
      expect((await generation.result).statistics).toMatchObject({ tokens: 3, drafted: 3, accepted: 3 });
      expect(await read(generation.events)).toHaveLength(5);
      expect(await committedBy(generation)).toEqual([
        { type: "tokens-commit", start, tokens: Int32Array.of(97, 98, 99), logProbabilities: Float32Array.of(-0, -1, -2) },
      ]);
    }
  });

  test("a verified draft is reported also when no commit follows it", async () => {
    const refused: Decoder<"causal"> = {
      ...atOnce("a"),
      async *decode(_, prompt): AsyncGenerator<DecodeEvent, void, void> {
        yield { type: "decode-start", promptLength: prompt.length };
        yield { type: "draft-verify", start: prompt.length, drafted: 2, accepted: 0 };
        yield { type: "draft-verify", start: prompt.length, drafted: 1, accepted: 0 };
        yield { type: "decode-end", finishReason: "length" };
      },
    };
    const { events } = generate(scripted(""), PROMPT, { decoder: refused, stopStrings: ["z"] });
    expect((await read(events)).map((event) => (event.type === "draft-verify" ? event.drafted : event.type))).toEqual([
      "decode-start",
      2,
      1,
      "decode-end",
    ]);
  });
});
