import {
  autoregressive,
  type DecodeEvent,
  type Draft,
  type Drafter,
  DrafterError,
  greedySampler,
  type Sampler,
  seededRandom,
  softmax,
} from "@decodekit/core";
import { collectDecode, countingModel, failingModel, randomTable, tableModel } from "@decodekit/core/testing";
import { describe, expect, test, vi } from "vitest";
import { draftModel } from "./drafters/draft-model.ts";
import { speculative } from "./speculative.ts";

const VOCAB_SIZE = 10;
const prompt = Int32Array.of(3, 1, 4);
const options = { maxNewTokens: 12, stopTokens: [9] };

/** A drafter that returns `draft` from its second round on. */
function scripted(draftKind: Drafter["draftKind"], draft: () => Draft | Promise<Draft>): Drafter<never> {
  let rounds = 0;
  return {
    name: "scripted",
    requires: [],
    draftKind,
    start: async () => ({
      observe: () => undefined,
      propose: async () => (rounds++ === 0 ? { tokens: new Int32Array(0), parents: new Int32Array(0), probabilities: [] } : draft()),
    }),
  };
}

const plain: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};
const half = Float64Array.from({ length: VOCAB_SIZE }, (_, token) => (token < 2 ? 0.5 : 0));
const tokens = Int32Array.of(0, 1);

describe("a drafter that breaks its contract ends the decode with a DrafterError that describes the fault", () => {
  test.each<[string, Drafter["draftKind"], () => Draft, string]>([
    ["a token out of range", "tokens", () => ({ tokens: Int32Array.of(1, VOCAB_SIZE) }), "proposed token 10, which is not in [0, 10)"],
    ["a negative token", "tokens", () => ({ tokens: Int32Array.of(-1) }), "proposed token -1"],
    ["more than requested", "tokens", () => ({ tokens: new Int32Array(5) }), "proposed 5 tokens where at most 4 were requested"],
    ["no tokens", "tokens", () => ({}) as Draft, "not an Int32Array"],
    ["nothing", "tokens", () => undefined as unknown as Draft, "failed: "],
    ["too few rows", "probabilities", () => ({ tokens, probabilities: [half] }), "2 tokens with 1 rows of probabilities"],
    ["short rows", "probabilities", () => ({ tokens, probabilities: [half, half.slice(1)] }), "9 probabilities for a vocabulary of 10"],
    ["rows of another sum", "probabilities", () => ({ tokens, probabilities: [half, half.map((x) => x / 2)] }), "that sum to 0.5"],
    ["an impossible token", "probabilities", () => ({ tokens: Int32Array.of(5), probabilities: [half] }), "token 5 from a row in which"],
    ["no parents", "tree", () => ({ tokens }), "a tree of 2 tokens with 0 parents"],
    ["parents that come later", "tree", () => ({ tokens, parents: Int32Array.of(-1, 1) }), "node 1 has parent 1"],
  ])("%s", async (_, draftKind, draft, message) => {
    const causal = tableModel({ probabilities: randomTable(seededRandom(1), VOCAB_SIZE), tree: true });
    const drafter = scripted(draftKind, draft);
    const decoder = speculative({ drafter, ...(draftKind === "probabilities" && { verify: "ratio" as const, sampler: plain }) });
    const failure = await collectDecode(decoder.decode({ causal }, prompt, { maxNewTokens: 40 })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DrafterError);
    expect((failure as DrafterError).message).toContain(`scripted: `);
    expect((failure as DrafterError).message).toContain(message);
    expect(causal.openSessions()).toBe(0);
  });
});

test.each(["start", "observe", "propose"])("an error that a drafter throws in %s is the cause of a DrafterError", async (where) => {
  const error = new Error("out of ideas");
  const fail = (at: string): void => {
    if (at === where) throw error;
  };
  const drafter: Drafter<never> = {
    name: "failing",
    requires: [],
    draftKind: "tokens",
    async start() {
      fail("start");
      const propose = async (): Promise<Draft> => {
        fail("propose");
        return { tokens: new Int32Array(0) };
      };
      return { observe: () => fail("observe"), propose };
    },
  };
  const causal = countingModel();
  const failure = await collectDecode(speculative({ drafter }).decode({ causal }, prompt, options)).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(DrafterError);
  expect(failure).toMatchObject({ drafter: "failing", code: "DRAFTER", cause: error });
  expect(causal.openSessions()).toBe(0);
});

