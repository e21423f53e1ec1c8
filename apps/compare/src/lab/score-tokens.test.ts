import { builtInDecoders } from "@decodekit/compare";
import { type CausalModel, generate, type ModelSet, seededRandom } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { exactDistribution, memoryMaskedModel, randomTable, tableModel } from "@decodekit/core/testing";
import { stories } from "@decodekit/tiny-models";
import { describe, expect, test } from "vitest";
import { whyUnknown } from "../why/unknown-distribution.ts";
import { decoders, makeLane } from "./decoders.ts";
import { CANDIDATES, scoreTokens } from "./score-tokens.ts";

const VOCAB = 5;
const MASK = VOCAB - 1;
const TOKENS = 3;
/** Repeats, so that penalties of the prompt have an effect. */
const PROMPT = Int32Array.of(0, 1, 0, 1);

function modelsOf(seed: number): ModelSet {
  const table = randomTable(seededRandom(seed), VOCAB);
  const guesses = randomTable(seededRandom(seed + 100), VOCAB);
  return {
    causal: tableModel({ probabilities: table, tree: true }),
    draft: tableModel({ probabilities: guesses }),
    masked: memoryMaskedModel({
      vocabSize: VOCAB,
      contextLength: 64,
      maskTokenId: MASK,
      logitsAt: (prefix, _, index) => Float32Array.from(table[(prefix.at(-1) ?? 0) ^ (index & 1)]!, Math.log).with(MASK, -Infinity),
    }),
  };
}

/** One lane for each way in which a built-in decoder can draw from the causal model's row. */
const drawing: readonly string[] = [
  "greedy",
  "top-p",
  "top-p:p=0.6,temperature=0.7",
  "top-p:temperature=0",
  "sample",
  "sample:preset=llama-cpp,temperature=0.6,top_k=4,repeat_penalty=1.3,presence_penalty=0.4",
  "sample:preset=llama-cpp,xtc_probability=0.5,min_p=0",
  "sample:preset=llama-cpp,mirostat=2,mirostat_tau=1",
  "sample:preset=llama-cpp,mirostat=1,mirostat_tau=1",
  "sample:preset=hf,temperature=0.7,top_k=3,repetition_penalty=1.4",
  "sample:preset=hf,top_p=0.7,typical_p=0.8",
  "sample:preset=vllm,temperature=0.9,min_p=0.2,frequency_penalty=0.5",
  "top-k:k=2,temperature=0.8",
  "min-p:minP=0.3",
  "typical:p=0.6",
  "epsilon-cutoff:epsilon=0.1",
  "eta-cutoff:epsilon=0.1",
  "p-less",
  "top-n-sigma:temperature=1.5",
  "top-h",
  "dynamic-temperature",
  "xtc:probability=0.4,threshold=0.2",
  "mirostat:tau=1",
  "penalties:repetition=1.5,presence=0.3,frequency=0.2,dry=0.8,noRepeatNgram=3",
  "speculative:draftLength=2",
  "speculative:drafter=prompt-lookup,draftLength=2,temperature=0.8,p=0.7",
  "speculative:drafter=draft-model,draftLength=2,verify=ratio,temperature=0.8",
  "speculative:drafter=draft-model,draftLength=2,verify=block,temperature=1,p=0.8",
  "speculative:drafter=masked-draft,draftLength=2,verify=match,temperature=1.2",
  "speculative:drafter=ddtree,draftLength=2,temperature=1",
  "denoise-draft:draftLength=2",
  "judged-tree:natsPerToken=0,rowCost=0",
  "judged-tree:natsPerToken=0,rowCost=0,temperature=0.9",
  // Several draws would be followed by a choice among them.
  "best-of-n:n=1,temperature=0.7,p=0.8",
  "self-consistency:n=1,p=0.8",
];

/** Returns the distribution of the token after each prefix, by what the decoder writes in all its draws. */
async function drawn(specification: string, models: ModelSet): Promise<ReadonlyMap<string, readonly number[]>> {
  const { decoder } = makeLane(specification);
  const outputs = await exactDistribution(decoder, models, PROMPT, { maxNewTokens: TOKENS });
  const masses = new Map<string, number[]>();
  for (const [key, probability] of outputs) {
    const tokens = key.split(" ").slice(0, TOKENS).map(Number);
    for (const [position, token] of tokens.entries()) {
      const prefix = tokens.slice(0, position).join(" ");
      const mass = masses.get(prefix) ?? Array.from({ length: VOCAB }, () => 0);
      mass[token]! += probability;
      masses.set(prefix, mass);
    }
  }
  return new Map([...masses].map(([prefix, mass]) => [prefix, mass.map((each) => each / mass.reduce((sum, other) => sum + other, 0))]));
}

describe.each(drawing)("what %s drew from", (specification) => {
  test.each([1, 2])("is the distribution of its draws, enumerated, on model %d", async (seed) => {
    const models = modelsOf(seed);
    const expected = await drawn(specification, models);
    const outputs = [...expected.keys()].filter((prefix) => prefix.split(" ").length === TOKENS - 1 && prefix !== "");
    expect(outputs.length).toBeGreaterThan(0);
    for (const prefix of outputs) {
      const tokens = prefix.split(" ").map(Number);
      // The last token only gives the row after the others.
      const scores = await scoreTokens(models.causal, PROMPT, [...tokens, 0], { sampler: makeLane(specification).decoder.sampler });
      for (const [position, { candidates, cut }] of scores.entries()) {
        const actual = Array.from({ length: VOCAB }, (_, token) => candidates.find((each) => each.token === token)!.after!);
        const wanted = expected.get(tokens.slice(0, position).join(" "))!;
        for (const [token, probability] of actual.entries()) expect(Math.abs(probability - wanted[token]!)).toBeLessThan(1e-6);
        expect(cut!.left).toBe(wanted.filter((probability) => probability > 0).length);
        const mass = candidates.reduce((sum, { probability, after }) => sum + (after === 0 ? probability : 0), 0);
        expect(cut!.mass).toBeCloseTo(mass, 12);
      }
    }
  });
});

