import { describe, expect, test } from "vitest";
import type { DecodeOptions } from "../contracts/decoder.ts";
import type { ModelRole, ModelSet } from "../contracts/model.ts";
import { seededRandom } from "../random/random.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { type DecodeContext, defineDecoder } from "./define-decoder.ts";
import { collectDecode } from "../testing/collect-decode.ts";
import { countingModel } from "../testing/counting-model.ts";
import { memoryMaskedModel } from "../testing/memory-masked-model.ts";

const masked = memoryMaskedModel({ vocabSize: 6, contextLength: 7, maskTokenId: 0, logitsAt: () => new Float32Array(6) });
const models: ModelSet = {
  causal: countingModel({ vocabSize: 10, contextLength: 8 }),
  masked,
  draft: countingModel({ vocabSize: 3, contextLength: 2 }),
};

interface Given {
  readonly requires?: readonly ModelRole[];
  readonly models?: Partial<ModelSet>;
  readonly prompt?: readonly number[];
  readonly options?: Partial<DecodeOptions>;
}

/** Returns the context with which a decoder starts, or undefined if it does not start. */
async function started({
  requires = ["causal"],
  models: given = models,
  prompt = [1, 2],
  options,
}: Given): Promise<DecodeContext | undefined> {
  let found: DecodeContext | undefined;
  const decoder = defineDecoder({
    name: "test",
    requires,
    async *run(context) {
      found = context;
      return (yield* context.commit(new Int32Array())) ?? "length";
    },
  });
  await collectDecode(decoder.decode(given as ModelSet, Int32Array.from(prompt), { maxNewTokens: 100, ...options }));
  return found;
}

describe("defineDecoder refuses", () => {
  test.each<[string, Given, object]>([
    [
      "an empty prompt",
      { prompt: [] },
      { code: "INVALID_OPTION", where: "test", option: "prompt", expected: "at least 1 token", actual: 0 },
    ],
    ...[-1, 0.5, NaN, "3" as unknown as number].map((maxNewTokens): [string, Given, object] => [
      `maxNewTokens ${String(maxNewTokens)}`,
      { options: { maxNewTokens } },
      { code: "INVALID_OPTION", where: "test", option: "maxNewTokens", expected: "an integer >= 0", actual: maxNewTokens },
    ]),
    [
      "a token of the prompt outside the vocabulary",
      { prompt: [1, 10] },
      { code: "INVALID_OPTION", where: "test", option: "prompt[1]", expected: "a token id in [0, 10)", actual: 10 },
    ],
    ["a negative token", { prompt: [-1] }, { option: "prompt[0]", actual: -1 }],
    [
      "a stop token outside the vocabulary",
      { options: { stopTokens: [3, 10] } },
      { code: "INVALID_OPTION", where: "test", option: "stopTokens[1]", expected: "a token id in [0, 10)", actual: 10 },
    ],
    ["a stop token that is not an integer", { options: { stopTokens: [0.5] } }, { option: "stopTokens[0]", actual: 0.5 }],
    ["a prompt over the context", { prompt: Array(9).fill(1) }, { code: "CONTEXT_LENGTH", length: 9, contextLength: 8 }],
    [
      "a prompt over the context of the second model",
      { requires: ["causal", "masked"], prompt: Array(8).fill(1) },
      { code: "CONTEXT_LENGTH", length: 8, contextLength: 7 },
    ],
    [
      "a token outside the second model's vocabulary",
      { requires: ["causal", "masked"], prompt: [1, 6] },
      { option: "prompt[1]", expected: "a token id in [0, 6)" },
    ],
    [
      "a missing model",
      { requires: ["causal", "draft"], models: { causal: models.causal } },
      { code: "MISSING_MODEL", decoder: "test", role: "draft" },
    ],
  ])("%s", async (_, given, error) => {
    await expect(started(given)).rejects.toMatchObject(error);
  });
});

