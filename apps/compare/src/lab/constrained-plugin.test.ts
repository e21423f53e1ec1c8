import { generate, InvalidOptionError, MissingModelError } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withStart } from "./constrained-plugin.ts";
import { makeLane, specificationOf } from "./decoders.ts";

let model: OnnxLanguageModel;
beforeAll(async () => {
  model = await loadModel(stories, { execution: "wasm", threads: 1 });
});
afterAll(() => model.dispose());

const run = (
  options: Readonly<Record<string, string | number | boolean>>,
  start = "",
  prompt = "The cat looked at the dog. The dog was",
) => {
  const { plugin, options: all = {} } = makeLane(specificationOf("constrained", options));
  const begin = model.tokenizer.encode(start, { addSpecialTokens: false });
  const decoder = plugin.create(withStart(plugin, all, begin.length), model);
  return generate(model, Int32Array.of(...model.tokenizer.encode(prompt), ...begin), { decoder, maxNewTokens: 40 }).result;
};

const schema = JSON.stringify({
  type: "object",
  properties: { name: { enum: ["Lily", "Tom"] }, happy: { type: "boolean" } },
  required: ["name", "happy"],
});

describe("the text follows a constraint of each kind, and ends with it", () => {
  test.each([
    ["choices", "purple, and small\nfar away", /^ (purple, and small|far away)$/],
    ["regex", " [a-z]{3} [0-9]{2}\\.", /^ [a-z]{3} [0-9]{2}\.$/],
    ["grammar", 'root ::= " a " ("big" | "small") " " thing "."\nthing ::= "house" | "boat"', /^ a (big|small) (house|boat)\.$/],
    ["json-schema", schema, /^\{"name": "(Lily|Tom)", "happy": (true|false)\}$/],
  ])("%s", async (kind, constraint, expected) => {
    const { text, finishReason } = await run({ kind, text: constraint });
    expect(text).toMatch(expected);
    expect(finishReason).toBe("stop");
  });
});

test("drafting what is forced changes the passes and not the text", async () => {
  const plain = await run({ kind: "json-schema", text: schema, draftForced: false });
  const drafted = await run({ kind: "json-schema", text: schema });
  expect(drafted.text).toBe(plain.text);
  expect(drafted.statistics.targetPasses).toBeLessThan(plain.statistics.targetPasses / 2);
  expect(drafted.statistics.accepted).toBeGreaterThan(0);
});

test("the constraint applies to the tokens that a lane starts with, and refuses those that it does not allow", async () => {
  expect((await run({ text: "very happy\nvery sad" }, " very")).text).toMatch(/^ (happy|sad)$/);
  await expect(run({ text: "very happy\nvery sad" }, " quite")).rejects.toThrow(InvalidOptionError);
});

test("a temperature draws other texts by the seed", async () => {
  const texts = await Promise.all(
    Array.from({ length: 6 }, async (_, seed) => {
      const { plugin, options = {} } = makeLane("constrained:kind=regex,text= [a-z]{8},temperature=1.5");
      const decoder = plugin.create(options, model);
      return (await generate(model, "He said", { decoder, maxNewTokens: 20, seed }).result).text;
    }),
  );
  for (const text of texts) expect(text).toMatch(/^ ?[a-z]{8}$/);
  expect(new Set(texts).size).toBeGreaterThan(1);
});

test.each([
  ["constrained:kind=json-schema,text={", "text"],
  ["constrained:kind=regex,text=(", "text"],
  ["constrained:kind=grammar,text=root", "text"],
  ["constrained:kind=choices,text=", "text"],
  ["constrained:p=0.5", "p"],
  ["constrained:started=1", 'option "started"'],
])("%s is refused before a model is there", (specification, option) => {
  expect(() => makeLane(specification)).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION", option: expect.stringContaining(option) }),
  );
});

test("without a model it says what is missing", async () => {
  const { decoder } = makeLane("constrained");
  await expect(decoder.decode({} as never, Int32Array.of(1), {} as never).next()).rejects.toThrow(MissingModelError);
});
