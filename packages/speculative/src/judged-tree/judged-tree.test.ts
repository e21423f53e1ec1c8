import { testDecoder, testLossless } from "@decodekit/conformance";
import {
  autoregressive,
  type DecodeEvent,
  type Decoder,
  greedySampler,
  InvalidOptionError,
  type Sampler,
  seededRandom,
  softmax,
} from "@decodekit/core";
import {
  collectDecode,
  countingModel,
  interceptPasses,
  memoryModel,
  type PartsOptions,
  randomTable,
  tableModel,
  type TestModel,
} from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { judgedTree } from "./judged-tree.ts";
import { readSuccessors } from "./token-recycling.ts";

const prompt = Int32Array.of(3, 1, 4);
const plainSampler: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};
const greedy = (): Decoder<"causal"> => autoregressive({ name: "greedy", sampler: greedySampler });

describe.each([
  ["greedy", () => judgedTree({ natsPerToken: 1, nodes: 6 })],
  ["sampled", () => judgedTree({ natsPerToken: 0.5, nodes: 6, sampler: plainSampler })],
] as const)("the judged tree, %s", (_, create) => {
  testDecoder(test, create);
});

test("takes at most one pass per token, and is lossless only if it accepts nothing less likely", () => {
  expect(judgedTree().maxPasses(10)).toBe(10);
  expect([judgedTree(), judgedTree({ natsPerToken: 0 })].map(({ lossless }) => lossless)).toEqual([false, true]);
  expect(judgedTree()).toMatchObject({ name: "judged-tree", requires: ["causal"] });
});

test("tells its sampler if the tokens are those of the sampler, and the row is all that it sees", () => {
  const sampler = plainSampler;
  const told = [{ natsPerToken: 0 }, { natsPerToken: 0, sampler }, { sampler }, { natsPerToken: 0, processors: [() => undefined] }];
  expect(told.map((options) => judgedTree(options).sampler)).toEqual([greedySampler, sampler, undefined, undefined]);
});

testLossless(test, () => judgedTree({ natsPerToken: 0, nodes: 6 }), { sampler: greedySampler });
testLossless(test, () => judgedTree({ natsPerToken: 0, nodes: 4, sampler: plainSampler }));

test("with a sampler at 0 nats per token produces the tokens of plain sampling for the same seed, in fewer passes", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const causal = tableModel({ probabilities: randomTable(seededRandom(seed), 5), tree: true });
    const options = { maxNewTokens: 40, seed };
    const plain = autoregressive({ name: "plain", sampler: plainSampler }).decode({ causal }, prompt, options);
    const { tokens, events } = await collectDecode(
      judgedTree({ natsPerToken: 0, rowCost: 0.05, sampler: plainSampler }).decode({ causal }, prompt, options),
    );
    expect([...tokens]).toEqual([...(await collectDecode(plain)).tokens]);
    expect(events.filter((event) => event.type === "forward-end").length).toBeLessThan(30);
  }
});

test("at 0 nats per token produces the tokens of greedy decoding in fewer passes", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const causal = tableModel({ probabilities: randomTable(seededRandom(seed), 9), tree: true });
    const options = { maxNewTokens: 40 };
    const { tokens, events } = await collectDecode(judgedTree({ natsPerToken: 0, rowCost: 0.05 }).decode({ causal }, prompt, options));
    expect([...tokens]).toEqual([...(await collectDecode(greedy().decode({ causal }, prompt, options))).tokens]);
    expect(events.filter((event) => event.type === "forward-end").length).toBeLessThan(30);
  }
});

test("accepts a path that pays off: a detour leads to two certain tokens", async () => {
  // After 0 come 1 (0.6) or 2 (0.4, which is ln 1.5 = 0.41 nats less); what comes after 1 is not known, after 2 come 3 and 0.
  const rows = [
    [0, 0.6, 0.4, 0, 0],
    [0, 0, 0, 0, 1],
    [0, 0, 0, 1, 0],
    [1, 0, 0, 0, 0],
    [1, 0, 0, 0, 0],
  ];
  const known: Readonly<Record<number, readonly number[]>> = { 0: [1, 2], 2: [3], 3: [0] };
  const prior = {
    after: (token: number) => (known[token] ?? []).map((next) => ({ token: next, logProbability: Math.log(rows[token]![next]!) })),
  };
  const outputs = [0.1, 0.5].map(async (natsPerToken) => {
    const causal = tableModel({ probabilities: rows, tree: true });
    const { tokens } = await collectDecode(
      judgedTree({ natsPerToken, prior }).decode({ causal }, Int32Array.of(0, 2, 3), { maxNewTokens: 5 }),
    );
    return [...tokens];
  });
  expect(await Promise.all(outputs)).toEqual([
    [0, 1, 4, 0, 1],
    [0, 2, 3, 0, 1],
  ]);
});

