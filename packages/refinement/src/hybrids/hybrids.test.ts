import { testDecoder, testDrafter, testLossless } from "@decodekit/conformance";
import {
  autoregressive,
  type Decoder,
  draftFrom,
  greedySampler,
  InvalidOptionError,
  runDecode,
  type Sampler,
  seededRandom,
  softmax,
} from "@decodekit/core";
import {
  collectDecode,
  countingModel,
  memoryMaskedModel,
  memoryModel,
  randomTable,
  tableModel,
  type TestMaskedModel,
  type TestModel,
} from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { arCritic, arThenRefine, type BoundedDecoder, confidenceCascade, denoiseDraft, judgedTree, readSuccessors } from "../index.ts";

const MASK = 7;
const prompt = Int32Array.of(3, 1, 4);
const plainSampler: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};
type Models = { readonly causal: TestModel; readonly masked: TestMaskedModel };

/** Two streams that depend on everything they see and do not agree. */
function models(seed: number): Models {
  const rowOf = (tokens: readonly number[]): Float32Array => {
    const random = seededRandom(tokens.reduce((hash, value) => (hash * 31 + value + 1) % 1_000_003, seed));
    return Float32Array.from({ length: MASK + 1 }, (_, token) => (token === MASK ? -9 : 4 * random.uniform()));
  };
  const shape = { vocabSize: MASK + 1, contextLength: 64 };
  return {
    causal: memoryModel({ ...shape, tree: true, logitsAfter: (prefix) => rowOf([...prefix]) }),
    masked: memoryMaskedModel({ ...shape, maskTokenId: MASK, logitsAt: (prefix, canvas, index) => rowOf([...prefix, ...canvas, index]) }),
  };
}

const hybrids: Readonly<Record<string, () => BoundedDecoder<"causal" | "masked"> | BoundedDecoder<"causal">>> = {
  "ar-critic": () => arCritic({ blockLength: 4, rounds: 3, tolerance: 0.5 }),
  "ar-critic, drawn": () => arCritic({ blockLength: 3, steps: 2, temperature: 1 }),
  "ar-critic, random tokens for masks": () => arCritic({ blockLength: 4, noise: "uniform" }),
  "ar-then-refine": () => arThenRefine({ blockLength: 5, share: 0.4 }),
  "ar-then-refine, drawn": () => arThenRefine({ blockLength: 4, rounds: 3, temperature: 1.5 }),
  "ar-then-refine, random tokens for masks": () => arThenRefine({ blockLength: 5, noise: "uniform" }),
  "confidence-cascade": () => confidenceCascade({ blockLength: 4, threshold: 0.3 }),
  "confidence-cascade, drawn": () => confidenceCascade({ threshold: 0.2, steps: 3, temperature: 1 }),
  "judged-tree": () => judgedTree({ worth: 1, nodes: 6 }),
  "judged-tree, drawn": () => judgedTree({ worth: 0.5, nodes: 6, sampler: plainSampler }),
};

describe.each(Object.keys(hybrids))("the hybrid %s", (name) => {
  testDecoder(test, hybrids[name]! as () => Decoder<"causal" | "masked">);

  test.each([0, 1, 2, 3, 4])("keeps what it promises, seed %d", async (seed) => {
    for (const newTokens of [1, 2, 7, 20]) {
      const pair = models(seed);
      const decoder = hybrids[name]!() as BoundedDecoder<"causal" | "masked">;
      const decode = decoder.decode(pair, prompt, { maxNewTokens: newTokens, stopTokens: [5], seed });
      const { tokens, finishReason, events } = await collectDecode(decode);
      const passes = events.filter((event) => event.type === "forward-end").length;
      expect(passes).toBe(pair.causal.passes().length + pair.masked.passes().length);
      expect(passes).toBeLessThanOrEqual(decoder.mostPasses(newTokens));
      expect(tokens).not.toContain(MASK);
      expect(tokens).not.toContain(5);
      expect(finishReason === "stop" || tokens.length === newTokens).toBe(true);
      expect(pair.causal.openSessions() + pair.masked.openSessions()).toBe(0);
    }
  });
});

/** Σ -ln p of what `decoder` gives in one block. */
async function natsOf(decoder: Decoder<"causal" | "masked">, pair: Models, length: number): Promise<number> {
  const { tokens } = await collectDecode(decoder.decode(pair, prompt, { maxNewTokens: length }));
  let prefix = prompt;
  let nats = 0;
  for (const token of tokens) {
    const session = await pair.causal.createSession();
    const row = (await session.forward(prefix)).row(0);
    nats -= row[token]! - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    prefix = Int32Array.of(...prefix, token);
    await session.dispose();
  }
  return nats;
}

const greedy = (): Decoder<"causal"> => autoregressive({ name: "greedy", sampler: greedySampler });

