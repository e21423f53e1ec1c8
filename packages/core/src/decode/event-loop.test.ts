import { expect, test } from "vitest";
import { autoregressive } from "./autoregressive.ts";
import type { DecodeEvent } from "../contracts/decoder.ts";
import { nextTurn, turnIfDue } from "./event-loop.ts";
import { generate } from "../generate/generate.ts";
import { greedySampler } from "../sampling/greedy-sampler.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import { runQueue } from "../onnx/run-queue.ts";
import { byteTokenizer } from "../testing/byte-tokenizer.ts";
import { collectDecode } from "../testing/collect-decode.ts";
import { countingModel } from "../testing/counting-model.ts";
import { interceptPasses } from "../testing/intercept-passes.ts";

const PASS_MILLISECONDS = 20;

/** Blocks the thread, as a pass on WASM does. */
function holdThread(): void {
  const end = performance.now() + PASS_MILLISECONDS;
  while (performance.now() < end);
}

const tokenizer = byteTokenizer();
/** A model whose passes end in a microtask and take longer than the event loop may be blocked. */
const causal = interceptPasses(countingModel({ vocabSize: tokenizer.vocabSize, contextLength: 300 }), async ({ run }) => {
  holdThread();
  return run();
});
const model: LanguageModel = { name: "slow", causal, tokenizer, stopTokens: [] };
const decoder = autoregressive({ name: "greedy", sampler: greedySampler });

/** Counts the timer ticks while `run` runs. */
async function countTimerTicks(run: () => Promise<unknown>): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return ticks;
}

test.each([
  ["generate", () => generate(model, "a", { decoder, maxNewTokens: 10 }).result],
  ["a decoder by itself", () => collectDecode(decoder.decode({ causal }, Int32Array.of(1), { maxNewTokens: 10 }))],
  [
    "generate with a decoder that does not use defineDecoder",
    async () => {
      const byHand = {
        ...decoder,
        async *decode(_: unknown, prompt: Int32Array): AsyncGenerator<DecodeEvent, void, void> {
          yield { type: "decode-start", promptLength: prompt.length };
          const session = await causal.createSession();
          for (let start = prompt.length; start < prompt.length + 10; start++) {
            await session.forward(Int32Array.of(1));
            yield { type: "tokens-commit", start, tokens: Int32Array.of(65) };
          }
          await session.dispose();
          yield { type: "decode-end", finishReason: "length" };
        },
      };
      await generate(model, "a", { decoder: byHand }).result;
    },
  ],
  [
    "the queue of a runtime",
    async () => {
      const queue = runQueue();
      await Promise.all(Array.from({ length: 10 }, () => queue.enqueue(async () => holdThread())));
    },
  ],
])("%s lets a timer run after every pass that blocks the thread", async (_, run) => {
  expect(await countTimerTicks(run)).toBeGreaterThanOrEqual(9);
});

test("a decode ends within one pass when a timer aborts it", async () => {
  const { tokens, finishReason } = await generate(model, "a", { decoder, maxNewTokens: 100, signal: AbortSignal.timeout(1) }).result;
  expect(finishReason).toBe("abort");
  expect(tokens.length).toBeLessThanOrEqual(1);
});

test("many concurrent decodes share one turn of the event loop", async () => {
  holdThread();
  const first = turnIfDue();
  expect(first).toBeInstanceOf(Promise);
  expect(turnIfDue()).toBe(first);
  let timerHadItsTurn = false;
  setTimeout(() => (timerHadItsTurn = true), 0);
  holdThread();
  await first;
  await nextTurn();
  expect(timerHadItsTurn).toBe(true);
});
