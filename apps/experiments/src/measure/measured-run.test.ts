import { countingModel } from "@decodekit/core/testing";
import type { DecodeEvent, Decoder } from "@decodekit/core";
import { draftModel, speculative } from "@decodekit/speculative";
import { expect, test } from "vitest";
import { measuredRun } from "./measured-run.ts";

const prompt = Int32Array.of(3);

test("counts passes of the target, and the rows of all passes", async () => {
  const models = { causal: countingModel(), draft: countingModel() };
  const run = await measuredRun(speculative({ drafter: draftModel(), draftLength: 4 }), models, prompt, { maxNewTokens: 11 });
  expect(run).toEqual({ tokens: [4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4], stopped: false, passes: 3, rows: 1 + 5 + 5 + 10, revisions: 0 });
});

test("reports that a stop token ended the run", async () => {
  const decoder = speculative({ drafter: draftModel(), draftLength: 4 });
  const models = { causal: countingModel(), draft: countingModel() };
  expect(await measuredRun(decoder, models, prompt, { maxNewTokens: 9, stopTokens: [6] })).toMatchObject({ tokens: [4, 5], stopped: true });
});

test("counts revisions as core does: a verification takes back only its draft", async () => {
  const show = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-propose", start, tokens: Int32Array.from(tokens) });
  const decoder: Decoder<"causal"> = {
    name: "scripted",
    requires: ["causal"],
    async *decode() {
      yield { type: "decode-start", promptLength: 1 };
      yield show(1, 5, 6, 7);
      yield { type: "draft-verify", start: 2, drafted: 2, accepted: 0 };
      yield { type: "tokens-commit", start: 1, tokens: Int32Array.of(4, 4, 4) };
      yield { type: "decode-end", finishReason: "length" };
    },
  };
  expect(await measuredRun(decoder, { causal: countingModel() }, prompt, { maxNewTokens: 3 })).toMatchObject({ revisions: 1 });
});
