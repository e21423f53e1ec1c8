import { type BoundedDecoder, type DecodeEvent, type DecodeOptions, type RandomSource, seededRandom } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, type TestMaskedModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import * as refinement from "./index.ts";
import { infill, refine, type RefineOptions, rewrite } from "./index.ts";

const VOCAB_SIZE = 8;
const MASK = 7;
const prompt = (): Int32Array => Int32Array.of(3, 1, 4);

/** Rows that depend on all known tokens, with the mask token most likely. */
function model(seed: number, contextLength = 64): TestMaskedModel {
  return memoryMaskedModel({
    vocabSize: VOCAB_SIZE,
    contextLength,
    maskTokenId: MASK,
    logitsAt(prefix, canvas, index) {
      const key = [...prefix, ...canvas, index].reduce((hash, value) => (hash * 31 + value + 1) % 1_000_003, seed);
      const random = seededRandom(key);
      const row = Float32Array.from({ length: VOCAB_SIZE }, () => 4 * random.uniform());
      row[MASK] = 9;
      return row;
    },
  });
}

/** One setting of each part, then random combinations of all parts. */
const settings: readonly { readonly name: string; readonly options: RefineOptions }[] = [
  ...Object.entries({
    llada: refinement.llada({ blockLength: 4, steps: 2 }),
    "llada, random": refinement.llada({ blockLength: 6, remasking: "random", temperature: 1 }),
    "llada 2.1": refinement.llada21({ blockLength: 5, threshold: 0.5, editThreshold: 0.3, temperature: 0.5 }),
    dream: refinement.dream({ blockLength: 16, steps: 5, temperature: 0.7, orderTemperature: 0.3 }),
    "dream, origin": refinement.dream({ blockLength: 16, steps: 5, temperature: 0.7, algorithm: "origin" }),
    mdlm: refinement.mdlm({ blockLength: 16, steps: 6 }),
    "remdm, cap": refinement.remdm({ blockLength: 16, steps: 12, eta: 0.3 }),
    "remdm, rescale": refinement.remdm({ blockLength: 16, steps: 12, variant: "rescale", eta: 0.5 }),
    "remdm, confidence": refinement.remdm({ blockLength: 8, steps: 12, variant: "confidence" }),
    "remdm, loop": refinement.remdm({ blockLength: 8, steps: 40, variant: "loop", eta: 0.3 }),
    "mask-predict": refinement.maskPredict({ blockLength: 8, steps: 4 }),
    "fast-dllm": refinement.fastDllm({ blockLength: 8, threshold: 0.5 }),
    "fast-dllm, factor": refinement.fastDllm({ blockLength: 8, factor: 2, temperature: 1 }),
    "eb-sampler": refinement.ebSampler({ blockLength: 8, bound: 1.5 }),
    klass: refinement.klass({ blockLength: 8, threshold: 0.3, bound: 2, history: 1 }),
    hierarchy: refinement.hierarchy({ blockLength: 8, threshold: 0.6, lowThreshold: 0.2, remaskThreshold: 0.3 }),
    wino: refinement.wino({ blockLength: 8, threshold: 0.3, revokeThreshold: 0.5 }),
    "remasking doubted": { revise: refinement.remaskDoubted({ threshold: 0.4 }), steps: 20, blockLength: 8 },
    d3pm: refinement.d3pm({ blockLength: 6, steps: 5 }),
    "diffusion-gemma": refinement.diffusionGemma({ blockLength: 8, steps: 7, bound: 1, confidenceThreshold: 2 }),
    "redeciding masks": { revise: refinement.redecide({ confidenceThreshold: 3 }), noise: "absorbing", steps: 9, temperature: 1 },
    "noise, remasking doubted": { noise: "uniform", revise: refinement.remaskDoubted({ threshold: 0.4 }), steps: 20, canvas: "remaining" },
    guidance: { guidance: refinement.classifierFree({ scale: 1.5 }), blockLength: 4 },
    cosine: { schedule: refinement.cosine(), steps: 5, temperature: { first: 1, last: 0.2 } },
  } satisfies Readonly<Record<string, RefineOptions>>).map(([name, options]) => ({ name, options })),
  ...Array.from({ length: 40 }, (_, seed) => ({ name: `a random combination, seed ${seed}`, options: randomOptions(seededRandom(seed)) })),
];

