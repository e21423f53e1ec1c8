import { autoregressive, type DecodeEvent, generate, greedySampler, type StepHead } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { collectDecode } from "@decodekit/core/testing";
import { generateBatch, temperatureSampler, withPrefixCache } from "@decodekit/core/toolkit";
import { dflash, eagle, eagleTree, speculative } from "@decodekit/speculative";
import { storiesDraft } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { circleTarget, dflashHead, eagleHead, NEXT_IN_CIRCLE, TARGET_SIZE } from "../support/draft-head-graphs.ts";

const native = { execution: "native" } as const;
const DRAFTERS = { eagle: () => eagle(), "eagle-tree": () => eagleTree(), dflash: () => dflash() };
const plain = autoregressive({ name: "plain", sampler: greedySampler });

/** The head of the circle: it knows the circle, but not what moves the target's tokens out of it. */
const circleHead = eagleHead(
  { hiddenSize: TARGET_SIZE, layers: 3, vocabSize: TARGET_SIZE, projection: NEXT_IN_CIRCLE },
  { target_layers: [0, 1, 2] },
);
/** Heads for the embedded draft model of stories, of 2 layers, with random weights. */
const sizes = { hiddenSize: 96, layers: 2, vocabSize: 4096 };
const layers = { target_layers: [0, 1] };
const known = Array.from({ length: 500 }, (_, index) => 7 * index + 3);
const storyHeads = {
  eagle: eagleHead({ ...sizes, draftSize: known.length }, layers, { target_ids: known }),
  float16: eagleHead({ ...sizes, draftSize: known.length, type: "float16" }, layers, { target_ids: known }),
  dflash: dflashHead(sizes, { ...layers, block_size: 6, mask_token_id: 4 }),
};

function acceptedIn(events: readonly DecodeEvent[]): number {
  return events.reduce((sum, event) => sum + (event.type === "draft-verify" ? event.accepted : 0), 0);
}

describe("a head that mostly agrees", () => {
  let model: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(circleTarget(), { ...native, draftHead: circleHead });
  });
  afterAll(() => model.dispose());

  test("saves passes of the target, whose greedy text stays the same", async () => {
    let [tokensOfAll, passes, leaps] = [0, 0, 0];
    for (let first = 0; first < TARGET_SIZE; first++) {
      const prompt = Int32Array.of(first, (5 * first + 1) % TARGET_SIZE, (3 * first + 2) % TARGET_SIZE);
      const expected = await collectDecode(plain.decode(model, prompt, { maxNewTokens: 24 }));
      const { tokens, events } = await collectDecode(
        speculative({ drafter: eagle(), draftLength: 4 }).decode(model, prompt, { maxNewTokens: 24 }),
      );
      expect(tokens).toEqual(expected.tokens);
      tokensOfAll += tokens.length;
      passes += events.filter((event) => event.type === "forward-end" && event.model === "causal").length;
      leaps += [...tokens].filter((token, index) => index > 0 && token !== (tokens[index - 1]! + 1) % TARGET_SIZE).length;
    }
    expect(passes).toBeLessThan(0.6 * tokensOfAll);
    // The target leaves the circle now and then, so that drafts are rejected too.
    expect(leaps).toBeGreaterThan(0);
  });

  test.each(["match", "ratio", "block"] as const)(
    "and so does its distribution with %s: the same for every seed with match",
    async (verify) => {
      const sampler = temperatureSampler(0.7);
      const prompt = Int32Array.of(1, 2, 3);
      const options = { maxNewTokens: 16, seed: 5 };
      const decoder = speculative({ drafter: eagle(), verify, draftLength: 3, sampler });
      const { tokens, events } = await collectDecode(decoder.decode(model, prompt, options));
      expect(acceptedIn(events)).toBeGreaterThan(0);
      if (verify !== "match") return;
      expect(tokens).toEqual((await collectDecode(autoregressive({ name: "plain", sampler }).decode(model, prompt, options))).tokens);
    },
  );

  test("drafts with confidences end where they are unlikely, and an automatic length verifies a part of them", async () => {
    const prompt = Int32Array.of(4, 5);
    const expected = await collectDecode(plain.decode(model, prompt, { maxNewTokens: 30 }));
    const decoder = speculative({ drafter: eagle({ confidences: true }), draftLength: "auto" });
    const { tokens } = await collectDecode(decoder.decode(model, prompt, { maxNewTokens: 30 }));
    expect(tokens).toEqual(expected.tokens);
  });

  test("a prefix cache changes no event, though a head needs the states of the whole prompt", async () => {
    const cached = withPrefixCache(model.causal);
    const prompt = Int32Array.of(3, 1, 4, 1, 5);
    const decode = (causal: typeof model.causal) =>
      collectDecode(speculative({ drafter: eagle(), draftLength: 3 }).decode({ causal }, prompt, { maxNewTokens: 12 }));
    const runs = [await decode(model.causal), await decode(cached), await decode(cached)];
    const shapes = runs.map(({ events }) => events.map((event) => ({ ...event, milliseconds: 0 })));
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
    await cached.prefixCache.clear();
  });

  test("several texts at once are those of each alone", async () => {
    const decoder = speculative({ drafter: eagle(), draftLength: 3 });
    const prompts = [Int32Array.of(1, 2), Int32Array.of(7), Int32Array.of(9, 3, 9)];
    const results = await Promise.all(generateBatch(model, prompts, { decoder, maxNewTokens: 10 }).map((each) => each.result));
    for (const [index, prompt] of prompts.entries()) {
      const alone = await generate(model, prompt, { decoder: plain, maxNewTokens: 10 }).result;
      expect(results[index]!.tokens).toEqual(alone.tokens);
    }
  });

  test("processors apply to the target alone, and the text is that of plain decoding", async () => {
    const processors = [
      (row: Float32Array, { tokens }: { readonly tokens: Int32Array }) => void (row[(tokens.at(-1)! + 1) % TARGET_SIZE]! -= 5),
    ];
    const options = { processors, maxNewTokens: 12 };
    const drafted = await generate(model, Int32Array.of(2, 6), { ...options, decoder: speculative({ drafter: eagle() }) }).result;
    expect(drafted.tokens).toEqual((await generate(model, Int32Array.of(2, 6), { ...options, decoder: plain }).result).tokens);
  });
});