test("ar-then-refine never ends less likely than its draft, and sometimes likelier", async () => {
  let better = 0;
  for (let seed = 0; seed < 40; seed++) {
    const refined = await natsOf(arThenRefine({ blockLength: 8, rounds: 6 }), chain(seed), 8);
    const drafted = await natsOf(greedy(), chain(seed), 8);
    expect(refined).toBeLessThanOrEqual(drafted + 1e-6);
    if (refined < drafted - 1e-6) better++;
  }
  expect(better).toBeGreaterThan(0);
});

/** A Markov chain, and a canvas that knows what its neighbours make likely. */
function chain(seed: number): Models {
  const table = randomTable(seededRandom(seed), MASK);
  const row = (weights: readonly number[]): Float32Array => Float32Array.from([...weights, 0], Math.log);
  return {
    causal: memoryModel({ vocabSize: MASK + 1, contextLength: 64, logitsAfter: (prefix) => row(table[prefix.at(-1)!]!) }),
    masked: memoryMaskedModel({
      vocabSize: MASK + 1,
      contextLength: 64,
      maskTokenId: MASK,
      logitsAt(prefix, canvas, index) {
        const [before, after] = [index > 0 ? canvas[index - 1]! : prefix.at(-1)!, canvas[index + 1] ?? MASK];
        const weightOf = (token: number): number => (table[before]?.[token] ?? 1) * (table[token]![after] ?? 1);
        return row(Array.from({ length: MASK }, (_, token) => weightOf(token)));
      },
    }),
  };
}

test("ar-critic with a tolerance that nothing exceeds takes one fill and one judgement per block", async () => {
  const pair = models(1);
  const decoder = arCritic({ blockLength: 4, tolerance: 100 });
  const { events } = await collectDecode(decoder.decode(pair, prompt, { maxNewTokens: 10 }));
  const phases = events.flatMap((event) => (event.type === "forward-end" ? [event.phase] : []));
  expect(phases).toEqual(["prefill", "refine", "verify", "refine", "verify"]);
});

test("confidence-cascade at threshold 1 is greedy decoding", async () => {
  const pair = models(2);
  const { tokens } = await collectDecode(confidenceCascade({ threshold: 1 }).decode(pair, prompt, { maxNewTokens: 12 }));
  expect([...tokens]).toEqual([...(await collectDecode(greedy().decode(pair, prompt, { maxNewTokens: 12 }))).tokens]);
});

describe("judged-tree", () => {
  testLossless(test, () => judgedTree({ worth: 0, nodes: 6 }), { sampler: greedySampler });
  testLossless(test, () => judgedTree({ worth: 0, nodes: 4, sampler: plainSampler }));

  test("with a sampler at worth 0 gives the tokens that it draws one by one for the same seed, in fewer passes", async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const causal = tableModel({ probabilities: randomTable(seededRandom(seed), 5), tree: true });
      const options = { maxNewTokens: 40, seed };
      const plain = autoregressive({ name: "plain", sampler: plainSampler }).decode({ causal }, prompt, options);
      const { tokens, events } = await collectDecode(judgedTree({ worth: 0, sampler: plainSampler }).decode({ causal }, prompt, options));
      expect([...tokens]).toEqual([...(await collectDecode(plain)).tokens]);
      expect(events.filter((event) => event.type === "forward-end").length).toBeLessThan(30);
    }
  });

  test("at worth 0 gives greedy decoding's tokens in fewer passes", async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const causal = tableModel({ probabilities: randomTable(seededRandom(seed), 9), tree: true });
      const options = { maxNewTokens: 40 };
      const { tokens, events } = await collectDecode(judgedTree({ worth: 0 }).decode({ causal }, prompt, options));
      expect([...tokens]).toEqual([...(await collectDecode(greedy().decode({ causal }, prompt, options))).tokens]);
      expect(events.filter((event) => event.type === "forward-end").length).toBeLessThan(30);
    }
  });

  test("takes the path that pays: a detour opens two certain tokens", async () => {
    // After 0 come 1 (0.6) or 2 (0.4, which is ln 1.5 = 0.41 nats less); what comes after 1 has not been read, after 2 come 3 and 0.
    const rows = [
      [0, 0.6, 0.4, 0, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 1, 0],
      [1, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ];
    const outputs = [0.1, 0.5].map(async (worth) => {
      const causal = tableModel({ probabilities: rows, tree: true });
      const { tokens } = await collectDecode(judgedTree({ worth }).decode({ causal }, Int32Array.of(0, 2, 3), { maxNewTokens: 5 }));
      return [...tokens];
    });
    expect(await Promise.all(outputs)).toEqual([
      [0, 1, 4, 0, 1],
      [0, 2, 3, 0, 1],
    ]);
  });

  test("follows a copy through replaced words", async () => {
    // Says the prompt again with 2 in place of 1, whatever was written before.
    const text = [5, 1, 6, 7, 8, 1, 9, 10, 11, 1, 12, 13, 14, 1, 15];
    const begin = Int32Array.of(...text, 0);
    const causal = memoryModel({
      vocabSize: 20,
      contextLength: 64,
      tree: true,
      logitsAfter(prefix) {
        const row = new Float32Array(20);
        const said = text[prefix.length - begin.length] ?? 19;
        row[said === 1 ? 2 : said] = 9;
        return row;
      },
    });
    const { tokens, events } = await collectDecode(judgedTree({ worth: 0 }).decode({ causal }, begin, { maxNewTokens: text.length }));
    expect([...tokens]).toEqual(text.map((token) => (token === 1 ? 2 : token)));
    expect(events.filter((event) => event.type === "forward-end").length).toBeLessThan(text.length / 2);
  });

  test("with a prior reads fewer passes, and at worth 0 says the same", async () => {
    const causal = tableModel({ probabilities: randomTable(seededRandom(3), 9), contextLength: 64, tree: true });
    const prior = await readSuccessors(causal, { begin: 0 });
    expect(causal.passes().length).toBe(2);
    expect(causal.openSessions()).toBe(0);
    expect(prior.after(4)).toHaveLength(9);
    const runs = [judgedTree({ worth: 0 }), judgedTree({ worth: 0, prior })].map((decoder) =>
      collectDecode(decoder.decode({ causal }, Int32Array.of(3), { maxNewTokens: 16 })),
    );
    const [without, given] = await Promise.all(runs);
    expect([...given!.tokens]).toEqual([...without!.tokens]);
    expect(given!.events.length).toBeLessThan(without!.events.length);
    await expect(readSuccessors(causal, { begin: 9 })).rejects.toThrow(InvalidOptionError);
  });

  test("refuses a model that reads no trees", async () => {
    await expect(collectDecode(judgedTree().decode({ causal: countingModel() }, prompt, { maxNewTokens: 2 }))).rejects.toThrow(
      InvalidOptionError,
    );
  });
});

