import { describe, expect, test } from "vitest";
import type { DecodeOptions, Decoder } from "./decoder.ts";
import { MissingModelError } from "./errors.ts";
import { runDecode, type DecodeBody } from "./run-decode.ts";
import { collectDecode, type CollectedDecode } from "./testing/collect-decode.ts";
import { countingModel } from "./testing/counting-model.ts";

const PROMPT = Int32Array.of(3, 1);

/** Runs `body` on a counting model with a context of 8. */
async function decoded(
  body: DecodeBody<"causal">,
  options: Partial<DecodeOptions> = {},
): Promise<CollectedDecode & { readonly openSessions: number }> {
  const causal = countingModel({ contextLength: 8 });
  const decoder: Pick<Decoder<"causal">, "name" | "requires"> = { name: "test", requires: ["causal"] };
  const collected = await collectDecode(runDecode(decoder, { causal }, PROMPT, { maxNewTokens: 4, ...options }, body));
  return { ...collected, openSessions: causal.openSessions() };
}

const committing = (...tokens: number[]): DecodeBody<"causal"> =>
  async function* (run) {
    return (yield* run.commit(Int32Array.from(tokens))) ?? "abort";
  };

describe("commit", () => {
  test.each([
    { name: "commits all there is room for", tokens: [5, 6, 7, 8, 9], options: {}, committed: [5, 6, 7, 8], finishReason: "length" },
    {
      name: "leaves out a stop token and what follows",
      tokens: [5, 6, 7],
      options: { stopTokens: [6] },
      committed: [5],
      finishReason: "stop",
    },
    {
      name: "commits nothing before a stop token that comes first",
      tokens: [6, 7],
      options: { stopTokens: [6] },
      committed: [],
      finishReason: "stop",
    },
    {
      name: "does not see a stop token past the limit",
      tokens: [5, 6],
      options: { stopTokens: [6], maxNewTokens: 1 },
      committed: [5],
      finishReason: "length",
    },
    {
      name: "stops at the context length",
      tokens: [5, 5, 5, 5, 5, 5, 5],
      options: { maxNewTokens: 100 },
      committed: [5, 5, 5, 5, 5, 5],
      finishReason: "length",
    },
    { name: "goes on when there is room", tokens: [5], options: {}, committed: [5], finishReason: "abort" },
  ])("$name", async ({ tokens, options, committed, finishReason }) => {
    const result = await decoded(committing(...tokens), options);
    expect([...result.tokens]).toEqual(committed);
    expect(result.finishReason).toBe(finishReason);
  });

  test("cuts log probabilities to the tokens that were committed", async () => {
    const { events } = await decoded(
      async function* (run) {
        return (yield* run.commit(Int32Array.of(5, 6, 7), { logProbabilities: Float32Array.of(-1, -2, -3) })) ?? "length";
      },
      { stopTokens: [7] },
    );
    expect(events[1]).toEqual({ type: "tokens-commit", start: 2, tokens: Int32Array.of(5, 6), logProbabilities: Float32Array.of(-1, -2) });
  });

  test("lengthens `tokens`, shortens `remaining` and leaves an older view as it was", async () => {
    await decoded(async function* (run) {
      const before = run.tokens;
      expect(run.remaining).toBe(4);
      yield* run.commit(Int32Array.of(5, 6));
      expect([...before]).toEqual([3, 1]);
      expect([...run.tokens]).toEqual([3, 1, 5, 6]);
      expect(run.promptLength).toBe(2);
      expect(run.remaining).toBe(2);
      return "length";
    });
  });
});

describe("runDecode", () => {
  test("does not start the body when nothing may be committed", async () => {
    const { events } = await decoded(
      () => {
        throw new Error("unreachable: the body was started");
      },
      { maxNewTokens: 0 },
    );
    expect(events).toEqual([
      { type: "decode-start", promptLength: 2 },
      { type: "decode-end", finishReason: "length" },
    ]);
  });

  test("disposes every session before decode-end, however many were opened", async () => {
    const causal = countingModel();
    const openAtEnd: number[] = [];
    const events = runDecode({ name: "test", requires: ["causal"] }, { causal }, PROMPT, { maxNewTokens: 4 }, async function* (run) {
      const sessions = [await run.openSession("causal"), await run.openSession("causal")];
      for (const session of sessions) yield* session.forward(PROMPT, "prefill");
      expect(causal.openSessions()).toBe(2);
      return "length";
    });
    for await (const event of events) if (event.type === "decode-end") openAtEnd.push(causal.openSessions());
    expect(openAtEnd).toEqual([0]);
  });

  test("does not take another error for the abort", async () => {
    const controller = new AbortController();
    const error = new Error("the device was lost");
    const failing = decoded(
      async function* (run) {
        yield* run.commit(Int32Array.of(5));
        controller.abort();
        throw error;
      },
      { signal: controller.signal },
    );
    await expect(failing).rejects.toBe(error);
  });

  test("says which model is missing", async () => {
    const decoder: Pick<Decoder<"causal" | "draft">, "name" | "requires"> = { name: "speculative", requires: ["causal", "draft"] };
    const models = { causal: countingModel() } as unknown as Parameters<Decoder<"causal" | "draft">["decode"]>[0];
    const decode = runDecode(decoder, models, PROMPT, { maxNewTokens: 1 }, committing(5));
    await expect(decode.next()).rejects.toThrow(MissingModelError);
  });
});