describe.each(["eagle", "float16", "dflash"] as const)("a random head of the story model: %s", (name) => {
  let model: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(storiesDraft, { ...native, draftHead: storyHeads[name] });
  });
  afterAll(() => model.dispose());
  const drafters = name === "dflash" ? (["dflash"] as const) : (["eagle", "eagle-tree"] as const);

  test.each(drafters)("%s changes no greedy text", async (drafter) => {
    const prompts = ["Once upon a time", "The big dog", "Lily and Tom went to the", "One day, a little", "She was", '"Look!" said'];
    for (const text of prompts) {
      const prompt = model.tokenizer.encode(text);
      const expected = await collectDecode(plain.decode(model, prompt, { maxNewTokens: 24 }));
      const decoder = speculative({ drafter: DRAFTERS[drafter](), draftLength: 5 });
      const { tokens, events } = await collectDecode(decoder.decode(model, prompt, { maxNewTokens: 24 }));
      expect(tokens).toEqual(expected.tokens);
      const passes = events.filter((event) => event.type === "forward-end" && event.model === "draft");
      expect(passes.length).toBeGreaterThan(0);
    }
  });

  test("a head that is asked now and then drafts what it drafts when it reads everything at once", async () => {
    if (name === "dflash") return;
    const head = model.causal.draftHead as StepHead;
    const tokens = model.tokenizer.encode("Once upon a time, there was a little girl named Lily. She liked to play.");
    const target = await model.causal.createSession();
    const { values, size } = (await target.forward(tokens.subarray(0, -1), { layerStates: true })).layerStates!;
    const [whole, parts] = [await head.createSession(), await head.createSession()];
    const expected = await whole.read(tokens.subarray(1), values);
    let branches = expected;
    for (let start = 0; start < tokens.length - 1; start += 3) {
      const end = Math.min(start + 3, tokens.length - 1);
      branches = await parts.read(tokens.subarray(start + 1, end + 1), values.subarray(start * size, end * size));
      await parts.extend(branches, Int32Array.of(0, 0), Int32Array.of(3, 10));
    }
    expect(parts.length).toBe(whole.length);
    const [row, other] = [expected.row(0), branches.row(0)];
    for (const token of known) expect(other[token]).toBeCloseTo(row[token]!, name === "float16" ? 1 : 4);
    expect(row.filter((logit) => logit > -Infinity)).toHaveLength(known.length);
    await Promise.all([target.dispose(), whole.dispose(), parts.dispose()]);
  });
});

test("the drafters end at the head's context", async () => {
  const short = eagleHead({ ...sizes, draftSize: known.length }, { ...layers, max_position_embeddings: 12 }, { target_ids: known });
  const block = dflashHead(sizes, { ...layers, max_position_embeddings: 14, block_size: 6, mask_token_id: 4 });
  for (const [draftHead, drafter] of [
    [short, eagle()],
    [short, eagleTree()],
    [block, dflash()],
  ] as const) {
    const model = await loadModel(storiesDraft, { ...native, draftHead });
    const prompt = model.tokenizer.encode("Once upon a time");
    const expected = await collectDecode(plain.decode(model, prompt, { maxNewTokens: 20 }));
    const { tokens } = await collectDecode(speculative({ drafter, draftLength: 4 }).decode(model, prompt, { maxNewTokens: 20 }));
    expect(tokens).toEqual(expected.tokens);
    await model.dispose();
  }
});
