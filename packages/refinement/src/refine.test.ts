import { type DecodeEvent, InvalidOptionError, seededRandom } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, type TestMaskedModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import {
  classifierFree,
  confidence,
  dream,
  allAtOnce,
  fastDllm,
  hierarchy,
  leftToRight,
  llada,
  llada21,
  maskPredict,
  refine,
  type RefineOptions,
  remaskDoubted,
  type Revision,
  revokeDoubted,
  type Selection,
} from "./index.ts";
import plugins from "./plugin.ts";

const MASK = 4;
const prompt = Int32Array.of(0);

/** A model over tokens 0 to 3; `rowAt` returns their logits. */
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

  test("remaskDoubted: tokens that are inconsistent with the others are predicted again, until nothing is doubted", async () => {
    // The second token is 3 by itself, and 2 if the first one is known to be 0.
    const masked = model((position, [first]) => (position === 0 ? [5, 0, 0, 0] : first === 0 ? [0, 0, 5, 0] : [0, 0, 0, 5]));
    const options = { schedule: allAtOnce(), revise: remaskDoubted(), blockLength: 2, steps: 9 };
    expect(await canvases(masked, options, 2)).toEqual([
      [0, 3],
      [0, MASK],
      [0, 2],
    ]);
    expect(masked.passes().map(({ rows }) => rows)).toEqual([0, 2, 2, 2, 2]);
    const leavingOut = { ...options, revise: remaskDoubted({ leaveOneOut: true }) };
    expect(await canvases(masked, leavingOut, 2)).toHaveLength(3);
    expect(
      masked
        .passes()
        .slice(5)
        .map(({ rows }) => rows),
    ).toEqual([0, 4, 4, 4, 4]);
  });

  test("leave-one-out rows are rejected for a model without them", async () => {
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

  test("Fast-dLLM: all above the threshold, and at least one", async () => {
    // softmax of 4, 3, 2, 1 against three zeros: 0.948, 0.870, 0.711, 0.475.
    expect(await canvases(model(falling), fastDllm({ blockLength: 4, threshold: 0.8 }), 4)).toEqual([
      [0, 1, 4, 4],
      [0, 1, 2, 4],
      [0, 1, 2, 3],
    ]);
  });

  test("mask-predict: allAtOnce, then the least certain positions again", async () => {
    // Once all is known, the predictions of the last two positions change.
    const rowAt = (position: number, canvas: Int32Array): readonly number[] =>
      position >= 2 && canvas[0] !== MASK ? [9, 0, 0, 0] : falling(position);
    const shown = await canvases(model(rowAt), maskPredict({ blockLength: 4, steps: 2 }), 4);
    expect(shown).toEqual([
      [0, 1, 4, 4],
      [0, 1, 0, 0],
    ]);
  });

  test("LLaDA 2.1: edits committed tokens, and continues after the last mask until nothing changes", async () => {
    // The prediction of position 0 is right only once everything else is known.
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

  test("dInfer: remasks tokens that the model no longer predicts", async () => {
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

test('with canvas "remaining" the model reads masks up to the end of the text', async () => {
  for (const [canvas, expected] of [
    ["block", [2, 2, 1]],
    ["remaining", [5, 3, 1]],
  ] as const) {
    const masked = model(falling);
    await collectDecode(refine({ blockLength: 2, steps: 1, canvas }).decode({ masked }, prompt, { maxNewTokens: 5 }));
    expect(masked.passes().flatMap(({ rows }) => (rows > 0 ? [rows] : []))).toEqual(expected);
  }
});

test("guidance moves away from the predictions without the prompt", async () => {
  // With the prompt, tokens 0 and 1 are close; without it, 1 is far ahead.
  const masked = model((_position, _canvas, prefix) => (prefix[0] === MASK ? [0, 2, 0, 0] : [1, 1.5, 0, 0]));
  const tokensWith = async (options: RefineOptions): Promise<readonly number[]> => [
    ...(await collectDecode(refine(options).decode({ masked }, prompt, { maxNewTokens: 3 }))).tokens,
  ];
  expect(await tokensWith({})).toEqual([1, 1, 1]);
  expect(await tokensWith({ guidance: classifierFree({ scale: 1 }) })).toEqual([0, 0, 0]);
});

test("processors see the tokens before a position, with the mask token for unknown ones, and cannot make the mask token possible", async () => {
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

test('a sampler draws the tokens; with scores "sampler" the parts use its distribution', async () => {
  const last = { name: "last", distribution: () => Float64Array.of(0, 0, 0, 1, 0), pick: (row: Float64Array) => row.indexOf(1) };
  const decode = async (options: RefineOptions): Promise<readonly (readonly number[])[]> => canvases(model(falling), options, 2);
  expect(await decode({ sampler: last, select: leftToRight() })).toEqual([
    [3, 4],
    [3, 3],
  ]);
  expect(await decode({ ...fastDllm({ blockLength: 2 }), temperature: undefined, sampler: last, scores: "sampler" })).toEqual([[3, 3]]);
});

test("the drawn token depends on step and position, not on other draws", async () => {
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
  { chosen: [7], message: "[7]" },
  { chosen: [], message: "[]" },
  { chosen: [1, 1], message: "[1, 1]" },
  { chosen: [0, 1, 2], message: "[0, 1, 2]" },
])("a selection that chooses $chosen breaks its contract, and is rejected", async ({ chosen, message }) => {
  const select = { name: "broken", dependsOnSamples: false, start: () => () => chosen };
  const decode = refine({ select, blockLength: 2 }).decode({ masked: model(falling) }, prompt, { maxNewTokens: 2 });
  await expect(collectDecode(decode)).rejects.toThrow(
    `refine: what the selection "broken" returns must be at least 1 of the open positions [0, 1], each once, got "${message}".`,
  );
});

test("a revision without needsPredictions that reads predictions throws", async () => {
  const revise: Revision = {
    name: "broken",
    needsPredictions: false,
    start:
      () =>
      ({ open, predictions }) => {
        if (open.length === 0) predictions.probabilities(0);
        return {};
      },
    shouldContinue: () => true,
  };
  const decode = refine({ select: leftToRight(), schedule: allAtOnce(), revise, steps: 3, blockLength: 2 });
  await expect(collectDecode(decode.decode({ masked: model(falling) }, prompt, { maxNewTokens: 2 }))).rejects.toThrow(
    "refine: a revision without needsPredictions read predictions while no position was open.",
  );
});

describe("the plugins", () => {
  test("create the decoders that they name", () => {
    for (const plugin of plugins) {
      const decoder = plugin.create({});
      expect([decoder.name, decoder.requires]).toEqual([plugin.name, plugin.requires]);
    }
  });

  test("pass their options on", async () => {
    const plugin = plugins.find(({ name }) => name === "llada")!;
    const decoder = plugin.create({ blockLength: 4, steps: 2, temperature: 0, canvas: "block", guidanceScale: 1 });
    const { events } = await collectDecode(decoder.decode({ masked: model(falling) } as never, prompt, { maxNewTokens: 4 }));
    expect(events.filter(({ type }) => type === "forward-end")).toHaveLength(2 * (1 + 2));
  });
});

test.each([
  ["remask", { remask: [2] }, "positions that are not fixed", "[2]"],
  ["reconsider", { reconsider: [-1] }, "positions that are not fixed", "[-1]"],
  ["replace", { replace: [0] }, "positions that are not fixed and not committed in this step ([0])", "[0]"],
  ["remask", { remask: [0, 0] }, "positions that are named once, in remask or in replace", "[0, 0]"],
])("a revision whose %s breaks its contract is rejected", async (option, changes, expected, actual) => {
  const revise = { name: "broken", needsPredictions: false, start: () => () => changes, shouldContinue: () => false };
  const select = leftToRight();
  const decode = refine({ select, revise, blockLength: 2 }).decode({ masked: model(falling) }, prompt, { maxNewTokens: 2 });
  const message = `refine: ${option} of the revision "broken" must be ${expected}, got "${actual}".`;
  await expect(collectDecode(decode)).rejects.toMatchObject({ code: "INVALID_OPTION", message });
});
