import { testDecoder, testDrafter } from "@decodekit/conformance";
import { autoregressive, type BoundedDecoder, type Decoder, defineDecoder, draftFrom, greedySampler, seededRandom } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, memoryModel, randomTable, type TestMaskedModel, type TestModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { arCritic, arThenRefine, confidenceCascade, denoiseDraft } from "../index.ts";

const MASK = 7;
const prompt = Int32Array.of(3, 1, 4);
type Models = { readonly causal: TestModel; readonly masked: TestMaskedModel };

/** Two streams that depend on everything they see and disagree. */
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

const hybrids: Readonly<Record<string, () => BoundedDecoder<"causal" | "masked">>> = {
  "ar-critic": () => arCritic({ blockLength: 4, rounds: 3, tolerance: 0.5 }),
  "ar-critic, drawn": () => arCritic({ blockLength: 3, steps: 2, temperature: 1 }),
  "ar-critic, random tokens instead of masks": () => arCritic({ blockLength: 4, noise: "uniform" }),
  "ar-then-refine": () => arThenRefine({ blockLength: 5, share: 0.4 }),
  "ar-then-refine, drawn": () => arThenRefine({ blockLength: 4, rounds: 3, temperature: 1.5 }),
  "ar-then-refine, random tokens instead of masks": () => arThenRefine({ blockLength: 5, noise: "uniform" }),
  "confidence-cascade": () => confidenceCascade({ blockLength: 4, threshold: 0.3 }),
  "confidence-cascade, drawn": () => confidenceCascade({ threshold: 0.2, steps: 3, temperature: 1 }),
};

describe.each(Object.keys(hybrids))("the hybrid %s", (name) => {
  testDecoder(test, hybrids[name]!);

  test.each([0, 1, 2, 3, 4])("fulfils its contract, seed %d", async (seed) => {
    for (const newTokens of [1, 2, 7, 20]) {
      const pair = models(seed);
      const decoder = hybrids[name]!();
      const decode = decoder.decode(pair, prompt, { maxNewTokens: newTokens, stopTokens: [5], seed });
      const { tokens, finishReason, events } = await collectDecode(decode);
      const passes = events.filter((event) => event.type === "forward-end").length;
      expect(passes).toBe(pair.causal.passes().length + pair.masked.passes().length);
      expect(passes).toBeLessThanOrEqual(decoder.maxPasses(newTokens));
      expect(tokens).not.toContain(MASK);
      expect(tokens).not.toContain(5);
      expect(finishReason === "stop" || tokens.length === newTokens).toBe(true);
      expect(pair.causal.openSessions() + pair.masked.openSessions()).toBe(0);
    }
  });
});

/** Σ -ln p of the tokens that `decoder` produces in one block. */
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

test("ar-then-refine never ends less likely than its draft, and is sometimes more likely", async () => {
  let better = 0;
  for (let seed = 0; seed < 40; seed++) {
    const refined = await natsOf(arThenRefine({ blockLength: 8, rounds: 6 }), chain(seed), 8);
    const drafted = await natsOf(greedy(), chain(seed), 8);
    expect(refined).toBeLessThanOrEqual(drafted + 1e-6);
    if (refined < drafted - 1e-6) better++;
  }
  expect(better).toBeGreaterThan(0);
});

/** A Markov chain, and a canvas whose rows follow from the neighbours. */
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

test("ar-critic with a tolerance that nothing exceeds runs one fill and one scoring pass per block", async () => {
  const pair = models(1);
  const decoder = arCritic({ blockLength: 4, tolerance: 100 });
  const { events } = await collectDecode(decoder.decode(pair, prompt, { maxNewTokens: 10 }));
  const phases = events.flatMap((event) => (event.type === "forward-end" ? [event.phase] : []));
  expect(phases).toEqual(["prefill", "refine", "verify", "refine", "verify"]);
});

test("confidence-cascade at threshold 1 equals greedy decoding", async () => {
  const pair = models(2);
  const { tokens } = await collectDecode(confidenceCascade({ threshold: 1 }).decode(pair, prompt, { maxNewTokens: 12 }));
  expect([...tokens]).toEqual([...(await collectDecode(greedy().decode(pair, prompt, { maxNewTokens: 12 }))).tokens]);
});

describe("denoise-draft", () => {
  testDrafter(test, () => denoiseDraft());

  test("drafts up to the end of its context, and nothing beyond it", async () => {
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
    const decoder = defineDecoder({
      name: "drafts",
      requires: ["masked"],
      async *run(context) {
        const session = await denoiseDraft().start({
          models: context.models,
          prompt: begin,
          vocabSize: 32,
          stopTokens: context.stopTokens,
          sampler: greedySampler,
          usesProbabilities: false,
          signal: undefined,
          openSession: () => expect.unreachable(),
          openMaskedSession: (role) => context.openMaskedSession(role),
        });
        for (const committed of [[], [3, 4, 5, 6, 7, 8, 9, 10], [11]]) {
          if (committed.length > 0) session.observe({ tokens: Int32Array.from(committed), drafted: 0, accepted: 0 });
          const before = masked.passes().length;
          drafts.push([...(yield* draftFrom(session, { max: 20, maxDepth: 20, random: context.random })).tokens]);
          passes.push(
            masked
              .passes()
              .slice(before)
              .filter(({ rows }) => rows > 0).length,
          );
        }
        return "length";
      },
    });
    const { events } = await collectDecode(decoder.decode({ masked }, begin, { maxNewTokens: 1 }));
    const phases = [...new Set(events.flatMap((event) => (event.type === "forward-end" ? [event.phase] : [])))];
    expect(events.map(({ type }) => type)).not.toContain("tokens-propose");
    expect(drafts).toEqual([[3, 4, 5, 6, 7, 8, 9, 10, 11], [11], []]);
    expect(denoiseDraft().name).toBe("denoise-draft");
    expect(denoiseDraft().requires).toEqual(["masked"]);
    expect(phases).toEqual(["draft"]);
    // Two passes per draft, one for a single token, none for an empty draft.
    expect(passes).toEqual([2, 1, 0]);
    expect(Math.max(...masked.passes().map(({ start, positions }) => start + positions))).toBe(contextLength);
  });

  test("does not draft for a target with another vocabulary", async () => {
    const { masked } = models(1);
    await expect(denoiseDraft().start({ models: { masked }, prompt, vocabSize: 9 } as never)).rejects.toMatchObject({
      code: "VOCABULARY_MISMATCH",
      vocabSizes: { model: 9, masked: MASK + 1 },
      message: expect.stringContaining("A masked model that drafts must share the tokenizer of its target.") as string,
    });
  });
});
