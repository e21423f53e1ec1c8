import { losslessCases, MAX_TOTAL_VARIATION, measureLoss, onKitModels, plainSampler } from "@decodekit/conformance";
import { autoregressive, type Decoder, generate, greedySampler, seededRandom } from "@decodekit/core";
import { byteTokenizer, collectDecode, memoryMaskedModel, memoryModel } from "@decodekit/core/testing";
import { negativeLogLikelihood } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { arCritic, arThenRefine, confidenceCascade, denoiseDraft } from "@decodekit/refinement";
import { allDrafters, judgedTree, maskedDraft, speculative, verifiers, type Verify } from "@decodekit/speculative";
import { topP, topPSampler } from "@decodekit/top-p";
import { describe, expect, test } from "vitest";
import { onProcessed, processedRow, processing, processors } from "../support/processed.ts";

const sampler = topPSampler({ p: 0.9, temperature: 1.2 });
const families = losslessCases([1]).map(({ family }) => family);

/** Checks that the decoder, on decorated models, has exactly the distribution of the sampler applied to processed rows. */
async function expectProcessed(decoder: Decoder<"causal">, by: typeof sampler, family: string): Promise<void> {
  const testCase = losslessCases([1]).find((each) => each.family === family)!;
  expect(await measureLoss(onProcessed(decoder), testCase, processing(by))).toBeLessThan(MAX_TOTAL_VARIATION);
}

describe.each(families)("on models with processors, family %s, the exact distribution is the processed one", (family) => {
  test("of greedy, top-p and plain decoding", async () => {
    await expectProcessed(greedy(), greedySampler, family);
    await expectProcessed(topP({ p: 0.9, temperature: 1.2 }), sampler, family);
    await expectProcessed(autoregressive({ name: "plain", sampler: plainSampler }), plainSampler, family);
  });

  test("of the judged tree, which is lossless at 0 nats per token", async () => {
    await expectProcessed(judgedTree({ natsPerToken: 0, rowCost: 0.05, nodes: 6 }), greedySampler, family);
    await expectProcessed(judgedTree({ natsPerToken: 0, rowCost: 0.05, nodes: 6, sampler }), sampler, family);
  });

  const rules = Object.entries(allDrafters).flatMap(([name, create]) =>
    Object.values(verifiers)
      .filter(({ draftKinds }) => draftKinds.includes(create().draftKind))
      .map((verifier) => [name, verifier.name as Verify] as const),
  );

  test.each(rules.filter(([, verify]) => verify !== "gumbel"))("of speculation with %s and %s", async (name, verify) => {
    const drafter = () => onKitModels(allDrafters[name]!());
    await expectProcessed(speculative({ drafter: drafter(), verify, draftLength: 2, sampler }) as Decoder<"causal">, sampler, family);
    await expectProcessed(speculative({ drafter: drafter(), verify, draftLength: 3 }) as Decoder<"causal">, greedySampler, family);
  });

  // Gumbel noise is uniform, so that its outcomes cannot be enumerated; see gumbel-sampling.
  test.each(rules.filter(([, verify]) => verify === "gumbel"))("of speculation with %s and %s, at temperature 0", async (name, verify) => {
    const decoder = speculative({ drafter: onKitModels(allDrafters[name]!()), verify, draftLength: 3 });
    await expectProcessed(decoder as Decoder<"causal">, greedySampler, family);
  });
});

const MASK = 7;

/** Two streams that depend on everything that they see, with the causal rows processed by the model itself if `isProcessed`. */
function pair(seed: number, isProcessed: boolean, promptLength: number): Parameters<Decoder<"causal" | "masked">["decode"]>[0] {
  const rowOf = (tokens: readonly number[]): Float32Array => {
    const random = seededRandom(tokens.reduce((hash, value) => (hash * 31 + value + 1) % 1_000_003, seed));
    return Float32Array.from({ length: MASK + 1 }, (_, token) => (token === MASK ? -9 : 4 * random.uniform()));
  };
  const shape = { vocabSize: MASK + 1, contextLength: 64 };
  const logitsAfter = (tokens: Int32Array): Float32Array => {
    const row = rowOf([...tokens]);
    return isProcessed ? processedRow(row, { tokens, promptLength: Math.min(promptLength, tokens.length) }) : row;
  };
  const masked = memoryMaskedModel({
    ...shape,
    maskTokenId: MASK,
    logitsAt: (prefix, canvas, index) => rowOf([...prefix, ...canvas, index]),
  });
  return { causal: memoryModel({ ...shape, tree: true, logitsAfter }), masked };
}

