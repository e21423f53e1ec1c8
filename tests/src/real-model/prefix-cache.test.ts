import { type ChatMessage, type Decoder, generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { withPrefixCache, type WithPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative } from "@decodekit/speculative";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { memoryOf, type WatchedGraphs, watchGraphs } from "../support/watch-graphs.ts";
import { KINDS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

// What a conversation with a chat model costs with a prefix cache: positions that the runtime read, and tensors that are held.

const kind = KINDS.find(({ name }) => name === "fp32")!;
/** Keys and values of 30 layers. */
const TENSORS = 60;
/** Of 3 heads of 64 numbers in each tensor. */
const BYTES_PER_POSITION = TENSORS * 3 * 64 * 4;
const LIMIT = 300 * 2 ** 20;

const question = (topic: string): ChatMessage => ({ role: "user", content: `Say one sentence about ${topic}.` });

/** A text of many sentences, none of which is like another. */
function notes(sentences: number): string {
  const line = (index: number): string =>
    `Note ${index}: visitor ${(index * 37) % 101} of room ${(index * 53) % 89} left at ${index % 24}:00.`;
  return Array.from({ length: sentences }, (_, index) => line(index)).join(" ");
}

describe.runIf(arePresent)("a conversation with SmolLM2-135M-Instruct", { timeout: 900_000 }, () => {
  let watched: WatchedGraphs;
  let loaded: OnnxLanguageModel;
  let model: WithPrefixCache<OnnxLanguageModel>;
  beforeEach(async () => {
    watched = await watchGraphs();
    loaded = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
    model = withPrefixCache(loaded, { maxBytes: LIMIT });
    watched.forgetPasses();
  });
  afterEach(async () => {
    await model.dispose();
    expect(watched.heldTensors()).toEqual([]);
    vi.restoreAllMocks();
  });

  const answer = async (messages: readonly ChatMessage[], decoder: Decoder, maxNewTokens = 12): Promise<string> =>
    (await generate(model, messages, { decoder, maxNewTokens }).result).text;
  const positionsRead = (): number => watched.positions.reduce((sum, count) => sum + count, 0);
  const heldBytes = (): number => watched.heldTensors().reduce((sum, tensor) => sum + memoryOf(tensor), 0);

  test("of 1500 tokens: the second turn reads its own tokens only, with the same answer", async () => {
    const messages: ChatMessage[] = [{ role: "user", content: `${notes(66)} How many notes are there?` }];
    const first = model.chat!.encode(messages).length;
    messages.push({ role: "assistant", content: await answer(messages, greedy()) });
    expect(positionsRead()).toBeGreaterThanOrEqual(first);
    messages.push(question("room 12"));
    const prompt = model.chat!.encode(messages);
    expect(prompt.length).toBeGreaterThan(1500);
    watched.forgetPasses();
    const text = await answer(messages, greedy());
    // The first pass reads what follows the last token of the answer that was read: that answer's last token, and the new message.
    const added = prompt.length - first;
    expect(watched.positions[0]).toBeLessThan(added);
    expect(positionsRead()).toBeLessThan(added + 12);
    expect(model.prefixCache.statistics().positionsReused).toBe(prompt.length - watched.positions[0]!);
    watched.forgetPasses();
    expect(await answer(messages, speculative({ drafter: promptLookup(), draftLength: 3 }))).toBe(text);
    expect(watched.positions[0]).toBeLessThan(added);
    const plain = await generate(loaded, messages, { decoder: greedy(), maxNewTokens: 12 }).result;
    expect(text).toBe(plain.text);
  });

  test("of 16 turns, 8 aborted decodes and 4 forks at 2048 tokens: memory is where it was", async () => {
    const messages: ChatMessage[] = [{ role: "user", content: `${notes(76)} Remember all of it.` }];
    for (let turn = 0; turn < 16; turn++) {
      messages.push({ role: "assistant", content: await answer(messages, greedy(), 4) }, question(`room ${turn}`));
      // One sequence, since each turn goes on from the one before, and what its last pass added.
      expect(watched.heldTensors().length).toBeLessThanOrEqual(2 * TENSORS);
      expect(model.prefixCache.statistics().bytes).toBe(heldBytes());
    }
    const start = model.chat!.encode(messages).subarray(0, 2040);
    expect(start).toHaveLength(2040);
    await generate(model, start, { decoder: greedy(), maxNewTokens: 1 }).result;
    const before = [watched.heldTensors().length, heldBytes()];
    for (let decode = 0; decode < 8; decode++) {
      const controller = new AbortController();
      watched.atRun = () => controller.abort(new Error("enough"));
      const { finishReason } = await generate(model, start, { decoder: greedy(), maxNewTokens: 4, signal: controller.signal }).result;
      expect(finishReason).toBe("abort");
    }
    const session = await model.causal.createSession();
    await session.forward(start);
    const forks = await Promise.all(Array.from({ length: 4 }, () => session.fork!()));
    for (const [index, fork] of forks.entries()) {
      await fork.forward(Int32Array.of(1000 + index));
      await fork.dispose();
    }
    await session.dispose();
    const kept = model.prefixCache.statistics();
    expect(kept.bytes).toBeLessThanOrEqual(LIMIT);
    expect(heldBytes()).toBe(kept.bytes);
    expect(kept.bytes).toBeGreaterThan(2000 * BYTES_PER_POSITION);
    await model.prefixCache.clear();
    expect(heldBytes()).toBe(0);
    await generate(model, start, { decoder: greedy(), maxNewTokens: 1 }).result;
    expect(heldBytes()).toBeLessThanOrEqual(before[1]!);
  });
});