test("every built-in decoder either tells what it draws from and is tested above, or there is a sentence about why not", () => {
  const tested = new Set(drawing.map((specification) => specification.split(":")[0]));
  const cell = { token: 1, isFinal: true, pass: 1, changedAt: 1, probability: undefined } as const;
  const score = { probability: 1, rank: 1, candidates: [] };
  const reasons = decoders.flatMap((plugin) => {
    const { name, requires } = plugin;
    if (plugin.create({}).sampler) return tested.has(name) ? [] : [`${name}: untested`];
    const isRefining = requires.join() === "masked";
    const by = { model: isRefining ? "masked" : "causal", phase: isRefining ? "refine" : "decode" } as const;
    const reason = whyUnknown({ ...cell, state: "plain", by }, { specification: name, score, isCausal: true });
    return reason === "masked" ? [] : [`${name}: ${reason}`];
  });
  expect(reasons).toEqual([
    "beam: search",
    "contrastive: contrastive",
    "think-first: stages",
    "judged-tree: judged-tree",
    "ar-critic: two-models",
    "ar-then-refine: two-models",
    "confidence-cascade: two-models",
    "constrained: constraint",
  ]);
  expect(decoders.length).toBeGreaterThanOrEqual(builtInDecoders.length);
});

describe("a score", () => {
  const table = [[0.05, 0.4, 0.05, 0.3, 0.2], ...randomTable(seededRandom(1), 5).slice(1)];
  const model = tableModel({ probabilities: table });

  test.each([
    [1, 1],
    [3, 2],
    [4, 3],
    [0, 4],
    [2, 5],
  ])("ranks token %d at %d, the lowest id first among equals", async (token, rank) => {
    expect(await scoreTokens(model, [0], [token])).toMatchObject([{ rank, probability: expect.closeTo(table[0]![token]!, 6) as number }]);
  });

  test("of greedy decoding is a single 1", async () => {
    const [score] = await scoreTokens(model, [0], [1], { sampler: makeLane("greedy").decoder.sampler });
    expect(score!.candidates.map(({ token, after }) => [token, after])).toEqual([
      [1, 1],
      [3, 0],
      [4, 0],
      [0, 0],
      [2, 0],
    ]);
    expect(score!.cut).toEqual({ left: 1, mass: expect.closeTo(0.6, 6) as number });
  });

  test("does not claim that given tokens were drawn, and counts them as the prompt of penalties of the output", async () => {
    const { sampler } = makeLane("penalties:repetition=1,presence=20").decoder;
    const scores = await scoreTokens(model, [0], [1, 0, 1], { sampler, given: 1 });
    expect(scores.map(({ cut }) => cut !== undefined)).toEqual([false, true, true]);
    // The given 1 is no token of the output, the 0 after it is.
    const after = (token: number): number => scores[2]!.candidates.find((each) => each.token === token)!.after!;
    expect(after(1)).toBeGreaterThan(0.3);
    expect(after(0)).toBeLessThan(1e-6);
  });
});

test("the tokens of a real model's sampled text are among their candidates, also unlikely ones, with their ranks", async () => {
  const model = await loadModel(stories, { execution: "wasm", threads: 1 });
  const { plugin, decoder } = makeLane("top-p:p=1,temperature=1.6");
  const prompt = model.tokenizer.encode("Once upon a time, there was a little fox who wanted to");
  const { tokens } = await generate(model, prompt, { decoder: plugin.create({ p: 1, temperature: 1.6 }), maxNewTokens: 40, seed: 3 })
    .result;
  const rows = await wholeRows(model.causal, prompt, tokens);
  const shown = new Map([[2, [11, 12]]]);
  const scores = await scoreTokens(model.causal, prompt, tokens, { sampler: decoder.sampler, shown });
  expect(scores).toHaveLength(tokens.length);
  for (const [index, { candidates, rank, probability }] of scores.entries()) {
    const token = tokens[index]!;
    expect(candidates.find((each) => each.token === token)).toMatchObject({ probability });
    const sorted = [...rows[index]!.keys()].toSorted((a, b) => rows[index]![b]! - rows[index]![a]! || a - b);
    expect(sorted[rank! - 1]).toBe(token);
    expect(candidates.slice(0, CANDIDATES).map((each) => each.token)).toEqual(sorted.slice(0, CANDIDATES));
    expect(candidates.length).toBeLessThanOrEqual(CANDIDATES + 1 + (shown.get(index)?.length ?? 0));
  }
  expect(scores[2]!.candidates.map(({ token }) => token)).toEqual(expect.arrayContaining([11, 12]));
  expect(scores.filter(({ rank }) => rank! > CANDIDATES).length).toBeGreaterThan(5);
  await model.dispose();
});

/** Returns the row before each token of `output`. */
async function wholeRows(model: CausalModel, prompt: Int32Array, output: Int32Array): Promise<readonly Float32Array[]> {
  const session = await model.createSession();
  const sequence = Int32Array.of(...prompt, ...output);
  const logits = await session.forward(sequence.slice(0, -1), { rows: output.length });
  const rows = Array.from(output, (_, index) => logits.row(index).slice());
  await session.dispose();
  return rows;
}
