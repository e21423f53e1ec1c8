import { testDecoder } from "@decodekit/conformance";
import {
  type Decoder,
  generate,
  type LanguageModel,
  type LogitsProcessor,
  type ModelRole,
  type ModelSet,
  seededRandom,
} from "@decodekit/core";
import { memoryModel } from "@decodekit/core/testing";
import { withPrefixCache, withProcessors } from "@decodekit/core/toolkit";
import { allDrafters, cascade, judgedTree, promptLookup, speculative } from "@decodekit/speculative";
import { topP, topPSampler } from "@decodekit/top-p";
import { describe, expect, test } from "vitest";
import { compileConstraint } from "./compile-constraint.ts";
import { forcedTokens } from "./forced-tokens.ts";
import { grammar } from "./grammar/grammar.ts";
import { jsonSchema } from "./json-schema/json-schema.ts";
import { bytes } from "./models-for-tests.ts";

/** A model with random logits that depend on the whole prefix, over bytes. */
function randomModel(seed: number): LanguageModel {
  const causal = memoryModel({
    vocabSize: bytes.vocabSize,
    contextLength: 400,
    tree: true,
    logitsAfter(prefix) {
      const random = seededRandom(prefix.reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, seed));
      return Float32Array.from({ length: bytes.vocabSize }, () => 3 * random.uniform());
    },
  });
  return { name: "random", causal, draft: causal, tokenizer: bytes, stopTokens: [bytes.endToken] };
}

const schema = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 4 },
    ok: { type: "boolean" },
    level: { enum: ["low", "high"] },
    count: { type: "integer", minimum: 0, maximum: 99 },
  },
  required: ["name", "ok", "level", "count"],
};

const decoders: Readonly<Record<string, (drafter: ReturnType<typeof forcedTokens>) => Decoder>> = {
  "top-p": () => topP({ p: 0.95, temperature: 1.5 }),
  "forced tokens": (drafter) => speculative({ drafter }) as Decoder,
  "a cascade, automatic lengths": (drafter) =>
    speculative({ drafter: cascade({ drafters: [drafter, promptLookup()] }), draftLength: "auto" }) as Decoder,
  "a draft model": () => speculative<ModelRole>({ drafter: allDrafters["draft-model"]!(), verify: "ratio", draftLength: 3 }),
  suffixes: () => speculative<ModelRole>({ drafter: allDrafters["suffix"]!() }),
  "a tree": () => judgedTree({ natsPerToken: 0, rowCost: 0.05, nodes: 8 }),
};

describe.each(Object.entries(decoders))("generate with %s", (_, create) => {
  test("returns texts that the schema allows, through a prefix cache too", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const model = withPrefixCache(randomModel(seed));
      const constraint = compileConstraint(model, jsonSchema(schema), { maxNewTokens: 200 });
      const decoder = create(forcedTokens(constraint));
      for (const prompt of ["Extract: Ada", "Extract: Ada Lovelace"]) {
        const options = { decoder, processors: [constraint.processor], maxNewTokens: 200, seed };
        const { text, tokens, finishReason } = await generate(model, prompt, options).result;
        expect(finishReason).toBe("stop");
        expect(constraint.status(tokens)).toBe("final");
        expect(Object.keys(JSON.parse(text) as object)).toEqual(Object.keys(schema.properties));
      }
    }
  });
});

test("forced tokens save passes and change nothing", async () => {
  const model = randomModel(9);
  const constraint = compileConstraint(model, jsonSchema(schema));
  const run = (decoder: Decoder) => generate(model, "x", { decoder, processors: [constraint.processor], maxNewTokens: 200 }).result;
  const plain = await run(topP({ temperature: 0 }));
  const drafted = await run(speculative({ drafter: forcedTokens(constraint), draftLength: 8 }) as Decoder);
  expect(drafted.text).toBe(plain.text);
  expect(drafted.statistics.targetPasses).toBeLessThan(plain.statistics.targetPasses / 2);
});

test("a text that the limit cuts is incomplete, and the next call is not affected", async () => {
  const model = randomModel(2);
  const constraint = compileConstraint(model, jsonSchema(schema));
  const run = (maxNewTokens: number) =>
    generate(model, "x", { decoder: topP({}), processors: [constraint.processor], maxNewTokens, seed: 3 }).result;
  const cut = await run(10);
  expect(cut.finishReason).toBe("length");
  expect(constraint.status(cut.tokens)).toBe("incomplete");
  const failing: LogitsProcessor = () => {
    throw new Error("a processor's own");
  };
  const failed = generate(model, "x", { decoder: topP({}), processors: [constraint.processor, failing], maxNewTokens: 10 });
  await expect(failed.result).rejects.toThrow("a processor's own");
  const whole = await run(200);
  expect(constraint.status(whole.tokens)).toBe("final");
  expect([...whole.tokens.subarray(0, 10)]).toEqual([...cut.tokens]);
});

test("many decodes at the same time do not disturb each other", async () => {
  const model = randomModel(5);
  const constraint = compileConstraint(model, jsonSchema(schema));
  const run = (seed: number) =>
    generate(model, "x", { decoder: topP({}), processors: [constraint.processor], maxNewTokens: 200, seed }).result;
  const together = await Promise.all([1, 2, 3, 4].map(run));
  for (const [index, { text }] of together.entries()) expect(text).toBe((await run(index + 1)).text);
});

/** Allows every text over the kit's vocabulary, so that its models with only one possible token stay as they are. */
describe("the kit, on models under a constraint", () => {
  const any = compileConstraint({ tokenizer: { ...bytes, vocabSize: 256 }, stopTokens: [300] }, grammar("root ::= [\\x00-\\x7F]*"));
  const under = <Role extends ModelRole>(decoder: Decoder<Role>): Decoder<Role> => ({
    ...decoder,
    decode(models, prompt, options) {
      const { causal } = models as unknown as Pick<ModelSet, "causal">;
      return decoder.decode(
        { ...models, causal: withProcessors(causal, [any.processor], { promptLength: prompt.length }) },
        prompt,
        options,
      );
    },
  });
  testDecoder(
    (name, run) => test(`top-p: ${name}`, run),
    () => under(topP({ p: 0.9, temperature: 0.8 })),
    { sampler: topPSampler({ p: 0.9, temperature: 0.8 }) },
  );
  testDecoder(
    (name, run) => test(`speculative: ${name}`, run),
    () => under(speculative({ drafter: promptLookup(), draftLength: 3 })),
  );
});