test("follows a copy through replaced words", async () => {
  // Repeats the prompt with 2 in place of 1, whatever the prefix is.
  const text = [5, 1, 6, 7, 8, 1, 9, 10, 11, 1, 12, 13, 14, 1, 15];
  const begin = Int32Array.of(...text, 0);
  const causal = memoryModel({
    vocabSize: 20,
    contextLength: 64,
    tree: true,
    logitsAfter(prefix) {
      const row = new Float32Array(20);
      const token = text[prefix.length - begin.length] ?? 19;
      row[token === 1 ? 2 : token] = 9;
      return row;
    },
  });
  const { tokens, events } = await collectDecode(
    judgedTree({ natsPerToken: 0, rowCost: 0.05 }).decode({ causal }, begin, { maxNewTokens: text.length }),
  );
  expect([...tokens]).toEqual(text.map((token) => (token === 1 ? 2 : token)));
  expect(events.filter((event) => event.type === "forward-end").length).toBeLessThan(text.length / 2);
});

test("proposes the tree that a pass reads, verifies it, and commits a path of it and one more token", async () => {
  // After the committed 0 come 1 or 2, and after 1 comes 0.
  const rows = [
    [0, 0.6, 0.4],
    [0.9, 0.05, 0.05],
    [0.9, 0.05, 0.05],
  ];
  const causal = tableModel({ probabilities: rows, tree: true });
  const prior = {
    after: (token: number) => rows[token]!.flatMap((p, next) => (p > 0.1 ? [{ token: next, logProbability: Math.log(p) }] : [])),
  };
  const decoder = judgedTree({ natsPerToken: 0, nodes: 3, rowCost: 0, prior });
  const { events } = await collectDecode(decoder.decode({ causal }, Int32Array.of(2), { maxNewTokens: 4 }));
  expect(events.map((event) => (event.type === "forward-end" ? { ...event, milliseconds: 0 } : event))).toEqual([
    { type: "decode-start", promptLength: 1 },
    { type: "forward-end", model: "causal", phase: "prefill", positions: 1, milliseconds: 0 },
    { type: "tokens-commit", start: 1, tokens: Int32Array.of(0) },
    {
      type: "tokens-propose",
      start: 2,
      tokens: Int32Array.of(1, 0),
      tree: { tokens: Int32Array.of(1, 2, 0), parents: Int32Array.of(-1, -1, 0) },
    },
    { type: "forward-end", model: "causal", phase: "verify", positions: 4, milliseconds: 0 },
    { type: "draft-verify", start: 2, drafted: 3, accepted: 2 },
    { type: "tokens-commit", start: 2, tokens: Int32Array.of(1, 0, 1) },
    { type: "decode-end", finishReason: "length" },
  ]);
});

test("with a prior runs fewer passes, and at 0 nats per token produces the same tokens", async () => {
  const causal = tableModel({ probabilities: randomTable(seededRandom(3), 9), contextLength: 64, tree: true });
  const prior = await readSuccessors(causal, { begin: 0 });
  expect(causal.passes().length).toBe(2);
  expect(causal.openSessions()).toBe(0);
  expect(prior.after(4)).toHaveLength(9);
  const runs = [judgedTree({ natsPerToken: 0, rowCost: 0.05 }), judgedTree({ natsPerToken: 0, rowCost: 0.05, prior })].map((decoder) =>
    collectDecode(decoder.decode({ causal }, Int32Array.of(3), { maxNewTokens: 16 })),
  );
  const [without, given] = await Promise.all(runs);
  expect([...given!.tokens]).toEqual([...without!.tokens]);
  const passes = ({ events }: { readonly events: readonly DecodeEvent[] }): number =>
    events.filter(({ type }) => type === "forward-end").length;
  expect(passes(given!)).toBeLessThan(passes(without!));
  await expect(readSuccessors(causal, { begin: 9 })).rejects.toThrow(InvalidOptionError);
});

test("at 0 nats per token decodes parts of rows, and reads a row in full only where no part could be read", async () => {
  const create = (parts?: PartsOptions): TestModel =>
    memoryModel({
      vocabSize: 60,
      contextLength: 64,
      tree: true,
      parts,
      logitsAfter(prefix) {
        const random = seededRandom(60 * prefix.at(-1)! + (prefix.at(-2) ?? 0));
        return Float32Array.from({ length: 60 }, () => -3 * Math.log(1 - random.uniform()));
      },
    });
  const decode = async (model: TestModel): Promise<{ tokens: number[]; positions: number[]; withParts: number }> => {
    let withParts = 0;
    const causal = interceptPasses(model, async ({ run }) => {
      const logits = await run();
      if (logits.part) withParts++;
      return logits;
    });
    const decoder = judgedTree({ natsPerToken: 0, nodes: 12, rowCost: 0.05 });
    const { tokens, events } = await collectDecode(decoder.decode({ causal }, Int32Array.of(3, 7), { maxNewTokens: 40 }));
    return {
      tokens: [...tokens],
      positions: events.flatMap((event) => (event.type === "forward-end" ? [event.positions] : [])),
      withParts,
    };
  };
  const whole = await decode(create());
  expect(whole.withParts).toBe(0);
  const inParts = { ...whole, withParts: whole.positions.length };
  expect(await decode(create({ top: 40, error: 0, missing: 1e9 }))).toEqual(inParts);
  // Every fifth row could not be read in part.
  expect(await decode(create({ top: 40, error: 0, missing: 5 }))).toEqual(inParts);
});

test("rejects a model that cannot read trees", async () => {
  await expect(collectDecode(judgedTree().decode({ causal: countingModel() }, prompt, { maxNewTokens: 2 }))).rejects.toThrow(
    InvalidOptionError,
  );
});
