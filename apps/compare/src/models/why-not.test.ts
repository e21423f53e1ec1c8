import { builtInDecoders } from "@decodekit/compare";
import { generate, type LanguageModel } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { puzzles, stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decoders } from "../lab/decoders.ts";
import { texts } from "../texts/texts.ts";
import { factsBefore, factsOf, type ModelFacts } from "./model-facts.ts";
import { whyNot } from "./why-not.ts";

const reasons = texts.models.whyNot;
const capabilities = { rewind: true, fork: true, tree: true };
const plugins = decoders;
/** Every decoder with each of its presets. */
const offers = plugins.flatMap((plugin) =>
  [{}, ...plugin.presets].map((options) => ({ plugin, options, name: `${plugin.name} ${JSON.stringify(options)}` })),
);

const CAUSAL: ModelFacts = { roles: ["causal"], capabilities, hasDraft: false };
const MASKED: ModelFacts = { roles: ["masked"], hasDraft: false };
const BOTH: ModelFacts = { roles: ["causal", "masked"], capabilities, hasDraft: true };
const UNKNOWN: ModelFacts = { hasDraft: false };
const NOT_ON_CAUSAL = new Set(
  (
    "denoise-draft fast-dllm eb-sampler klass hierarchy wino llada llada-2.1 dream mdlm remdm mask-predict d3pm diffusion-gemma " +
    "ar-critic ar-then-refine confidence-cascade infill"
  ).split(" "),
);

describe("a decoder without options", () => {
  test.each(plugins)("$name runs on a causal model, or says that it needs a masked one or hidden states", (plugin) => {
    const expected = NOT_ON_CAUSAL.has(plugin.name) ? reasons.masked : plugin.name === "contrastive" ? reasons.hiddenStates : undefined;
    expect(whyNot(plugin, CAUSAL)).toBe(expected);
  });

  test.each(plugins)("$name runs on a masked model, or says what else it needs", (plugin) => {
    const expected = plugin.requires.some((role) => role === "causal")
      ? reasons.causal
      : plugin.name === "wino"
        ? reasons.leaveOneOut
        : undefined;
    expect(whyNot(plugin, MASKED)).toBe(expected);
  });

  test.each(plugins)("$name runs on a model of both roles, and is offered while nothing is known, except for hidden states", (plugin) => {
    const expected = plugin.name === "contrastive" ? reasons.hiddenStates : undefined;
    expect(whyNot(plugin, BOTH)).toBe(expected);
    expect(whyNot(plugin, UNKNOWN)).toBe(expected);
  });
});

test("options decide which models are needed", () => {
  const speculative = builtInDecoders.find(({ name }) => name === "speculative")!;
  expect(whyNot(speculative, CAUSAL, { drafter: "masked-draft" })).toBe(reasons.masked);
  expect(whyNot(speculative, CAUSAL, { drafter: "draft-model" })).toBe(reasons.draft);
  expect(whyNot(speculative, UNKNOWN, { drafter: "draft-model" })).toBe(reasons.draft);
  expect(whyNot(speculative, { ...CAUSAL, hasDraft: true }, { drafter: "draft-model" })).toBeUndefined();
  expect(whyNot(speculative, CAUSAL, { drafter: "no such drafter" })).toBeUndefined();
});

test("a capability that a file lacks is named", () => {
  const without = (name: string): ModelFacts => ({ ...CAUSAL, capabilities: { ...capabilities, [name]: false } });
  const reason = (decoder: string, facts: ModelFacts): string | undefined =>
    whyNot(
      builtInDecoders.find(({ name }) => name === decoder)!,
      facts,
    );
  expect(reason("judged-tree", without("tree"))).toBe(reasons.tree);
  expect(reason("beam", without("fork"))).toBe(reasons.fork);
  expect(reason("speculative", without("rewind"))).toBe(reasons.rewind);
  const parallel = {
    ...builtInDecoders[0]!,
    create: () => ({ ...builtInDecoders[0]!.create({}), capabilities: ["multiTokenPasses"] as const }),
  };
  expect(whyNot(parallel, without("multiTokenPasses"))).toBe(reasons.multiTokenPasses);
  expect(whyNot(parallel, CAUSAL)).toBeUndefined();
});

describe("what is said agrees with what runs", () => {
  let causal: OnnxLanguageModel;
  beforeAll(async () => {
    causal = await loadModel(stories, { execution: "native", threads: 1 });
  });
  afterAll(() => causal.dispose());

  /** Whether a decoder makes a few tokens. */
  async function runs(model: LanguageModel, { plugin, options }: (typeof offers)[number]): Promise<boolean> {
    try {
      const generation = generate(model, "Once upon a time, there was", {
        decoder: plugin.create(options, model),
        maxNewTokens: 4,
        onWarning: () => undefined,
      });
      return (await generation.result).tokens.length > 0;
    } catch {
      return false;
    }
  }

  test.each(offers)("for $name with each role of the story model alone, and with both", async (offer) => {
    const models: LanguageModel[] = [
      causal,
      { ...causal, masked: undefined } as unknown as LanguageModel,
      { ...causal, causal: undefined, masked: withoutLeavingOut(causal) } as unknown as LanguageModel,
    ];
    for (const model of models) {
      const facts = { ...factsOf(model as unknown as Parameters<typeof factsOf>[0]), hasDraft: false };
      expect(await runs(model, offer)).toBe(whyNot(offer.plugin, facts, offer.options) === undefined);
    }
  });

  test.each([
    ["stories", stories, true],
    ["puzzles", puzzles, false],
  ] as const)("%s is what was known of it in advance", async (name, source, hasDraft) => {
    const model = await loadModel(source, { execution: "native", threads: 1 });
    try {
      const { capabilities: known, ...rest } = factsOf(model as unknown as Parameters<typeof factsOf>[0]);
      const told = { rewind: known?.rewind, fork: known?.fork, tree: known?.tree };
      expect(factsBefore({ model: name, draftModel: "" })).toEqual({ ...rest, hasDraft, capabilities: told });
    } finally {
      await model.dispose();
    }
  });
});

/** A masked model without a causal one: it keeps its own prefix and leaves no token out, as every model that was made for masks only. */
function withoutLeavingOut({ masked }: OnnxLanguageModel): NonNullable<OnnxLanguageModel["masked"]> {
  return {
    ...masked!,
    async createSession() {
      const session = await masked!.createSession();
      return {
        get length() {
          return session.length;
        },
        predict: (canvas, options) => session.predict(canvas, options),
        commit: (tokens, options) => session.commit(tokens, options),
        rewindTo: (length) => session.rewindTo(length),
        dispose: () => session.dispose(),
        [Symbol.asyncDispose]: () => session.dispose(),
      };
    },
  };
}