const hybrids: Readonly<Record<string, () => Decoder<"causal" | "masked">>> = {
  "ar-critic": () => arCritic({ blockLength: 4, rounds: 3, tolerance: 0.5, temperature: 1 }),
  "ar-then-refine": () => arThenRefine({ blockLength: 5, share: 0.4, temperature: 1 }),
  "confidence-cascade": () => confidenceCascade({ blockLength: 4, threshold: 0.3, temperature: 1 }),
  "denoise-draft": () => speculative({ drafter: denoiseDraft(), sampler, draftLength: 3 }),
  "judged-tree": () => judgedTree({ natsPerToken: 1, nodes: 12, sampler }),
  "masked-draft, gumbel": () => speculative({ drafter: maskedDraft(), verify: "gumbel", sampler, draftLength: 3 }),
};

describe.each(Object.keys(hybrids))("%s", (name) => {
  test.each([0, 1, 2, 3])("on a model with processors is as on a model that computes the processed rows, seed %d", async (seed) => {
    const prompt = Int32Array.of(3, 1, 4);
    const decode = async (decoder: Decoder<"causal" | "masked">, isProcessed: boolean) => {
      const { events } = await collectDecode(
        decoder.decode(pair(seed, isProcessed, prompt.length), prompt, { maxNewTokens: 14, stopTokens: [5], seed }),
      );
      return events.map((event) => (event.type === "forward-end" ? { ...event, milliseconds: 0 } : event));
    };
    expect(await decode(onProcessed(hybrids[name]!()), false)).toEqual(await decode(hybrids[name]!(), true));
  });
});

/** Decoders whose every committed token is scored by a row of the causal model, in whatever order. */
const scoring = new Set(["ar-critic", "ar-then-refine", "denoise-draft", "judged-tree", "masked-draft, gumbel"]);

test.each(Object.keys(hybrids))("log-probabilities of %s are those of the processed rows after the committed tokens", async (name) => {
  const prompt = Int32Array.of(3, 1, 4);
  let found = 0;
  let missing = 0;
  for (const seed of [0, 1, 2, 3]) {
    const { causal, masked } = pair(seed, false, 0);
    const model = { name: "pair", causal, masked, tokenizer: byteTokenizer(), stopTokens: [5] };
    const options = { decoder: hybrids[name]!(), seed, maxNewTokens: 14, processors, logProbabilities: 2 };
    const { tokens, logProbabilities } = await generate(model, prompt, options).result;
    const session = await pair(seed, true, prompt.length).causal.createSession();
    const rows = await session.forward(Int32Array.of(...prompt, ...tokens), { rows: tokens.length + 1 });
    for (const [place, token] of tokens.entries()) {
      const actual = logProbabilities![place]!;
      if (Number.isNaN(actual)) missing++;
      else found++;
      if (!Number.isNaN(actual)) expect(actual).toBeCloseTo(-negativeLogLikelihood(rows.row(place), token), 5);
    }
  }
  expect(found).toBeGreaterThan(0);
  if (scoring.has(name)) expect(missing).toBe(0);
});

test("the processors change the distribution", async () => {
  for (const testCase of losslessCases([1])) {
    expect(await measureLoss(topP({ p: 0.9, temperature: 1.2 }), testCase, processing(sampler))).toBeGreaterThan(0.05);
  }
});

test("sessions of a decorated model are disposed and write to no rows", async () => {
  for (const { models, prompt } of losslessCases([2])) {
    const decoder = onProcessed(speculative({ drafter: allDrafters["ddtree"]!(), draftLength: 4, sampler }));
    await collectDecode(decoder.decode(models, prompt, { maxNewTokens: 9 }));
    expect([
      models.causal.openSessions(),
      models.masked.openSessions(),
      models.causal.modifiedRows(),
      models.causal.staleRowReads(),
    ]).toEqual([0, 0, 0, 0]);
  }
});
