import { type DecodeEvent, InvalidOptionError, seededRandom } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, type TestMaskedModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import {
  classifierFree,
  confidence,
  dream,
  everything,
  fastDllm,
  hierarchy,
  leftToRight,
  llada,
  llada21,
  maskPredict,
  refine,
  type RefineOptions,
  reopenDoubted,
  type Revision,
  revokeDoubted,
  type Selection,
} from "./index.ts";
import plugin from "./plugin.ts";

const MASK = 4;
const prompt = Int32Array.of(0);

/** A model over tokens 0 to 3; `rowAt` gives the logits of these. */
function model(rowAt: (position: number, canvas: Int32Array, prefix: Int32Array) => readonly number[]): TestMaskedModel {
  return memoryMaskedModel({
    vocabSize: 5,
    contextLength: 32,
    maskTokenId: MASK,
    logitsAt: (prefix, canvas, index) => Float32Array.of(...rowAt(index, canvas, prefix), 9),
  });
}

async function canvases(masked: TestMaskedModel, options: RefineOptions, maxNewTokens: number): Promise<readonly (readonly number[])[]> {
  const { events } = await collectDecode(refine(options).decode({ masked }, prompt, { maxNewTokens }));
  return events.flatMap((event: DecodeEvent) => (event.type === "tokens-propose" ? [[...event.tokens]] : []));
}

/** Position i prefers token i with logit 4 - i: the first is the most certain. */
const falling = (position: number): readonly number[] => [0, 1, 2, 3].map((token) => (token === position ? 4 - position : 0));

describe("the canvas, step by step", () => {
  test("LLaDA: equal counts, the most confident first", async () => {
    expect(await canvases(model(falling), llada({ blockLength: 4, steps: 2 }), 4)).toEqual([
      [0, 1, 4, 4],
      [0, 1, 2, 3],
    ]);
  });

  test("reopening: what does not agree with the rest is worked out again, until nothing is doubted", async () => {
    // The second token is 3 by itself, and 2 where the first one is known to be 0.
    const masked = model((position, [first]) => (position === 0 ? [5, 0, 0, 0] : first === 0 ? [0, 0, 5, 0] : [0, 0, 0, 5]));
    const options = { schedule: everything(), revise: reopenDoubted(), blockLength: 2, steps: 9 };
    expect(await canvases(masked, options, 2)).toEqual([
      [0, 3],
      [0, MASK],
      [0, 2],
    ]);
    expect(masked.passes().map(({ rows }) => rows)).toEqual([0, 2, 2, 2, 2]);
    const leavingOut = { ...options, revise: reopenDoubted({ leaveOneOut: true }) };
    expect(await canvases(masked, leavingOut, 2)).toHaveLength(3);
    expect(
      masked
        .passes()
        .slice(5)
        .map(({ rows }) => rows),
    ).toEqual([0, 4, 4, 4, 4]);
  });

  test("leaving out is refused where the model cannot", async () => {
    const masked = model(falling);
    const createSession: typeof masked.createSession = async (over) => {
      const session = await masked.createSession(over);
      delete session.predictLeaveOneOut;
      return session;
    };
    const decode = refine({ revise: revokeDoubted() }).decode({ masked: { ...masked, createSession } }, prompt, { maxNewTokens: 2 });
    await expect(collectDecode(decode)).rejects.toThrow(InvalidOptionError);
  });

  test("Dream: the counts of its grid, the lowest entropy first", async () => {
    expect(await canvases(model(falling), dream({ blockLength: 4, steps: 3 }), 4)).toEqual([
      [0, 4, 4, 4],
      [0, 1, 4, 4],
      [0, 1, 2, 3],
    ]);
  });

  test("Fast-dLLM: all above the threshold, at least one", async () => {
    // softmax of 4, 3, 2, 1 against three zeros: 0.948, 0.870, 0.711, 0.475.
    expect(await canvases(model(falling), fastDllm({ blockLength: 4, threshold: 0.8 }), 4)).toEqual([
      [0, 1, 4, 4],
      [0, 1, 2, 4],
      [0, 1, 2, 3],
    ]);
  });

  test("mask-predict: everything, then again what had been least certain", async () => {
    // Once all is known, the last two positions change their mind.
    const rowAt = (position: number, canvas: Int32Array): readonly number[] =>
      position >= 2 && canvas[0] !== MASK ? [9, 0, 0, 0] : falling(position);
    const shown = await canvases(model(rowAt), maskPredict({ blockLength: 4, steps: 2 }), 4);
    expect(shown).toEqual([
      [0, 1, 4, 4],
      [0, 1, 0, 0],
    ]);
  });

  test("LLaDA 2.1: edits what stands, and goes on after the last mask until nothing changes", async () => {
    // Position 0 sees its mistake only when everything else is known.
    const rowAt = (position: number, canvas: Int32Array): readonly number[] =>
      position === 0 && !canvas.subarray(1).includes(MASK) ? [0, 0, 0, 9] : falling(position);
    const shown = await canvases(model(rowAt), llada21({ blockLength: 3, threshold: 0.9 }), 3);
    expect(shown).toEqual([
      [0, 4, 4],
      [0, 1, 4],
      [0, 1, 2],
      [3, 1, 2],
    ]);
  });

  test("dInfer: takes back what the model no longer believes", async () => {
    const rowAt = (position: number, canvas: Int32Array): readonly number[] =>
      position === 0 && canvas[1] !== MASK ? [0, 0, 0, 9] : position === 0 ? [9, 0, 0, 0] : position === 1 ? [0, 2, 0, 0] : [0, 0, 9, 0];
    const options = hierarchy({ blockLength: 5, threshold: 0.95, lowThreshold: 0.9, remaskThreshold: 0.4 });
    const shown = await canvases(model(rowAt), { ...options, select: leftToRight(), schedule: { name: "pairs", count: () => 2 } }, 5);
    expect(shown).toEqual([
      [0, 1, 4, 4, 4],
      [4, 1, 2, 2, 4],
      [3, 1, 2, 2, 2],
    ]);
  });
});

