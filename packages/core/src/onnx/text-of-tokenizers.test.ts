/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { incrementalText } from "../text/incremental-text.ts";
import { textOutput } from "../text/text-output.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";
import { huggingFaceTokenizer } from "./hugging-face-tokenizer.ts";
import type { JsonFile } from "./json-file.ts";
import { MISSING, smallTokenizers } from "./small-tokenizers.ts";

const shared = new URL("../../../../../shared/interop/", import.meta.url);
const readTokenizer = (folder: URL): Tokenizer => {
  const read = (file: string): JsonFile => ({
    source: new URL(file, folder).href,
    values: JSON.parse(readFileSync(new URL(file, folder), "utf8")) as JsonFile["values"],
  });
  return huggingFaceTokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
};
/** Tokenizers by name, read on demand: third-party files may be missing. */
const tokenizers: Readonly<Record<string, () => Tokenizer>> = {
  ...Object.fromEntries(Object.entries(smallTokenizers).map(([name, tokenizer]) => [name, () => tokenizer])),
  "the embedded stories": () => readTokenizer(new URL("../../../tiny-models/models/stories/", import.meta.url)),
};
const thirdParty: typeof tokenizers = {
  "a GPT-2": () => readTokenizer(new URL("gpt2-stacked-cache/", shared)),
  "a Llama": () => readTokenizer(new URL("gqa-float16/", shared)),
};

interface Sample {
  readonly prompt: Int32Array;
  readonly output: Int32Array;
}

/** Yields random tokens with many special tokens, missing ids and bytes that are not characters. */
function* samples(tokenizer: Tokenizer, count: number): Generator<Sample> {
  const random = seededRandom(11);
  const special = [...(tokenizer.specialTokens?.values() ?? [])];
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const bytes = Math.min(256, tokenizer.vocabSize);
  for (let index = 0; index < count; index++) {
    const draw = [
      () => below(tokenizer.vocabSize + MISSING),
      () => below(bytes),
      () => special[below(special.length)] ?? 0,
      () => tokenizer.vocabSize,
    ];
    const kinds = 1 + below(draw.length);
    const tokens = Int32Array.from({ length: 1 + below(40) }, () => draw[below(kinds)]!());
    const promptLength = below(tokens.length);
    yield { prompt: tokens.slice(0, promptLength), output: tokens.slice(promptLength) };
  }
}

/** Returns the text that `output` adds to the text of `prompt`. */
function continuation(tokenizer: Tokenizer, { prompt, output }: Sample): string {
  const before = tokenizer.decode(prompt);
  const all = tokenizer.decode(Int32Array.of(...prompt, ...output));
  let common = 0;
  while (common < before.length && before[common] === all[common]) common++;
  return all.slice(common);
}

function groups(tokens: Int32Array, size: number): readonly Int32Array[] {
  return Array.from({ length: Math.ceil(tokens.length / size) }, (_, index) => tokens.subarray(index * size, (index + 1) * size));
}

function testTexts(open: () => Tokenizer): void {
  let tokenizer: Tokenizer;
  beforeAll(() => {
    tokenizer = open();
  });

  test("prompt and text together are the text of all tokens, for any grouping of the tokens", () => {
    let extended = 0;
    for (const sample of samples(tokenizer, 400)) {
      const expected = continuation(tokenizer, sample);
      for (const size of [1, 2, 3, 7, 40]) {
        const text = incrementalText(tokenizer, sample.prompt);
        const pieces = [...groups(sample.output, size).map((group) => text.push(group)), text.end()];
        expect(pieces.join(""), `${sample.prompt.join()} | ${sample.output.join()} in groups of ${size}`).toBe(expected);
      }
      const before = tokenizer.decode(sample.prompt);
      const all = tokenizer.decode(Int32Array.of(...sample.prompt, ...sample.output));
      if (all.startsWith(before)) {
        extended++;
        expect(before + expected).toBe(all);
      }
    }
    // Only a prompt that ends within a character has a text that the whole text does not start with.
    expect(extended).toBeGreaterThan(200);
  });

  test("stop strings end the text and the tokens at the same place, for any grouping of the tokens", () => {
    let stopped = 0;
    for (const sample of samples(tokenizer, 100)) {
      const text = continuation(tokenizer, sample);
      const middle = Math.floor(text.length / 2);
      const stopString = text.slice(middle, middle + 2);
      if (stopString === "" || stopString.includes("\uFFFD")) continue;
      const outcomes = [1, 2, 5, 40].map((size) => {
        const output = textOutput(tokenizer, { prompt: sample.prompt, stopStrings: [stopString] });
        let committed = 0;
        for (const group of groups(sample.output, size)) {
          const count = output.commit(group);
          committed += count ?? group.length;
          if (count !== undefined) break;
        }
        return { stopped: output.end(), committed, text: output.pieces.join("") };
      });
      const expected = text.slice(0, text.indexOf(stopString));
      for (const outcome of outcomes) expect(outcome).toEqual({ stopped: true, committed: outcomes[0]!.committed, text: expected });
      stopped++;
    }
    expect(stopped).toBeGreaterThan(20);
  });
}

describe.each(Object.entries(tokenizers))("with the tokenizer of %s", (_, open) => testTexts(open));
describe.skipIf(!existsSync(shared)).each(Object.entries(thirdParty))("with the tokenizer of %s, in ../shared/interop", (_, open) =>
  testTexts(open),
);
