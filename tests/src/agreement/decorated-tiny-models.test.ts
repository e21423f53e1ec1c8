import { type Decoder, generate, type LogitsProcessor } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { withProcessors } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { arCritic, arThenRefine, confidenceCascade } from "@decodekit/refinement";
import { ddtree, draftModel, jacobi, judgedTree, maskedDraft, promptLookup, speculative, suffix } from "@decodekit/speculative";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };

/** Makes tokens of the output less likely each time, but not those of the prompt. */
const noRepetition: LogitsProcessor = (row, { tokens, promptLength }) => {
  for (const token of tokens.subarray(promptLength)) row[token]! -= 1.5;
};
const processors = [noRepetition];
const [{ prompt }] = golden.prompts as unknown as readonly [{ readonly prompt: string }];

const decoders: Readonly<Record<string, () => Decoder>> = {
  "prompt-lookup": () => speculative({ drafter: promptLookup(), draftLength: 4 }),
  suffix: () => speculative({ drafter: suffix(), draftLength: 4 }),
  jacobi: () => speculative({ drafter: jacobi(), draftLength: 3 }),
  "masked-draft": () => speculative({ drafter: maskedDraft(), draftLength: 4 }),
  ddtree: () => speculative({ drafter: ddtree(), draftLength: 6 }),
  "draft-model": () => speculative({ drafter: draftModel(), draftLength: 4 }),
  "judged tree": () => judgedTree({ natsPerToken: 0, rowCost: 0.05, nodes: 12 }),
};

describe("the embedded model with processors", () => {
  let model: OnnxLanguageModel;
  let draft: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(stories, { execution: "wasm" });
    draft = await loadModel(storiesDraft, { execution: "wasm" });
  });
  afterAll(async () => {
    await model.dispose();
    await draft.dispose();
  });
  const resultOf = (decoder: Decoder, maxNewTokens = 40) =>
    generate({ ...model, draft: draft.causal }, prompt, { decoder, processors, maxNewTokens, logProbabilities: 3 }).result;

  test("has greedy's tokens and log-probabilities with every drafter", async () => {
    const expected = await resultOf(greedy());
    const plain = await generate(model, prompt, { decoder: greedy(), maxNewTokens: 40 }).result;
    expect(expected.tokens).not.toEqual(plain.tokens);
    for (const [name, create] of Object.entries(decoders)) {
      const { tokens, logProbabilities, alternatives, statistics } = await resultOf(create());
      expect([...tokens], name).toEqual([...expected.tokens]);
      expect(statistics.targetPasses, name).toBeLessThanOrEqual(expected.statistics.targetPasses);
      for (const [place, logProbability] of logProbabilities!.entries()) {
        expect(logProbability, `${name}, token ${place}`).toBeCloseTo(expected.logProbabilities![place]!, 3);
        expect(alternatives!.tokens[3 * place], `${name}, token ${place}`).toBe(tokens[place]);
        expect(alternatives!.logProbabilities[3 * place]).toBe(logProbability);
      }
    }
  });

  test("shares the cache of a decorated session with the masked model", async () => {
    const session = await withProcessors(model.causal, processors).createSession();
    await session.forward(Int32Array.of(1, 2, 3));
    const masked = await model.masked!.createSession(session);
    expect([masked.length, masked.causalSession]).toEqual([3, session]);
    await masked.commit(Int32Array.of(4, 5));
    await masked.rewindTo(4);
    expect([masked.length, session.length]).toEqual([4, 4]);
    const seen = (await session.forward(Int32Array.of(6))).row(0);
    const alone = await model.causal.createSession();
    const row = (await alone.forward(Int32Array.of(1, 2, 3, 4, 6))).row(0).slice();
    noRepetition(row, { tokens: Int32Array.of(1, 2, 3, 4, 6), promptLength: 0 });
    expect(Math.max(...row.map((logit, token) => Math.abs(logit - seen[token]!)))).toBeLessThan(1e-3);
    await Promise.all([masked.dispose(), session.dispose(), alone.dispose()]);
  });

  test.each([arCritic, arThenRefine, confidenceCascade])("runs the hybrid %o with one cache", async (create) => {
    const decoder = create({ blockLength: 6 });
    const { tokens, statistics } = await resultOf(decoder, 18);
    expect(tokens.length).toBeGreaterThan(0);
    expect(statistics.passesByModel.masked.prefill).toBe(0);
  });
});
