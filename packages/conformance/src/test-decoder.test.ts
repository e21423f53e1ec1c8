/// <reference types="node" />
import { readFileSync } from "node:fs";
import { test as nodeTest } from "node:test";
import { type Decoder, greedySampler, defineDecoder } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { checkTitle } from "./check.ts";
import { type DecoderTestOptions, subjectOf } from "./subject.ts";
import { decoderChecks, testDecoder } from "./test-decoder.ts";
import type { KitReport, TestFunction } from "./test-function.ts";

/** A decoder whose draft model guesses one token, and which commits what the causal model predicts. */
function guessing(): Decoder<"causal" | "draft"> {
  return defineDecoder<"causal" | "draft">({
    name: "guessing",
    requires: ["causal", "draft"],
    async *run(context) {
      const target = await context.openSession("causal");
      const draft = await context.openSession("draft");
      const prompt = context.tokens;
      const choose = (row: Float32Array): Int32Array =>
        Int32Array.of(greedySampler.pick(greedySampler.distribution(row, context), context.random));
      for (let input = prompt; ;) {
        const start = context.tokens.length;
        const guess = choose((yield* draft.forward(input, "draft")).row(0));
        yield { type: "tokens-propose", start, tokens: guess };
        const token = choose((yield* target.forward(input, "verify")).row(0));
        yield { type: "draft-verify", start, drafted: 1, accepted: guess[0] === token[0] ? 1 : 0 };
        const finishReason = yield* context.commit(token);
        if (finishReason) return finishReason;
        input = token;
      }
    },
  });
}

describe("a decoder with a draft model", () => {
  testDecoder(test, guessing);
});

/** Returns the names of the registered tests, and the report. */
function registered(
  create: () => Decoder,
  options?: DecoderTestOptions,
): { readonly names: readonly string[]; readonly report: KitReport } {
  const names: string[] = [];
  const report = testDecoder((name) => names.push(name), create, options);
  return { names, report };
}

const masked = (extra: Partial<Decoder> = {}): Decoder => ({
  name: "masked",
  requires: ["masked"],
  decode: (models, prompt, options) => guessing().decode(models, prompt, options),
  ...extra,
});

