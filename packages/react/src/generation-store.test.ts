import { autoregressive, defineDecoder, generate, greedySampler, type LanguageModel } from "@decodekit/core";
import { byteTokenizer, failingModel, memoryModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import type { AnyGeneration, GenerationState } from "./generation-state.ts";
import { GenerationStore } from "./generation-store.ts";
import { proposalsAfter } from "./proposals.ts";

const tokenizer = byteTokenizer();
const TEXT = "Hello, wörld! 👋";
const greedy = autoregressive({ name: "greedy", sampler: greedySampler });

/** A model that writes one text and ends. */
function writer(): LanguageModel & { readonly causal: ReturnType<typeof memoryModel> } {
  const script = [...tokenizer.encode(TEXT).subarray(1), tokenizer.endToken];
  const { vocabSize, endToken } = tokenizer;
  const logitsAfter = (prefix: Int32Array): Float32Array => {
    const token = script[prefix.length - 2]!;
    return new Float32Array(vocabSize).fill(1, token, token + 1);
  };
  return { name: "writer", causal: memoryModel({ vocabSize, contextLength: 64, logitsAfter }), tokenizer, stopTokens: [endToken] };
}
const PROMPT = tokenizer.encode("x");

async function statesOf(store: GenerationStore, run: (signal: AbortSignal) => AnyGeneration): Promise<readonly GenerationState[]> {
  const states: GenerationState[] = [];
  const end = store.subscribe(() => void states.push(store.state()));
  await store.start(run);
  end();
  return states;
}

test("shows the text as it grows, then the result", async () => {
  const store = new GenerationStore();
  const states = await statesOf(store, (signal) => generate(writer(), PROMPT, { decoder: greedy, signal }));
  expect(states[0]).toMatchObject({ status: "running", text: "", tokens: [] });
  for (const { text } of states) expect(TEXT.startsWith(text)).toBe(true);
  const last = states.at(-1)!;
  expect(last).toMatchObject({ status: "done", text: TEXT, proposals: [], error: undefined });
  expect(last.tokens).toEqual([...last.result!.tokens]);
  expect(last.statistics?.targetPasses).toBe(last.tokens.length + 1);
});

test("stop keeps what was written, and frees the session", async () => {
  const model = writer();
  const store = new GenerationStore();
  const running = store.start((signal) => generate(model, PROMPT, { decoder: slowly(), signal }));
  while (store.state().tokens.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  store.stop();
  expect(store.state().status).toBe("aborted");
  await running;
  expect(store.state()).toMatchObject({ status: "aborted" });
  expect(TEXT.startsWith(store.state().text) && store.state().text.length > 1).toBe(true);
  expect(model.causal.openSessions()).toBe(0);
});

test("another start aborts the decode that runs, which changes nothing any more", async () => {
  const model = writer();
  const store = new GenerationStore();
  const first = store.start((signal) => generate(model, PROMPT, { decoder: slowly(), signal }));
  const second = store.start((signal) => generate(model, PROMPT, { decoder: greedy, signal, maxNewTokens: 5 }));
  expect((await first)?.finishReason).toBe("abort");
  expect((await second)?.text).toBe("Hello");
  expect(store.state()).toMatchObject({ status: "done", text: "Hello" });
  expect(model.causal.openSessions()).toBe(0);
});

test.each<[string, (signal: AbortSignal) => AnyGeneration]>([
  ["of a pass", (signal) => generate(failing(), PROMPT, { decoder: greedy, signal })],
  ["of the call itself", () => generate(writer(), PROMPT, { decoder: greedy, maxNewTokens: -1 })],
])("an error %s is state, and the next decode works", async (_what, run) => {
  const store = new GenerationStore();
  expect(await store.start(run)).toBeUndefined();
  expect(store.state()).toMatchObject({ status: "failed", error: expect.any(Error) });
  expect((await store.start((signal) => generate(writer(), PROMPT, { decoder: greedy, signal })))?.text).toBe(TEXT);
  expect(store.state()).toMatchObject({ status: "done", error: undefined });
});

test("proposals follow proposals, withdrawals and commits", () => {
  const token = (position: number, id: number): object => ({ position, token: id, probability: undefined });
  let proposals = proposalsAfter([], { type: "tokens-propose", start: 3, tokens: Int32Array.of(7, 8, 9) });
  proposals = proposalsAfter(proposals, {
    type: "tokens-propose",
    start: 4,
    tokens: Int32Array.of(5),
    probabilities: Float32Array.of(0.5),
  });
  expect(proposals).toEqual([token(3, 7), { position: 4, token: 5, probability: 0.5 }, token(5, 9)]);
  expect(proposalsAfter(proposals, { type: "tokens-withdraw", start: 4 })).toEqual([token(3, 7)]);
  expect(proposalsAfter(proposals, { type: "tokens-commit", start: 3, tokens: Int32Array.of(7) })).toEqual([]);
});

function failing(): LanguageModel {
  const model = writer();
  return { ...model, causal: failingModel(model.causal, { pass: 2, error: new Error("out of memory") }) };
}

/** Greedy decoding with a pause before each token. */
function slowly() {
  return defineDecoder<"causal">({
    name: "slowly",
    requires: ["causal"],
    async *run(context) {
      const target = await context.openSession("causal");
      let input = context.tokens;
      for (;;) {
        const { session } = target;
        const logits = yield* target.forward(input, session.length === 0 ? "prefill" : "decode");
        const row = logits.row(0);
        input = Int32Array.of(row.indexOf(1));
        await new Promise((resolve) => setTimeout(resolve, 10));
        const finishReason = yield* context.commit(input);
        if (finishReason) return finishReason;
      }
    },
  });
}
