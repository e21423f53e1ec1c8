/// <reference types="node" />
import { readFileSync } from "node:fs";
import { test as nodeTest } from "node:test";
import { type Decoder, greedySampler, runDecode } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { decoderChecks, testDecoder } from "./test-decoder.ts";
import type { TestFunction } from "./test-function.ts";

/** Lets the draft model guess one token, and commits what the causal model says. */
function guessing(): Decoder<"causal" | "draft"> {
  const decoder: Decoder<"causal" | "draft"> = {
    name: "guessing",
    requires: ["causal", "draft"],
    decode: (models, prompt, options) =>
      runDecode(decoder, models, prompt, options, async function* (run) {
        const target = await run.openSession("causal");
        const draft = await run.openSession("draft");
        const context = { tokens: prompt, promptLength: prompt.length };
        const choose = (row: Float32Array): Int32Array =>
          Int32Array.of(greedySampler.pick(greedySampler.distribution(row, context), run.random));
        for (let input = prompt; ;) {
          const start = run.tokens.length;
          const guess = choose((yield* draft.forward(input, "draft")).row(0));
          yield { type: "tokens-propose", start, tokens: guess };
          const token = choose((yield* target.forward(input, "verify")).row(0));
          yield { type: "draft-verify", start, drafted: 1, accepted: guess[0] === token[0] ? 1 : 0 };
          const finishReason = yield* run.commit(token);
          if (finishReason) return finishReason;
          input = token;
        }
      }),
  };
  return decoder;
}

describe("a decoder with a draft model", () => {
  testDecoder(test, guessing);
});

describe("testDecoder", () => {
  test("registers every check once, under its own name", () => {
    const names: string[] = [];
    testDecoder((name) => names.push(name), guessing);
    expect(names).toHaveLength(decoderChecks.length);
    expect(new Set(names).size).toBe(names.length);
  });

  test("takes the test functions of Vitest and of Node", () => {
    const runners: readonly TestFunction[] = [test, nodeTest];
    expect(runners.every((runner) => typeof runner === "function")).toBe(true);
  });

  test("does all that its README promises, and no more", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const promised = readme.split("\n").flatMap((line) => /^\| (\d|errors) \| (.*) \|$/.exec(line)?.slice(1, 3).join(": ") ?? []);
    expect(promised).toEqual(decoderChecks.map(({ rule, name }) => `${rule}: ${name}`));
  });
});