test("an abort ends a decode whose drafter never returns", async () => {
  const controller = new AbortController();
  const drafter: Drafter<never> = {
    name: "hanging",
    requires: [],
    draftKind: "tokens",
    start: async () => ({
      observe: () => undefined,
      propose: () => {
        queueMicrotask(() => controller.abort(new Error("enough")));
        return new Promise(() => undefined);
      },
    }),
  };
  const causal = countingModel();
  const { tokens: output, finishReason } = await collectDecode(
    speculative({ drafter }).decode({ causal }, prompt, { maxNewTokens: 9, signal: controller.signal }),
  );
  expect([...output]).toEqual([5]);
  expect(finishReason).toBe("abort");
  expect(causal.openSessions()).toBe(0);
});

test("a drafter that exceeds its time limit ends the decode with a DrafterError; tokens committed until then are valid", async () => {
  const hanging = scripted("tokens", () => new Promise(() => undefined));
  const causal = countingModel();
  const committed: number[] = [];
  const decode = async (): Promise<void> => {
    for await (const event of speculative({ drafter: hanging, draftTimeout: 20 }).decode({ causal }, prompt, options))
      if (event.type === "tokens-commit") committed.push(...event.tokens);
  };
  await expect(decode()).rejects.toMatchObject({ code: "DRAFTER", drafter: "scripted" });
  expect(committed).toEqual([5, 6]);
  expect(causal.openSessions()).toBe(0);
  expect(() => speculative({ drafter: hanging, draftTimeout: 0 })).toThrow("draftTimeout");
  await expect(decode()).rejects.toThrow("scripted: returned no draft within 20 ms.");
});

test("a draft that comes in time leaves no timer, and an abort ends a decode whose drafter has a time limit", async () => {
  const causal = countingModel();
  const inTime = scripted("tokens", () => ({ tokens: Int32Array.of(7) }));
  const timers = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  await collectDecode(speculative({ drafter: inTime, draftTimeout: 60_000 }).decode({ causal }, prompt, options));
  const started = timers.mock.results.flatMap(({ value }, index) => (timers.mock.calls[index]![1] === 60_000 ? [value as unknown] : []));
  expect(started.length).toBeGreaterThan(2);
  expect(cleared.mock.calls.map(([timer]) => timer as unknown)).toEqual(expect.arrayContaining(started));
  timers.mockRestore();
  cleared.mockRestore();

  const controller = new AbortController();
  const hanging = scripted("tokens", () => {
    setTimeout(() => controller.abort(), 5);
    return new Promise(() => undefined);
  });
  const decoder = speculative({ drafter: hanging, draftTimeout: 60_000 });
  const { finishReason } = await collectDecode(decoder.decode({ causal }, prompt, { ...options, signal: controller.signal }));
  expect(finishReason).toBe("abort");
  expect(causal.openSessions()).toBe(0);
});

test("tokens after a stop token are not verified", async () => {
  const causal = countingModel();
  // The first pass yields 5, the second, without a draft, 6.
  const drafter = scripted("tokens", () => ({ tokens: Int32Array.of(7, 8, 9, 1) }));
  const { events, tokens: output, finishReason } = await collectDecode(speculative({ drafter }).decode({ causal }, prompt, options));
  expect(events.filter(({ type }) => type === "draft-verify")).toEqual([{ type: "draft-verify", start: 5, drafted: 3, accepted: 3 }]);
  expect([...output]).toEqual([5, 6, 7, 8]);
  expect(finishReason).toBe("stop");
});