function randomOptions(random: RandomSource): RefineOptions {
  const pick = <Item>(...items: readonly Item[]): Item => items[random.categorical(items.map(() => 1))]!;
  const orderBy = pick("max-probability", "sampled-probability");
  return {
    select: pick(
      refinement.confidence({ orderBy }),
      refinement.margin({ orderTemperature: pick(undefined, 0.5) }),
      refinement.entropy(),
      refinement.threshold({ threshold: random.uniform(), orderBy }),
      refinement.factor({ factor: 0.1 + 3 * random.uniform(), orderBy }),
      refinement.entropyBound({ bound: 4 * random.uniform() }),
      refinement.klStable({ threshold: 0.3, bound: 2, history: pick(1, 2), orderBy }),
      refinement.hierarchical({ threshold: 0.7, lowThreshold: 0.3, orderBy }),
      refinement.randomOrder(),
      refinement.leftToRight(),
    ),
    schedule: pick(
      refinement.fixed(),
      refinement.linear(),
      refinement.cosine(),
      refinement.ancestral(),
      refinement.firstHitting(),
      refinement.adaptive(),
      refinement.allAtOnce(),
    ),
    revise: pick(
      undefined,
      refinement.remaskLeastConfident(),
      refinement.remaskBelow({ threshold: 0.6 }),
      refinement.editAbove({ threshold: 0.2 }),
      refinement.remasking({ eta: 0.2 }).revise,
      refinement.redecide({ confidenceThreshold: 2 }),
    ),
    guidance: pick(undefined, refinement.classifierFree({ scale: 1 })),
    temperature: pick<RefineOptions["temperature"]>(0, 0.5, 1, { first: 1, last: 0 }),
    blockLength: pick(1, 3, 8, 20),
    steps: pick(undefined, 1, 4, 30),
    canvas: pick("block", "remaining"),
    noise: pick("absorbing", "uniform"),
    processors: pick([], [(row: Float32Array) => void (row[0]! -= 2)]),
  };
}

/** Replays the events and checks the invariants. */
function expectSoundEvents(events: readonly DecodeEvent[], promptLength: number): void {
  let committed = promptLength;
  expect(events[0]).toEqual({ type: "decode-start", promptLength });
  expect(events.findIndex(({ type }) => type === "decode-end")).toBe(events.length - 1);
  for (const event of events) {
    if (event.type === "tokens-propose") {
      expect(event.start).toBe(committed);
      for (const [position, token] of event.tokens.entries()) {
        const probability = event.probabilities![position]!;
        expect(token === MASK ? probability === 0 : probability > 0 && probability <= 1).toBe(true);
      }
    }
    if (event.type !== "tokens-commit") continue;
    expect(event.start).toBe(committed);
    expect(event.tokens).not.toContain(MASK);
    committed += event.tokens.length;
  }
}

const passesOf = (events: readonly DecodeEvent[]): readonly number[] =>
  events.flatMap((event) => (event.type === "forward-end" ? [event.positions] : []));

async function run(decoder: BoundedDecoder<"masked">, masked: TestMaskedModel, options: DecodeOptions): ReturnType<typeof collectDecode> {
  const input = prompt();
  const decode = await collectDecode(decoder.decode({ masked }, input, options));
  expect(input).toEqual(prompt());
  expectSoundEvents(decode.events, input.length);
  expect(passesOf(decode.events)).toEqual(masked.passes().map(({ positions }) => positions));
  expect([masked.openSessions(), masked.modifiedRows()]).toEqual([0, 0]);
  return decode;
}

describe.each(settings)("$name", ({ options }) => {
  test("ends within maxPasses, fulfils the contract of a decoder, and is reproducible", async () => {
    const decoder = refine(options);
    for (const decodeOptions of [{ maxNewTokens: 20, seed: 1 }, { maxNewTokens: 11, seed: 2, stopTokens: [2] }, { maxNewTokens: 1 }]) {
      const masked = model(7);
      const { events, tokens, finishReason } = await run(decoder, masked, decodeOptions);
      expect(passesOf(events).length).toBeLessThanOrEqual(decoder.maxPasses(decodeOptions.maxNewTokens));
      if (finishReason === "length") expect(tokens).toHaveLength(decodeOptions.maxNewTokens);
      else expect([finishReason, decodeOptions.stopTokens]).toEqual(["stop", [2]]);
      if (decodeOptions.stopTokens) expect(tokens).not.toContain(2);
      expect((await run(decoder, model(7), decodeOptions)).tokens).toEqual(tokens);
    }
  });

  test("fills gaps without changing fixed positions", async () => {
    const { blockLength: _, canvas: __, ...fill } = options;
    const text = [1, MASK, 2, 5, MASK, 6, 0];
    const rewriting = rewrite({ ...fill, text, positions: [4, 1, 3] });
    const rewritten = await run(rewriting, model(3), { maxNewTokens: 20 });
    for (const position of [0, 2, 5, 6]) expect(rewritten.tokens[position]).toBe(text[position]);
    for (const event of rewritten.events) {
      if (event.type === "tokens-propose") expect([0, 2, 5, 6].map((each) => event.tokens[each])).toEqual([1, 2, 6, 0]);
    }
    expect(passesOf(rewritten.events).length).toBeLessThanOrEqual(rewriting.maxPasses(20));
    const filling = infill({ ...fill, suffix: Int32Array.of(5, 6), length: { minimum: 2, maximum: 4 } });
    const filled = await run(filling, model(3), { maxNewTokens: 20 });
    expect([2, 3, 4]).toContain(filled.tokens.length);
    expect(passesOf(filled.events).length).toBeLessThanOrEqual(filling.maxPasses(20));
  });
});

