import { type DecodeEvent, InvalidOptionError } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, type TestMaskedModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { copiedDraft } from "./copied-draft.ts";
import { adaptive, refine, type RefineOptions, threshold } from "./index.ts";

const VOCABULARY = 12;
const MASK = 11;
const END = 10;

/** A model that is certain of `text`, from the token after the prompt on, wherever the canvas already shows `needs(position)`. */
function writes(text: readonly number[], needs: (position: number, shown: Int32Array) => boolean = () => true): TestMaskedModel {
  return memoryMaskedModel({
    vocabSize: VOCABULARY,
    contextLength: 64,
    maskTokenId: MASK,
    logitsAt(prefix, canvas, index) {
      const place = prefix.length - 1 + index;
      const row = new Float32Array(VOCABULARY);
      row[text[place] ?? END] = needs(place, canvas) ? 20 : 1;
      return row;
    },
  });
}

const rule = { select: threshold({ threshold: 0.9 }), schedule: adaptive() } as const;

interface Run {
  readonly canvases: readonly (readonly number[])[];
  readonly text: readonly number[];
  readonly predictions: number;
}

async function run(
  masked: TestMaskedModel,
  options: RefineOptions,
  maxNewTokens: number,
  stopTokens: readonly number[] = [],
): Promise<Run> {
  const decoder = refine({ ...rule, ...options });
  const { events } = await collectDecode(decoder.decode({ masked }, Int32Array.of(9), { maxNewTokens, stopTokens }));
  const of = <Type extends DecodeEvent["type"]>(type: Type) =>
    events.filter((event) => event.type === type) as Extract<DecodeEvent, { type: Type }>[];
  return {
    canvases: of("tokens-propose").map(({ tokens }) => [...tokens]),
    text: of("tokens-commit").flatMap(({ tokens }) => [...tokens]),
    predictions: of("forward-end").filter(({ phase }) => phase === "refine").length,
  };
}

describe("a canvas that starts as a copy", () => {
  test("shows the copy, and corrects it in one pass", async () => {
    const { canvases, text, predictions } = await run(writes([1, 2, 7, 4]), { original: [1, 2, 3, 4], blockLength: 4 }, 4);
    expect(canvases).toEqual([
      [1, 2, 3, 4],
      [1, 2, 7, 4],
    ]);
    expect(text).toEqual([1, 2, 7, 4]);
    expect(predictions).toBe(1);
  });

  test("passes read the copy, not masks, at positions that are still uncertain", async () => {
    const seen: number[][] = [];
    const masked = writes([1, 2, 7, 4], (place, shown) => {
      if (place === 0) seen.push([...shown]);
      return place !== 3 || shown[2] === 7; // certain of the last token only after the correction before it
    });
    expect((await run(masked, { original: [1, 2, 3, 4], blockLength: 4 }, 4)).text).toEqual([1, 2, 7, 4]);
    expect(seen).toEqual([
      [1, 2, 3, 4],
      [1, 2, 7, 4],
    ]);
  });

  test("every block continues the original where the output is, after a token was added", async () => {
    // The output has a 7 that the original lacks, so that the second block begins one token earlier in it.
    const { canvases, text } = await run(writes([1, 7, 2, 3, 4, 5]), { original: [1, 2, 3, 4, 5, 6], blockLength: 3 }, 6);
    expect(canvases[0]).toEqual([1, 2, 3]);
    expect(canvases[2]).toEqual([3, 4, 5]);
    expect(text).toEqual([1, 7, 2, 3, 4, 5]);
  });

  test("is masked after the end of the original", async () => {
    const { canvases } = await run(writes([1, 2, 3, 4]), { original: [1, 2], blockLength: 4 }, 4);
    expect(canvases[0]).toEqual([1, 2, MASK, MASK]);
  });

  test("a stop token of the original ends the text only once it is committed", async () => {
    const text = [1, 2, 3, END];
    const { text: output } = await run(writes(text), { original: [1, END, 3, 4], blockLength: 4 }, 4, [END]);
    expect(output).toEqual([1, 2, 3]);
    const doubted = writes(text, (place, shown) => place !== 1 || shown[2] === 3);
    expect((await run(doubted, { original: [1, END, 5, 4], blockLength: 4 }, 4, [END])).text).toEqual([1, 2, 3]);
  });

  test("a function takes the original from a copy of the prompt", async () => {
    const original = (prompt: Int32Array): number[] => {
      const first = prompt[0]!;
      prompt.fill(0);
      return [first, 2, 3];
    };
    const { canvases, text } = await run(writes([1, 2, 3]), { original, blockLength: 3 }, 3);
    expect(canvases[0]).toEqual([9, 2, 3]);
    expect(text).toEqual([1, 2, 3]);
  });

  test("of masks alone decodes as without an original", async () => {
    const masked = () => writes([1, 2, 3, 4], (place, shown) => place === 0 || shown[place - 1] === place);
    const without = await run(masked(), { blockLength: 4 }, 4);
    const { canvases, ...rest } = await run(masked(), { original: [MASK, MASK, MASK, MASK], blockLength: 4 }, 4);
    expect({ canvases: canvases.slice(1), ...rest }).toEqual(without);
  });

  test.each<[RefineOptions["original"], string]>([
    [[], "original"],
    [[1, 1.5], "original"],
    [[1, VOCABULARY], "original[1]"],
    [() => [-1], "original[0]"],
    [() => "text" as never, "original"],
  ])("refuses %j", async (original, option) => {
    const failed = await run(writes([1]), { original }, 1).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(InvalidOptionError);
    expect((failed as InvalidOptionError).option).toBe(option);
  });
});

describe("the copy", () => {
  const copy = (original: readonly number[], output: readonly number[], length = 3) => [
    ...copiedDraft(Int32Array.from(original), Int32Array.from(output), length),
  ];

  test("begins at the beginning, and ends with the original", () => {
    expect(copy([1, 2, 3, 4], [])).toEqual([1, 2, 3]);
    expect(copy([1, 2, 3, 4], [1, 2, 3])).toEqual([4]);
    expect(copy([1, 2, 3, 4], [1, 2, 3, 4])).toEqual([]);
    expect(copy([1, 2], [5, 6, 7])).toEqual([]);
  });

  test("follows the longest run that both share", () => {
    expect(copy([1, 2, 3, 9, 2, 4], [5, 9, 2])).toEqual([4]);
    expect(copy([1, 2, 3, 4, 5], [7, 8, 2, 3])).toEqual([4, 5]);
  });

  test("of several runs follows the one that is closest to the output's length", () => {
    expect(copy([1, 2, 3, 1, 2, 4, 1, 2, 5], [0, 0, 0, 1, 2], 1)).toEqual([4]);
    expect(copy([1, 2, 3, 1, 2, 4, 1, 2, 5], [0, 0, 0, 0, 1, 2], 1)).toEqual([4]);
    expect(copy([1, 2, 3, 1, 2, 4], [1, 2], 1)).toEqual([3]);
  });

  test("without a run continues at the output's length", () => {
    expect(copy([1, 2, 3, 4], [9, 9])).toEqual([3, 4]);
  });
});