test("drafts are shortened to what may still be committed, and to the context", async () => {
  const asked: number[] = [];
  const drafter: Drafter<never> = {
    name: "counting",
    requires: [],
    draftKind: "tokens",
    start: async () => ({
      observe: () => undefined,
      propose: async ({ max }) => {
        asked.push(max);
        return { tokens: new Int32Array(0) };
      },
    }),
  };
  const decode = (contextLength: number) =>
    collectDecode(speculative({ drafter }).decode({ causal: countingModel({ contextLength }) }, prompt, { maxNewTokens: 7 }));
  expect((await decode(64)).tokens).toHaveLength(7);
  expect(asked.splice(0)).toEqual([4, 4, 3, 2, 1]);
  expect((await decode(8)).tokens).toHaveLength(5);
  expect(asked).toEqual([3, 2, 1]);
});

test("after a pass of the target has failed the same decoder produces the output of plain decoding", async () => {
  const table = randomTable(seededRandom(1), VOCAB_SIZE);
  const draft = tableModel({ probabilities: randomTable(seededRandom(2), VOCAB_SIZE) });
  const decoder = speculative({ drafter: draftModel() });
  const expected = await collectDecode(
    autoregressive({ name: "plain", sampler: greedySampler }).decode({ causal: tableModel({ probabilities: table }) }, prompt, {
      maxNewTokens: 12,
    }),
  );
  for (let pass = 0; pass < 5; pass++) {
    const causal = failingModel(tableModel({ probabilities: table }), { pass, error: new Error("the device was lost") });
    await expect(collectDecode(decoder.decode({ causal, draft }, prompt, { maxNewTokens: 12 }))).rejects.toThrow("the device was lost");
    expect(causal.openSessions() + draft.openSessions()).toBe(0);
    expect((await collectDecode(decoder.decode({ causal, draft }, prompt, { maxNewTokens: 12 }))).tokens).toEqual(expected.tokens);
  }
});

test("a draft model with another vocabulary is rejected", async () => {
  const decoder = speculative({ drafter: draftModel() });
  const causal = countingModel();
  const other = countingModel({ vocabSize: 11 });
  await expect(collectDecode(decoder.decode({ causal, draft: other }, prompt, options))).rejects.toThrow("model has 10, draft has 11");
  expect(causal.openSessions() + other.openSessions()).toBe(0);
});

describe("a drafter interrupted in a pass cleans up", () => {
  /** Yields a pass and cleans up asynchronously, like a drafter that frees device memory. */
  const tidy = (log: string[]): Drafter<"draft"> => ({
    name: "tidy",
    requires: ["draft"],
    draftKind: "tokens",
    async start(run) {
      const draft = await run.openSession("draft");
      return {
        observe: () => undefined,
        async *propose() {
          try {
            yield* draft.forward(Int32Array.of(1), "draft");
            return { tokens: Int32Array.of(6) };
          } finally {
            await new Promise((resolve) => setTimeout(resolve, 0));
            log.push("cleaned up");
          }
        },
      };
    },
  });

  const isDraft = (event: DecodeEvent): boolean => event.type === "forward-end" && event.phase === "draft";

  test.each([undefined, 1000])("when the consumer stops early, before the decode returns, time limit %s", async (draftTimeout) => {
    const log: string[] = [];
    const models = { causal: countingModel(), draft: countingModel() };
    for await (const event of speculative({ drafter: tidy(log), draftTimeout }).decode(models, prompt, options)) if (isDraft(event)) break;
    log.push("left");
    expect(log).toEqual(["cleaned up", "left"]);
    expect([models.causal.openSessions(), models.draft.openSessions()]).toEqual([0, 0]);
  });

  test("when the decode is aborted, without delaying the abort", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const models = { causal: countingModel(), draft: countingModel() };
    const decode = speculative({ drafter: tidy(log) }).decode(models, prompt, { ...options, signal: controller.signal });
    for await (const event of decode) {
      if (isDraft(event)) controller.abort();
      if (event.type === "decode-end") log.push(event.finishReason);
    }
    await vi.waitFor(() => expect(log).toEqual(["abort", "cleaned up"]));
    expect([models.causal.openSessions(), models.draft.openSessions()]).toEqual([0, 0]);
  });
});