describe("denoise-draft", () => {
  testDrafter(test, () => denoiseDraft());

  test("fills what its own context has room for, and nothing once it has none", async () => {
    const contextLength = 12;
    const masked = memoryMaskedModel({
      vocabSize: 32,
      contextLength,
      maskTokenId: 31,
      logitsAt: (_, canvas, index) => Float32Array.from({ length: 32 }, (__, token) => (token === canvas[0]! + index ? 9 : 0)),
    });
    const drafts: number[][] = [];
    const passes: number[] = [];
    const begin = Int32Array.of(0, 1, 2);
    const decode = runDecode({ name: "drafts", requires: ["masked"] }, { masked }, begin, { maxNewTokens: 1 }, async function* (run) {
      const session = await denoiseDraft().start({
        models: run.models,
        prompt: begin,
        vocabSize: 32,
        stopTokens: run.stopTokens,
        sampler: greedySampler,
        usesProbabilities: false,
        signal: undefined,
        openSession: () => expect.unreachable(),
        openMaskedSession: (role) => run.openMaskedSession(role),
      });
      for (const committed of [[], [3, 4, 5, 6, 7, 8, 9, 10], [11]]) {
        if (committed.length > 0) session.observe({ tokens: Int32Array.from(committed), drafted: 0, accepted: 0 });
        const before = masked.passes().length;
        drafts.push([...(yield* draftFrom(session, { max: 20, maxDepth: 20, random: run.random })).tokens]);
        passes.push(
          masked
            .passes()
            .slice(before)
            .filter(({ rows }) => rows > 0).length,
        );
      }
      return "length";
    });
    const { events } = await collectDecode(decode);
    const phases = [...new Set(events.flatMap((event) => (event.type === "forward-end" ? [event.phase] : [])))];
    expect(events.map(({ type }) => type)).not.toContain("tokens-propose");
    expect(drafts).toEqual([[3, 4, 5, 6, 7, 8, 9, 10, 11], [11], []]);
    expect(denoiseDraft().name).toBe("denoise-draft");
    expect(denoiseDraft().requires).toEqual(["masked"]);
    expect(phases).toEqual(["draft"]);
    // Two passes per draft, one for a single token, none for nothing.
    expect(passes).toEqual([2, 1, 0]);
    expect(Math.max(...masked.passes().map(({ start, positions }) => start + positions))).toBe(contextLength);
  });

  test("does not draft for a target of another vocabulary", async () => {
    const { masked } = models(1);
    await expect(denoiseDraft().start({ models: { masked }, prompt, vocabSize: 9 } as never)).rejects.toMatchObject({
      code: "VOCABULARY_MISMATCH",
      vocabSizes: { model: 9, masked: MASK + 1 },
      message: expect.stringContaining("A masked model that drafts must share the tokenizer of its target.") as string,
    });
  });
});
