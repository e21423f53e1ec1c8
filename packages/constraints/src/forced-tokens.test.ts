import { testDrafter } from "@decodekit/conformance";
import { type Draft, type DraftContext, draftFrom, greedySampler, InvalidOptionError, seededRandom } from "@decodekit/core";
import { cascade, promptLookup, speculative } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { choices } from "./choices.ts";
import { compileConstraint } from "./compile-constraint.ts";
import { forcedTokens } from "./forced-tokens.ts";
import { jsonSchema } from "./json-schema/json-schema.ts";
import { byteModel, bytes, byteTokens, modelOf } from "./models-for-tests.ts";
import { regex } from "./regular-expression/regex.ts";

/** Returns the draft after `output`, and the prompt "x". */
async function draftAfter(
  constraint: ReturnType<typeof compileConstraint>,
  output: Int32Array,
  max = 100,
  maxConfident?: number,
): Promise<Draft> {
  const context = {
    prompt: Int32Array.of(0),
    models: {},
    stopTokens: new Set(),
    sampler: greedySampler,
    vocabSize: 258,
  } as unknown as DraftContext<never>;
  const session = await forcedTokens(constraint).start(context);
  if (output.length > 0) session.observe({ tokens: output, drafted: 0, accepted: 0 });
  const draft = draftFrom(session, { max, maxDepth: max, random: seededRandom(1), ...(maxConfident !== undefined && { maxConfident }) });
  for (;;) {
    const next = await draft.next();
    if (next.done) return next.value;
  }
}

describe("drafts", () => {
  const constraint = compileConstraint(
    byteModel,
    jsonSchema({ type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] }),
  );

  test("are the text that is certain, and the stop token", async () => {
    const first = await draftAfter(constraint, new Int32Array(0));
    expect(bytes.decode(first.tokens)).toBe('{"ok": ');
    expect([...first.confidences!]).toEqual([1, 1, 1, 1, 1, 1, 1]);
    const rest = await draftAfter(constraint, byteTokens('{"ok": t'));
    expect([...rest.tokens]).toEqual([...byteTokens("rue}"), bytes.endToken]);
    expect([...(await draftAfter(constraint, byteTokens('{"ok": true}'))).tokens]).toEqual([bytes.endToken]);
  });

  test("are empty where there is a choice, and after an output that violates the constraint", async () => {
    expect((await draftAfter(constraint, byteTokens('{"ok": '))).tokens).toHaveLength(0);
    expect((await draftAfter(constraint, byteTokens("["))).tokens).toHaveLength(0);
  });

  test("are as long as is asked for", async () => {
    expect((await draftAfter(constraint, new Int32Array(0), 3)).tokens).toHaveLength(3);
    expect((await draftAfter(constraint, new Int32Array(0), 0, 5)).tokens).toHaveLength(5);
    expect((await draftAfter(constraint, new Int32Array(0), 0)).tokens).toHaveLength(0);
  });

  test("are less certain where the text can be split in other ways", async () => {
    const model = modelOf(["a", "b", "ab", "c"]);
    const { tokens, confidences } = await draftAfter(compileConstraint(model, choices(["abc"])), new Int32Array(0));
    expect([...tokens]).toEqual([2, 3, model.stop]);
    expect(confidences![0]).toBeLessThan(1);
    expect([...confidences!.subarray(1)]).toEqual([1, 1]);
  });

  test("are split as within a text by a tokenizer that adds a space to the beginning of one", async () => {
    const model = modelOf([" a", "a", "b", "\n", " "]);
    const encode = (text: string): Int32Array => model.tokenizer.encode(text);
    const tokenizer = { ...model.tokenizer, encode: (text: string) => encode(text === "" || /^\s/.test(text) ? text : ` ${text}`) };
    const compiled = compileConstraint({ ...model, tokenizer }, choices(["ab"]));
    expect([...compiled.forcedTokens(new Int32Array(0))]).toEqual([1, 2, model.stop]);
  });
});

test("refuses what is no compiled constraint", () => {
  expect(() => forcedTokens(choices(["a"]) as never)).toThrow(InvalidOptionError);
  expect(() => forcedTokens(undefined as never)).toThrow("forcedTokens: constraint must be a constraint that compileConstraint returned");
});

describe("the kit", () => {
  const constraint = compileConstraint(modelOf(["a", "b", "c"]), regex("a(bca)*(b|cc)"));
  testDrafter(test, () => forcedTokens(constraint), { speculate: (drafter) => speculative({ drafter, draftLength: 2 }) });
  testDrafter(
    (name, run) => test(`in a cascade, ${name}`, run),
    () => cascade({ drafters: [forcedTokens(constraint), promptLookup()] }),
  );
});