describe("a decode", () => {
  const decoder = refine({ blockLength: 3, temperature: 1, select: refinement.randomOrder() });

  test("fills the context and reports it", async () => {
    const { tokens, finishReason } = await run(decoder, model(1, 8), { maxNewTokens: 20 });
    expect([tokens.length, finishReason]).toEqual([5, "length"]);
  });

  test("commits each block before the next one begins, and runs no such pass for the last one", async () => {
    const { events } = await run(decoder, model(1), { maxNewTokens: 7 });
    const phases = events.flatMap((event) => (event.type === "forward-end" ? [`${event.phase} ${event.positions}`] : []));
    const block = ["refine 3", "refine 3", "refine 3"];
    expect(phases).toEqual(["prefill 3", ...block, "decode 3", ...block, "decode 3", "refine 1"]);
  });

  test("ends within one pass when it is aborted, and disposes its sessions when its consumer stops", async () => {
    for (let at = 0; at < 12; at++) {
      const masked = model(1);
      const controller = new AbortController();
      const events: DecodeEvent[] = [];
      let seen = 0;
      for await (const event of decoder.decode({ masked }, prompt(), { maxNewTokens: 7, signal: controller.signal })) {
        events.push(event);
        if (seen++ === at) controller.abort();
      }
      expect(events.at(-1)).toEqual({ type: "decode-end", finishReason: "abort" });
      expect(passesOf(events.slice(at + 1)).length).toBeLessThanOrEqual(1);
      const left = model(1);
      let count = 0;
      for await (const _ of decoder.decode({ masked: left }, prompt(), { maxNewTokens: 7 })) if (count++ === at) break;
      expect([masked.openSessions(), left.openSessions()]).toEqual([0, 0]);
    }
  });

  test("does not depend on another decode that runs at the same time", async () => {
    const masked = model(1);
    const alone = await collectDecode(decoder.decode({ masked: model(1) }, prompt(), { maxNewTokens: 7, seed: 4 }));
    const pair = await Promise.all([4, 5].map((seed) => collectDecode(decoder.decode({ masked }, prompt(), { maxNewTokens: 7, seed }))));
    expect(pair[0]!.tokens).toEqual(alone.tokens);
    expect(pair[1]!.tokens).not.toEqual(alone.tokens);
  });

  test("ends a block as soon as a stop token ends the text, with the same tokens as all passes would produce", async () => {
    const options = { maxNewTokens: 12, stopTokens: [0, 1, 2] };
    const greedy = { blockLength: 12, select: refinement.leftToRight() };
    const early = await run(refine(greedy), model(5), options);
    const whole = await collectDecode(refine(greedy).decode({ masked: model(5) }, prompt(), { maxNewTokens: 12 }));
    expect(early.finishReason).toBe("stop");
    expect(whole.tokens.subarray(0, early.tokens.length)).toEqual(early.tokens);
    expect(passesOf(early.events)).toHaveLength(1 + early.tokens.length + 1);
  });

  test("rejects logits without a distribution", async () => {
    const masked = memoryMaskedModel({
      vocabSize: VOCAB_SIZE,
      contextLength: 64,
      maskTokenId: MASK,
      logitsAt: () => new Float32Array(VOCAB_SIZE).fill(NaN),
    });
    await expect(collectDecode(decoder.decode({ masked }, prompt(), { maxNewTokens: 3 }))).rejects.toMatchObject({
      code: "INVALID_LOGITS",
    });
    expect(masked.openSessions()).toBe(0);
  });
});
