import { describe, expect, test } from "vitest";
import type { DecodeOptions, Decoder } from "../contracts/decoder.ts";
import { MissingModelError } from "../errors.ts";
import { type DecoderDefinition, defineDecoder } from "./define-decoder.ts";
import { collectDecode, type CollectedDecode } from "../testing/collect-decode.ts";
import { countingModel } from "../testing/counting-model.ts";

const PROMPT = Int32Array.of(3, 1);

type Run = DecoderDefinition<"causal">["run"];

/** Decodes with `run` on a counting model with a context of 8. */
async function decoded(run: Run, options: Partial<DecodeOptions> = {}): Promise<CollectedDecode & { readonly openSessions: number }> {
  const causal = countingModel({ contextLength: 8 });
  const decoder = defineDecoder({ name: "test", requires: ["causal"], run });
  const collected = await collectDecode(decoder.decode({ causal }, PROMPT, { maxNewTokens: 4, ...options }));
  return { ...collected, openSessions: causal.openSessions() };
}

const committing = (...tokens: number[]): Run =>
  async function* (context) {
    return (yield* context.commit(Int32Array.from(tokens))) ?? "abort";
  };

describe("commit", () => {
  test.each([
    {
      name: "commits as many tokens as there is room for",
      tokens: [5, 6, 7, 8, 9],
      options: {},
      committed: [5, 6, 7, 8],
      finishReason: "length",
    },
    {
      name: "leaves out a stop token and the tokens after it",
      tokens: [5, 6, 7],
      options: { stopTokens: [6] },
      committed: [5],
      finishReason: "stop",
    },
    {
      name: "commits nothing if a stop token comes first",
      tokens: [6, 7],
      options: { stopTokens: [6] },
      committed: [],
      finishReason: "stop",
    },
    {
      name: "ignores a stop token past the limit",
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
    { name: "continues if there is room", tokens: [5], options: {}, committed: [5], finishReason: "abort" },
  ])("$name", async ({ tokens, options, committed, finishReason }) => {
    const result = await decoded(committing(...tokens), options);
    expect([...result.tokens]).toEqual(committed);
    expect(result.finishReason).toBe(finishReason);
  });

  test("cuts log-probabilities to the committed tokens", async () => {
    const { events } = await decoded(
      async function* (context) {
        return (yield* context.commit(Int32Array.of(5, 6, 7), { logProbabilities: Float32Array.of(-1, -2, -3) })) ?? "length";
      },
      { stopTokens: [7] },
    );
    expect(events[1]).toEqual({ type: "tokens-commit", start: 2, tokens: Int32Array.of(5, 6), logProbabilities: Float32Array.of(-1, -2) });
  });

  test("lengthens `tokens`, reduces `remaining` and leaves an older view unchanged", async () => {
    await decoded(async function* (context) {
      const before = context.tokens;
      expect(context.remaining).toBe(4);
      yield* context.commit(Int32Array.of(5, 6));
      expect([...before]).toEqual([3, 1]);
      expect([...context.tokens]).toEqual([3, 1, 5, 6]);
      expect(context.promptLength).toBe(2);
      expect(context.remaining).toBe(2);
      return "length";
    });
  });
});

describe("defineDecoder", () => {
  test("does not call `run` if nothing may be committed", async () => {
    const { events } = await decoded(
      () => {
        throw new Error("unreachable: it was run");
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
    const decoder = defineDecoder({
      name: "test",
      requires: ["causal"],
      async *run(context) {
        const sessions = [await context.openSession("causal"), await context.openSession("causal")];
        for (const session of sessions) yield* session.forward(PROMPT, "prefill");
        expect(causal.openSessions()).toBe(2);
        return "length";
      },
    });
    for await (const event of decoder.decode({ causal }, PROMPT, { maxNewTokens: 4 }))
      if (event.type === "decode-end") openAtEnd.push(causal.openSessions());
    expect(openAtEnd).toEqual([0]);
  });

  test("disposes forks like other sessions, and a closed session at once", async () => {
    const causal = countingModel();
    const openAtEnd: number[] = [];
    const decoder = defineDecoder({
      name: "test",
      requires: ["causal"],
      async *run(context) {
        const session = await context.openSession("causal");
        yield* session.forward(PROMPT, "prefill");
        const fork = await context.openSession("causal", session);
        expect([fork.session.length, causal.openSessions()]).toEqual([PROMPT.length, 2]);
        yield* fork.forward(Int32Array.of(4), "decode");
        expect([fork.session.length, session.session.length]).toEqual([PROMPT.length + 1, PROMPT.length]);
        await session.session.dispose();
        expect(causal.openSessions()).toBe(1);
        return "length";
      },
    });
    const phases: string[] = [];
    for await (const event of decoder.decode({ causal }, PROMPT, { maxNewTokens: 4 })) {
      if (event.type === "forward-end") phases.push(event.phase);
      if (event.type === "decode-end") openAtEnd.push(causal.openSessions());
    }
    expect(openAtEnd).toEqual([0]);
    expect(phases).toEqual(["prefill", "decode"]);
  });

  test("does not treat another error as the abort", async () => {
    const controller = new AbortController();
    const error = new Error("the device was lost");
    const failing = decoded(
      async function* (context) {
        yield* context.commit(Int32Array.of(5));
        controller.abort();
        throw error;
      },
      { signal: controller.signal },
    );
    await expect(failing).rejects.toBe(error);
  });

  test("names the missing model", async () => {
    const decoder: Decoder<"causal" | "draft"> = defineDecoder({ name: "speculative", requires: ["causal", "draft"], run: committing(5) });
    const models = { causal: countingModel() } as unknown as Parameters<Decoder<"causal" | "draft">["decode"]>[0];
    const decode = decoder.decode(models, PROMPT, { maxNewTokens: 1 });
    await expect(decode.next()).rejects.toThrow(MissingModelError);
  });
});