describe("defineDecoder starts", () => {
  test("with the room of the smallest context, except a draft model's", async () => {
    expect(await started({})).toMatchObject({ remaining: 6, promptLength: 2, models });
    expect(await started({ requires: ["causal", "masked"] })).toMatchObject({ remaining: 5 });
    expect(await started({ requires: ["causal", "draft"], prompt: [1, 9, 2] })).toMatchObject({ remaining: 5 });
    expect(await started({ options: { maxNewTokens: 1 } })).toMatchObject({ remaining: 1 });
    expect(await started({ prompt: Array(7).fill(1) })).toMatchObject({ remaining: 1 });
    expect(await started({ prompt: Array(8).fill(1) })).toBeUndefined();
  });

  test("with the given stop tokens, signal and random source, or seed 0 by default", async () => {
    const { signal } = new AbortController();
    const random = seededRandom(5);
    const run = await started({ options: { stopTokens: [3, 4, 3], signal, random, seed: 9 } });
    expect([...run!.stopTokens]).toEqual([3, 4]);
    expect(run!.signal).toBe(signal);
    expect(run!.random).toBe(random);
    expect((await started({ options: { seed: 9 } }))!.random.uniform()).toBe(seededRandom(9).uniform());
    expect((await started({}))!.random.uniform()).toBe(seededRandom(0).uniform());
    expect((await started({}))!.stopTokens.size).toBe(0);
  });
});

test("a masked session is disposed before its causal session, and `run` cleans up before both", async () => {
  const order: string[] = [];
  const noting = <Model extends ModelSet["causal"] | ModelSet["masked"]>(name: string, model: Model): Model => ({
    ...model,
    async createSession(over?: never) {
      const session = await model.createSession(over);
      const dispose = session.dispose.bind(session);
      session.dispose = () => (order.push(name), dispose());
      return session;
    },
  });
  const given = { causal: noting("causal", models.causal), masked: noting("masked", masked) };
  const decoder = defineDecoder({
    name: "test",
    requires: ["causal", "masked"],
    async *run(context) {
      try {
        const { session } = await context.openSession("causal");
        const maskedSession = await context.openMaskedSession("masked", session);
        expect(maskedSession.session.causalSession).toBe(session);
        yield* context.commit(Int32Array.of(2));
        throw new Error("unreachable: the reader stopped");
      } finally {
        order.push("run");
      }
    },
  });
  for await (const event of decoder.decode(given, Int32Array.of(1), { maxNewTokens: 4 })) if (event.type === "tokens-commit") break;
  expect(order).toEqual(["run", "masked", "causal"]);
});

test("a pass is aborted by the signal, and the decode ends with it", async () => {
  const controller = new AbortController();
  const causal: ModelSet["causal"] = {
    ...models.causal,
    async createSession() {
      const session = await models.causal.createSession();
      return {
        ...session,
        // Never ends by itself.
        forward: (_, options) =>
          new Promise((_resolve, reject) => {
            options!.signal!.addEventListener("abort", () => reject(options!.signal!.reason));
            controller.abort(new Error("enough"));
          }),
      };
    },
  };
  const decoder = defineDecoder({
    name: "test",
    requires: ["causal"],
    async *run(context) {
      yield* (await context.openSession("causal")).forward(Int32Array.of(1), "prefill");
      return "length";
    },
  });
  const options = { maxNewTokens: 4, signal: controller.signal };
  expect(await collectDecode(decoder.decode({ causal }, Int32Array.of(1), options))).toMatchObject({
    finishReason: "abort",
    tokens: new Int32Array(),
  });
});

test("checkTokens accepts every id of the vocabulary, and names any other id and its index", () => {
  expect(() => checkTokens("f", "tokens", [0, 1, 2], 3)).not.toThrow();
  expect(() => checkTokens("f", "tokens", [], 3)).not.toThrow();
  expect(() => checkTokens("f", "tokens", [0, 3], 3)).toThrow("f: tokens[1] must be a token id in [0, 3), got 3.");
});
