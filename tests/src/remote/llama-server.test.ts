import { testModel } from "@decodekit/conformance";
import { type CausalModel, type Decoder } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { collectDecode, NEAR_TIE, topTwoGap } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import { llamaServer } from "@decodekit/remote";
import { promptLookup, speculative, suffix, jacobi, lookahead } from "@decodekit/speculative";
import { topP } from "@decodekit/top-p";
import { afterAll, describe, expect, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { folderOf } from "../real-model/present-kinds.ts";
import { PROMPTS } from "./prompts.ts";

const url = process.env["DECODEKIT_LLAMA_SERVER"];

describe.runIf(url)("a llama-server", { timeout: 600_000 }, async () => {
  if (!url) return test("needs the server", () => undefined);
  const kind = KINDS.find(({ name }) => name === "fp32")!;
  const local = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
  afterAll(() => local.dispose());
  const model = await llamaServer({ url, tokenizer: local.tokenizer });
  console.log(model.facts, model.contextLength, model.vocabSize, model.capabilities);
  const prompts = PROMPTS.slice(0, Number(process.env["DECODEKIT_PROMPTS"] ?? 100)).map((messages) => local.chat!.encode(messages));

  describe("keeps the contract of causal models", () => {
    testModel(test, model, { tokens: prompts[0]!, tolerance: 1e-3 });
  });

  const decode = async (decoder: Decoder<"causal">, causal: CausalModel, prompt: Int32Array, seed = 0) =>
    (await collectDecode(decoder.decode({ causal }, prompt, { maxNewTokens: 32, seed, stopTokens: local.stopTokens }))).tokens;

  const ownGreedy = async (prompt: Int32Array): Promise<Int32Array> => {
    const body = {
      prompt: [...prompt],
      n_predict: 32,
      samplers: ["top_k"],
      top_k: 1,
      temperature: 0,
      return_tokens: true,
      cache_prompt: true,
    };
    const response = await fetch(`${url}/completion`, { method: "POST", body: JSON.stringify(body) });
    const { tokens } = (await response.json()) as { tokens: number[] };
    const end = tokens.findIndex((token) => local.stopTokens.includes(token));
    return Int32Array.from(end < 0 ? tokens : tokens.slice(0, end));
  };

  /** Returns the gap of the two best log-probabilities where two texts part. */
  const gapAt = async (prompt: Int32Array, a: Int32Array, b: Int32Array): Promise<number | undefined> => {
    const index = a.findIndex((token, place) => token !== b[place]);
    const place = index < 0 ? (a.length === b.length ? -1 : Math.min(a.length, b.length)) : index;
    if (place < 0) return undefined;
    const session = await model.createSession();
    const logits = await session.forward(Int32Array.of(...prompt, ...a.subarray(0, place)), { reads: { top: 2 } });
    const { logits: best } = logits.part!(0);
    return best[0]! - best[1]!;
  };

  const drafters = { "prompt lookup": promptLookup, suffix, jacobi, lookahead } as const;

  test.each(["greedy", ...Object.keys(drafters)])("%s writes the server's own greedy text", async (name) => {
    const gaps: number[] = [];
    let [passes, tokens] = [0, 0];
    const before = model.usage();
    for (const prompt of prompts) {
      const own = await ownGreedy(prompt);
      const decoder = name === "greedy" ? greedy() : speculative({ drafter: drafters[name as "suffix"]() });
      const { tokens: written, events } = await collectDecode(
        decoder.decode({ causal: model }, prompt, { maxNewTokens: 32, stopTokens: local.stopTokens }),
      );
      passes += events.filter(({ type }) => type === "forward-end").length;
      tokens += written.length;
      const gap = await gapAt(prompt, own, written);
      if (gap !== undefined) gaps.push(gap);
    }
    const after = model.usage();
    console.log(name, `${prompts.length - gaps.length} of ${prompts.length} same`, {
      gaps,
      passes,
      tokens,
      sent: after.tokensSent - before.tokensSent,
      reused: after.tokensReused! - before.tokensReused!,
      bytes: after.bytesReceived - before.bytesReceived,
    });
    expect(gaps.every((gap) => gap < 0.02)).toBe(true);
  });

  test.each([greedy(), topP({ p: 0.9, temperature: 0.7 })])("$name writes the local text", async (decoder) => {
    const gaps: number[] = [];
    for (const [seed, prompt] of prompts.entries()) {
      const [here, there] = [await decode(decoder, local.causal, prompt, seed), await decode(decoder, model, prompt, seed)];
      const gap = await gapAt(prompt, here, there);
      if (gap !== undefined) gaps.push(gap);
    }
    console.log(decoder.name, `${prompts.length - gaps.length} of ${prompts.length} same`, gaps);
  });
});
void NEAR_TIE;
void topTwoGap;