test('with canvas "rest" the model sees masks up to the end of the text', async () => {
  for (const [canvas, expected] of [
    ["block", [2, 2, 1]],
    ["rest", [5, 3, 1]],
  ] as const) {
    const masked = model(falling);
    await collectDecode(refine({ blockLength: 2, steps: 1, canvas }).decode({ masked }, prompt, { maxNewTokens: 5 }));
    expect(masked.passes().flatMap(({ rows }) => (rows > 0 ? [rows] : []))).toEqual(expected);
  }
});

test("guidance moves away from what would be said without the prompt", async () => {
  // With the prompt 1.5 times as likely tokens 1 and 0 are even; without it 1 is far ahead.
  const masked = model((_position, _canvas, prefix) => (prefix[0] === MASK ? [0, 2, 0, 0] : [1, 1.5, 0, 0]));
  const tokensWith = async (options: RefineOptions): Promise<readonly number[]> => [
    ...(await collectDecode(refine(options).decode({ masked }, prompt, { maxNewTokens: 3 }))).tokens,
  ];
  expect(await tokensWith({})).toEqual([1, 1, 1]);
  expect(await tokensWith({ guidance: classifierFree({ scale: 1 }) })).toEqual([0, 0, 0]);
});

test("processors see the tokens before a position, the mask token where unknown, and cannot bring the mask token back", async () => {
  const contexts: (readonly number[])[] = [];
  const processors = [
    (row: Float32Array, { tokens, promptLength }: { tokens: Int32Array; promptLength: number }): void => {
      contexts.push([promptLength, ...tokens]);
      row[MASK] = 99;
    },
  ];
  const decode = refine({ processors, select: leftToRight(), blockLength: 2 }).decode({ masked: model(falling) }, Int32Array.of(2, 3), {
    maxNewTokens: 3,
  });
  expect([...(await collectDecode(decode)).tokens]).toEqual([0, 1, 0]);
  expect(contexts).toEqual([
    [2, 2, 3],
    [2, 2, 3, 0],
    [2, 2, 3, 0, 1],
  ]);
});

