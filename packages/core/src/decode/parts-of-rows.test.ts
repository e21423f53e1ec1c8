import { describe, expect, test } from "vitest";
import type { CausalModel, Session } from "../contracts/model.ts";
import { LogitsError } from "../errors.ts";
import { seededRandom } from "../random/random.ts";
import { greedySampler } from "../sampling/greedy-sampler.ts";
import { temperatureSampler } from "../sampling/temperature-sampler.ts";
import { collectDecode } from "../testing/collect-decode.ts";
import { memoryModel, type TestModel } from "../testing/memory-model.ts";
import type { PartsOptions } from "../testing/row-parts.ts";
import { autoregressive } from "./autoregressive.ts";

const VOCAB_SIZE = 300;
const parts: PartsOptions = { top: 40, error: 2 ** -13, missing: 9 };

function model(options: { readonly parts?: PartsOptions; readonly change?: (row: Float32Array) => void } = {}): TestModel {
  return memoryModel({
    vocabSize: VOCAB_SIZE,
    contextLength: 64,
    parts: options.parts,
    logitsAfter(prefix) {
      const random = seededRandom(prefix.reduce((hash, token) => (hash * 31 + token) % 1_000_003, 7));
      const row = Float32Array.from({ length: VOCAB_SIZE }, () => -3 * Math.log(1 - random.uniform()));
      options.change?.(row);
      return row;
    },
  });
}

/** Returns the model, and how many whole rows and parts its readers have asked for. */
function counted(causal: CausalModel): { readonly model: CausalModel; readonly rows: { whole: number; parts: number } } {
  const rows = { whole: 0, parts: 0 };
  const createSession: CausalModel["createSession"] = async () => {
    const session = await causal.createSession();
    const forward: Session["forward"] = async (...pass) => {
      const logits = await session.forward(...pass);
      return {
        ...logits,
        row: (index) => (rows.whole++, logits.row(index)),
        ...(logits.part && { part: (index: number) => (rows.parts++, logits.part!(index)) }),
        ...(logits.readRow && { readRow: (index: number) => (rows.whole++, logits.readRow!(index)) }),
      };
    };
    return { ...session, decorates: session, forward };
  };
  return { model: { ...causal, createSession }, rows };
}

const decode = async (causal: CausalModel, sampler = greedySampler): Promise<Int32Array> => {
  const decoder = autoregressive({ name: "test", sampler });
  const { tokens } = await collectDecode(decoder.decode({ causal }, Int32Array.of(5), { maxNewTokens: 40, seed: 2 }));
  return tokens;
};

describe.each([
  { name: "greedy", sampler: greedySampler },
  { name: "a nucleus", sampler: temperatureSampler(0.5, 0.8) },
])("$name", ({ sampler }) => {
  test("decodes parts of rows, and whole rows only where parts do not decide", async () => {
    const { model: causal, rows } = counted(model({ parts }));
    expect(await decode(causal, sampler)).toEqual(await decode(model(), sampler));
    expect(rows.parts).toBe(40);
    // Every ninth row has no part.
    expect(rows.whole).toBeGreaterThanOrEqual(4);
    expect(rows.whole).toBeLessThanOrEqual(7);
  });

  test.each([
    ["NaN for token 17", (row: Float32Array) => row.fill(NaN, 17, 18)],
    ["+Infinity for token 299", (row: Float32Array) => row.fill(Infinity, 299)],
    ["every token is -Infinity", (row: Float32Array) => row.fill(-Infinity)],
  ])("refuses a row without a distribution as it does a whole row: %s", async (problem, change) => {
    const failure = decode(model({ parts, change }), sampler);
    await expect(failure).rejects.toThrow(LogitsError);
    await expect(failure).rejects.toThrow(problem);
  });
});

test("sampling without a nucleus reads whole rows", async () => {
  const { model: causal, rows } = counted(model({ parts }));
  await decode(causal, temperatureSampler(0.5));
  expect(rows).toEqual({ whole: 40, parts: 0 });
});
