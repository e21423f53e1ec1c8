import { generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative, suffix } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { CONVERSATIONS, KINDS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

// On native, the 8-bit file returns the same bits for a row however its tokens are read, so that speculation is exact.

const kind = KINDS.find(({ name }) => name === "q8")!;

/** Returns a number for each row of `tokens`, read in passes of these lengths in turn, that another row would hardly have. */
async function fingerprints({ causal }: OnnxLanguageModel, tokens: Int32Array, lengths: readonly number[]): Promise<number[]> {
  const session = await causal.createSession();
  const found: number[] = [];
  for (let pass = 0; found.length < tokens.length; pass++) {
    const logits = await session.forward(tokens.subarray(found.length, found.length + lengths[pass % lengths.length]!), { rows: "all" });
    for (let row = 0; row < logits.rows; row++) {
      const { buffer, byteOffset, length } = logits.row(row);
      found.push(new Uint32Array(buffer, byteOffset, length).reduce((hash, bits) => (Math.imul(hash, 31) + bits) | 0, 7));
    }
  }
  await session.dispose();
  return found;
}

describe.runIf(arePresent)("SmolLM2-135M-Instruct in 8 bits on native", { timeout: 600_000 }, () => {
  test("has the same rows bit for bit however they are read", async () => {
    const model = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile, threads: 2 });
    expect(model.causal.capabilities.rowConsistency).toBe("exact");
    const tokens = model.tokenizer.encode(CONVERSATIONS.map(({ messages }) => model.chat!.render(messages)).join("")).subarray(0, 160);
    const single = await fingerprints(model, tokens, [1]);
    for (const lengths of [[5, 1, 17, 2, 33, 9, 3, 49], [100, 7], [160]])
      expect(await fingerprints(model, tokens, lengths)).toEqual(single);
    await model.dispose();
  });

  test("drafts change no text", async () => {
    const model = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
    for (const { messages } of CONVERSATIONS.slice(0, 4)) {
      const { tokens } = await generate(model, messages, { decoder: greedy(), maxNewTokens: 16 }).result;
      for (const drafter of [promptLookup(), suffix()])
        for (const draftLength of [3, "auto"] as const) {
          const drafted = await generate(model, messages, { decoder: speculative({ drafter, draftLength }), maxNewTokens: 16 }).result;
          expect([...drafted.tokens]).toEqual([...tokens]);
        }
    }
    await model.dispose();
  });
});
