import { InvalidOptionError } from "@decodekit/core";
import { byteTokenizer } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import * as speculation from "./index.ts";
import { speculativePlugin as plugin } from "./speculative-plugin.ts";

/** The package as used from plain JavaScript. */
const s = speculation as unknown as Readonly<Record<keyof typeof speculation, (options: object) => never>>;
const [lookup, chain, tree] = [speculation.promptLookup(), speculation.maskedDraft(), speculation.ddtree()];

// Invalid options and their error messages: where, which option, what was expected and what came.
describe("speculative rejects", () => {
  test.each<[string, () => unknown]>([
    ["speculative: drafter must be a Drafter, for example promptLookup(), got undefined.", () => s.speculative({})],
    ["speculative: drafter must be a Drafter, for example promptLookup(), got 3.", () => s.speculative({ drafter: 3 })],
    ["speculative: drafter must be a Drafter, for example promptLookup(), got null.", () => s.speculative({ drafter: null })],
    [
      'speculative: verify must be one of "match", "gumbel" for the drafter "prompt-lookup", which proposes tokens without probabilities, got "ratio".',
      () => s.speculative({ drafter: lookup, verify: "ratio" }),
    ],
    [
      'speculative: verify must be one of "match", "gumbel" for the drafter "prompt-lookup", which proposes tokens without probabilities, got "tree".',
      () => s.speculative({ drafter: lookup, verify: "tree" }),
    ],
    [
      'speculative: verify must be one of "match", "gumbel", "ratio", "block", "tree", or a Verifier, got "maybe".',
      () => s.speculative({ drafter: lookup, verify: "maybe" }),
    ],
    [
      'speculative: verify must be one of "tree" for the drafter "ddtree", which proposes a tree, got "match".',
      () => s.speculative({ drafter: tree, verify: "match" }),
    ],
    [
      'speculative: verify must be one of "match", "gumbel", "ratio", "block" for the drafter "masked-draft", which proposes a chain, got "tree".',
      () => s.speculative({ drafter: chain, verify: "tree" }),
    ],
    [
      'speculative: draftLength must be an integer >= 1, "auto" or a DraftLengthPolicy, got 0.',
      () => s.speculative({ drafter: lookup, draftLength: 0 }),
    ],
    [
      'speculative: draftLength must be an integer >= 1, "auto" or a DraftLengthPolicy, got null.',
      () => s.speculative({ drafter: lookup, draftLength: null }),
    ],
    [
      'speculative: draftLength must be an integer >= 1, "auto" or a DraftLengthPolicy, got "long".',
      () => s.speculative({ drafter: lookup, draftLength: "long" }),
    ],
    ["speculative: sampler must be a Sampler, for example topPSampler(), got 3.", () => s.speculative({ drafter: lookup, sampler: 3 })],
    [
      "speculative: sampler must be a Sampler, for example topPSampler(), got null.",
      () => s.speculative({ drafter: lookup, sampler: null }),
    ],
    ["speculative: draftTimeout must be a number > 0, got 0.", () => s.speculative({ drafter: lookup, draftTimeout: 0 })],
    ['speculative: draftTimeout must be a number > 0, got "1".', () => s.speculative({ drafter: lookup, draftTimeout: "1" })],
    [
      'speculative: option "length" must be one of its options (drafter, verify, draftLength, sampler, draftTimeout), got 3.',
      () => s.speculative({ drafter: lookup, length: 3 }),
    ],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("a drafter rejects", () => {
  test.each<[string, () => unknown]>([
    ["promptLookup: maxNgram must be an integer >= 1, got 0.", () => s.promptLookup({ maxNgram: 0 })],
    ["promptLookup: minNgram must be an integer >= 1, got 0.", () => s.promptLookup({ minNgram: 0 })],
    ["promptLookup: minNgram must be at most maxNgram, 2, got 3.", () => s.promptLookup({ maxNgram: 2, minNgram: 3 })],
    ["promptLookup: minNgram must be at most maxNgram, 3, got 4.", () => s.promptLookup({ minNgram: 4 })],
    ['promptLookup: occurrence must be one of "earliest", "latest", got "first".', () => s.promptLookup({ occurrence: "first" })],
    ["promptLookup: chained must be true or false, got 1.", () => s.promptLookup({ chained: 1 })],
    ["suffix: maxMatch must be an integer >= 1, got 0.", () => s.suffix({ maxMatch: 0 })],
    ["suffix: minMatch must be an integer >= 1, got 0.", () => s.suffix({ minMatch: 0 })],
    ["suffix: minMatch must be at most maxMatch, 16, got 17.", () => s.suffix({ minMatch: 17 })],
    ["suffix: minMatch must be at most maxMatch, 2, got 3.", () => s.suffix({ maxMatch: 2, minMatch: 3 })],
    ["suffix: minProbability must be a number in [0, 1], got 2.", () => s.suffix({ minProbability: 2 })],
    ["suffix: corpus must be an array of Int32Array, got an array of 1.", () => s.suffix({ corpus: [[1]] })],
    ["suffix: corpus must be an array of Int32Array, got 1.", () => s.suffix({ corpus: 1 })],
    ["draftModel: sampler must be a Sampler, for example topPSampler(), got 3.", () => s.draftModel({ sampler: 3 })],
    ["draftModel: sampler must be a Sampler, for example topPSampler(), got null.", () => s.draftModel({ sampler: null })],
    ["draftModel: minProbability must be a number in [0, 1], got -1.", () => s.draftModel({ minProbability: -1 })],
    [
      "draftModel: tokenizers must be an object with two Tokenizers, target and draft, got an object.",
      () => s.draftModel({ tokenizers: {} }),
    ],
    ["draftModel: tokenizers must be an object with two Tokenizers, target and draft, got null.", () => s.draftModel({ tokenizers: null })],
    [
      "draftModel: tokenizers must be an object with two Tokenizers, target and draft, got an object.",
      () => s.draftModel({ tokenizers: { target: byteTokenizer() } }),
    ],
    [
      "draftModel: tokenizers must be an object with two Tokenizers, target and draft, got an object.",
      () => s.draftModel({ tokenizers: { draft: byteTokenizer(), target: { encode: () => [] } } }),
    ],
    ["maskedDraft: sampler must be a Sampler, for example topPSampler(), got 3.", () => s.maskedDraft({ sampler: 3 })],
    ["maskedDraft: sampler must be a Sampler, for example topPSampler(), got null.", () => s.maskedDraft({ sampler: null })],
    ["ddtree: depth must be an integer >= 1, got 0.", () => s.ddtree({ depth: 0 })],
    ["lookahead: ngram must be an integer >= 2, got 1.", () => s.lookahead({ ngram: 1 })],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("a length or a sampler rejects", () => {
  test.each<[string, () => unknown]>([
    ["autoDraftLength: maximum must be an integer >= 1, got 0.", () => s.autoDraftLength({ maximum: 0 })],
    ["autoDraftLength: cost must be a function of the draft length, got 3.", () => s.autoDraftLength({ cost: 3 })],
    ["gumbelSampling: sampler must be a Sampler, for example topPSampler(), got undefined.", () => s.gumbelSampling({})],
    ["gumbelSampling: sampler must be a Sampler, for example topPSampler(), got 3.", () => s.gumbelSampling({ sampler: 3 })],
    ["gumbelSampling: sampler must be a Sampler, for example topPSampler(), got null.", () => s.gumbelSampling({ sampler: null })],
    ['gumbelSampling: option "p" must be one of its options (sampler), got 1.', () => s.gumbelSampling({ p: 1 })],
    ["draftStatistics: plainMilliseconds must be a number > 0, got 0.", () => s.draftStatistics({ plainMilliseconds: 0 })],
    ['autoDraftLength: option "nothing" must be one of its options (maximum, cost), got 3.', () => s.autoDraftLength({ nothing: 3 })],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("the plugin rejects", () => {
  test.each<[string, () => unknown]>([
    [
      'speculative: drafter must be one of "prompt-lookup", "suffix", "draft-model", "masked-draft", "ddtree", "eagle", "eagle-tree", "dflash", "jacobi", "lookahead", "cascade", got "oracle".',
      () => plugin.create({ drafter: "oracle" }),
    ],
    [
      'speculative: drafter must be one of "prompt-lookup", "suffix", "draft-model", "masked-draft", "ddtree", "eagle", "eagle-tree", "dflash", "jacobi", "lookahead", "cascade", got "constructor".',
      () => plugin.create({ drafter: "constructor" }),
    ],
    [
      'speculative: verify must be one of "match", "gumbel" for the drafter "prompt-lookup", which proposes tokens without probabilities, got "ratio".',
      () => plugin.create({ drafter: "prompt-lookup", verify: "ratio" }),
    ],
    [
      'speculative: verify must be one of "match", "gumbel", "ratio", "block", "tree", got "maybe".',
      () => plugin.create({ verify: "maybe" }),
    ],
    [
      'speculative: verify must be another rule at temperature 0, where nothing is drawn and gumbel has no effect, got "gumbel".',
      () => plugin.create({ verify: "gumbel" }),
    ],
    ['speculative: draftLength must be an integer >= 1 or auto, got "0".', () => plugin.create({ draftLength: "0" })],
    ['speculative: draftLength must be an integer >= 1 or auto, got "".', () => plugin.create({ draftLength: "" })],
    ["speculative: draftLength must be an integer >= 1 or auto, got true.", () => plugin.create({ draftLength: true })],
    ['speculative: draftLength must be an integer >= 1 or auto, got "1.5".', () => plugin.create({ draftLength: "1.5" })],
    ["speculative: temperature must be a number >= 0, got -1.", () => plugin.create({ temperature: -1 })],
    ["speculative: temperature must be a number >= 0, got Infinity.", () => plugin.create({ temperature: Infinity })],
    ['speculative: temperature must be a number >= 0, got "1".', () => plugin.create({ temperature: "1" })],
    ["speculative: p must be a number in (0, 1], got 0.", () => plugin.create({ temperature: 1, p: 0 })],
    ["speculative: p must be a number in (0, 1], got 1.1.", () => plugin.create({ temperature: 1, p: 1.1 })],
    ['speculative: p must be a number in (0, 1], got "1".', () => plugin.create({ temperature: 1, p: "1" })],
    [
      "speculative: p must be left out or 1 at temperature 0, where it has no effect (leave it out, or set a temperature above 0), got 0.9.",
      () => plugin.create({ p: 0.9 }),
    ],
    [
      'speculative: option "length" must be one of its options (drafter, verify, draftLength, temperature, p), got 3.',
      () => plugin.create({ length: 3 }),
    ],
  ])("%s", (message, create) => {
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});