test('a sampler draws the tokens; with scores "sampler" the parts look at its distribution', async () => {
  const last = { name: "last", distribution: () => Float64Array.of(0, 0, 0, 1, 0), pick: (row: Float64Array) => row.indexOf(1) };
  const decode = async (options: RefineOptions): Promise<readonly (readonly number[])[]> => canvases(model(falling), options, 2);
  expect(await decode({ sampler: last, select: leftToRight() })).toEqual([
    [3, 4],
    [3, 3],
  ]);
  expect(await decode({ ...fastDllm({ blockLength: 2 }), temperature: undefined, sampler: last, scores: "sampler" })).toEqual([[3, 3]]);
});

test("the drawn token depends on step and position, not on what else is drawn", async () => {
  const masked = model(() => [0, 0, 0, 0]);
  const tokensOf = async (select: Selection): Promise<readonly number[]> => [
    ...(
      await collectDecode(
        refine({ select, temperature: 1, steps: 1 }).decode({ masked }, prompt, { maxNewTokens: 8, random: seededRandom(3) }),
      )
    ).tokens,
  ];
  expect(await tokensOf(confidence({ orderBy: "sampled-probability" }))).toEqual(await tokensOf(leftToRight()));
});

test.each([
  { chosen: [7], message: "chose [7], not at least 1 of [0, 1]" },
  { chosen: [], message: "chose [], not at least 1 of [0, 1]" },
  { chosen: [1, 1], message: "chose [1, 1], not at least 1 of [0, 1]" },
  { chosen: [0, 1, 2], message: "chose [0, 1, 2], not at least 1 of [0, 1]" },
])("a selection that chooses $chosen breaks its contract, which is an error", async ({ chosen, message }) => {
  const select = { name: "broken", looksAtDraws: false, start: () => () => chosen };
  const decode = refine({ select, blockLength: 2 }).decode({ masked: model(falling) }, prompt, { maxNewTokens: 2 });
  await expect(collectDecode(decode)).rejects.toThrow(`refine: the selection "broken" ${message}, each once.`);
});

test("a revision that asks for a prediction although it says it needs none is an error", async () => {
  const revise: Revision = {
    name: "broken",
    readsPredictions: false,
    start:
      () =>
      ({ open, predictions }) => {
        if (open.length === 0) predictions.probabilities(0);
        return {};
      },
    goesOn: () => true,
  };
  const decode = refine({ select: leftToRight(), schedule: everything(), revise, steps: 3, blockLength: 2 });
  await expect(collectDecode(decode.decode({ masked: model(falling) }, prompt, { maxNewTokens: 2 }))).rejects.toThrow(
    "refine: a revision that says it does not read predictions asked for one where nothing was open.",
  );
});

describe("the plugin", () => {
  test("makes the decoder that it names, with every preset at its defaults", () => {
    for (const preset of plugin.options["preset"]!.choices!) {
      const decoder = plugin.create({ preset });
      expect([decoder.name, decoder.requires]).toEqual([plugin.name, plugin.requires]);
    }
    for (const preset of plugin.presets) expect(plugin.create(preset).name).toBe("refine");
    expect(plugin.create({}).name).toBe("refine");
  });

  test("passes its options on", async () => {
    const options = { preset: "llada", blockLength: 4, steps: 2, temperature: 0, canvas: "block", guidanceScale: 1 };
    const { events } = await collectDecode(plugin.create(options).decode({ masked: model(falling) }, prompt, { maxNewTokens: 4 }));
    expect(events.filter(({ type }) => type === "forward-end")).toHaveLength(2 * (1 + 2));
  });
});