describe("testDecoder", () => {
  test("registers every check once, under its own name, or names it as one that does not apply", () => {
    const { names, report } = registered(guessing);
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, -1)).toEqual(report.checks);
    expect([...report.checks, ...report.inapplicable.map(({ title }) => title)].toSorted()).toEqual(
      decoderChecks.map(checkTitle).toSorted(),
    );
    expect(names.at(-1)).toBe(`does not apply: ${report.inapplicable.map(({ title, reason }) => `"${title}" (it ${reason})`).join("; ")}`);
  });

  test.each<[string, Decoder, DecoderTestOptions, Readonly<Record<string, string>>]>([
    [
      "a decoder with a draft model",
      guessing(),
      {},
      {
        "rule 3: refuses a prompt that leaves no room for its fixed length with CONTEXT_LENGTH": "has no fixed length (option fixedLength)",
        "models: commits no mask token, even where the masked model prefers it": "requires no masked model",
        "lossless: follows exactly the distribution of its sampler, enumerated on small models": "does not claim to be lossless",
      },
    ],
    [
      "a masked decoder",
      masked(),
      { fixedLength: { output: 3 } },
      {
        'rule 3: fills the context of the model and ends with "length"': "has a fixed length, which a longer context does not change",
        "models: continues what it has committed in every pass of the causal model, also where that model is uncertain":
          "requires no causal model",
        "models: follows the rows that a causal model's sessions return, also where processors have changed them":
          "requires no causal model",
        "models: has every draft accepted by a causal model that predicts what the draft model predicts": "requires no draft model",
        "lossless: follows exactly the distribution of its sampler, enumerated on small models": "does not claim to be lossless",
      },
    ],
    [
      "a lossless decoder with all models",
      masked({ requires: ["causal", "masked", "draft"], lossless: true }),
      { followsDraft: false, provedElsewhere: "in the thesis" },
      {
        "rule 3: refuses a prompt that leaves no room for its fixed length with CONTEXT_LENGTH": "has no fixed length (option fixedLength)",
        "models: commits no mask token, even where the masked model prefers it":
          "requires a causal model, which may predict the mask's token",
        "models: has every draft accepted by a causal model that predicts what the draft model predicts":
          "does not follow its draft model alone (option followsDraft)",
        "lossless: follows exactly the distribution of its sampler, enumerated on small models": "is proved elsewhere: in the thesis",
      },
    ],
  ])("reports which checks do not apply to %s, and why", (_, decoder, options, expected) => {
    const { inapplicable } = registered(() => decoder, options).report;
    expect(Object.fromEntries(inapplicable.map(({ title, reason }) => [title, reason]))).toEqual(expected);
  });

  test("the test for inapplicable checks passes while the reasons hold, and fails when one does not", async () => {
    let lossless = false;
    const tests: (readonly [string, () => Promise<void>])[] = [];
    testDecoder(
      (name, context) => tests.push([name, context]),
      () => masked({ lossless }),
    );
    const [, context] = tests.at(-1)!;
    await context();
    lossless = true;
    await expect(context()).rejects.toThrow(
      '"lossless: follows exactly the distribution of its sampler, enumerated on small models" did not apply since it does not claim to be lossless; now it applies.',
    );
  });

  test.each<[object, string]>([
    [
      { strength: 1 },
      'testDecoder: option "strength" must be one of its options (sampler, provedElsewhere, fixedLength, followsDraft, readsOtherTexts), got 1.',
    ],
    [{ sampler: "greedy" }, 'testDecoder: sampler must be a Sampler, for example topPSampler(), got "greedy".'],
    [{ sampler: null }, "testDecoder: sampler must be a Sampler, for example topPSampler(), got null."],
    [{ provedElsewhere: " " }, 'testDecoder: provedElsewhere must be a non-empty string that names the proof, got " ".'],
    [{ followsDraft: "no" }, 'testDecoder: followsDraft must be true or false, got "no".'],
    ...[
      3,
      null,
      {},
      { output: 0 },
      { output: 1.5 },
      { output: 29 },
      { output: 4, positions: 3 },
      { output: 4, positions: 29 },
      { output: 4, positions: 4.5 },
      { output: 4, minimum: 0 },
      { output: 4, minimum: 5 },
      { output: 4, minimum: 2.5 },
      { output: 4, givenIndices: [4] },
      { output: 4, givenIndices: [-1] },
      { output: 4, givenIndices: [0.5] },
      { output: 4, givenIndices: 1 },
      { output: 4, length: 4 },
    ].map((fixedLength): [object, string] => [
      { fixedLength },
      "testDecoder: fixedLength must be { output, minimum?, positions?, givenIndices? } with 1 <= minimum <= output <= positions <= 28 and given indices below output, got ",
    ]),
  ])("refuses the options %o", (options, message) => {
    expect(() => testDecoder(() => undefined, guessing, options)).toThrow(message);
  });

  test.each([
    { fixedLength: { output: 28 } },
    { fixedLength: { output: 1, minimum: 1, positions: 28, givenIndices: [0] } },
    { followsDraft: true },
    { sampler: greedySampler },
  ])("accepts the options %o", (options) => expect(() => testDecoder(() => undefined, guessing, options)).not.toThrow());

  test.each([[[]], [["casual"]], ["causal"], [undefined]])("refuses a decoder that requires %o", (requires) => {
    const create = (): Decoder => masked({ requires: requires as never });
    expect(() => testDecoder(() => undefined, create)).toThrow(
      'testDecoder: the decoder\'s requires must be an array of at least one of "causal", "masked" and "draft", got ',
    );
  });

  test("accepts the test functions of Vitest and of Node", () => {
    const runners: readonly TestFunction[] = [test, nodeTest];
    expect(runners.every((runner) => typeof runner === "function")).toBe(true);
  });

  test("runs exactly the checks that its README lists", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const rows = readme
      .split("\n")
      .flatMap((line) => /^\| (\d|models|lossless|errors) \| (.*) \|$/.exec(line)?.slice(1, 3).join(": ") ?? []);
    expect(rows).toEqual(decoderChecks.map(({ rule, name }) => `${rule}: ${name}`));
  });
});

test("the outputLength that a decoder declares is its fixed length, and must match the test's option", () => {
  const fixed = (): Decoder<"causal" | "draft"> => ({ ...guessing(), outputLength: 5 });
  expect(subjectOf(fixed as unknown as () => Decoder).options.fixedLength).toEqual({ output: 5 });
  expect(subjectOf(fixed as unknown as () => Decoder, { fixedLength: { output: 5, minimum: 2 } }).options.fixedLength).toEqual({
    output: 5,
    minimum: 2,
  });
  expect(() => subjectOf(fixed as unknown as () => Decoder, { fixedLength: { output: 6 } })).toThrow(
    "testDecoder: the decoder's outputLength must be 6, the output of fixedLength, got 5.",
  );
  expect(subjectOf(guessing as unknown as () => Decoder).options.fixedLength).toBeUndefined();
});
