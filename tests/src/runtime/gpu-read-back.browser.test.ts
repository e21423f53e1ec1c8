import { collectDecode } from "@decodekit/core/testing";
import { type DecodeEvent, type Decoder, generate, type LogitsProcessor, type ModelSet } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { withProcessors } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { ddtree, draftModel, gumbelSampling, jacobi, judgedTree, promptLookup, speculative } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";
import { topP, topPSampler } from "@decodekit/top-p";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countingModel } from "../support/counting-graph.ts";
import { countReadBack, type ReadBack } from "../support/count-read-back.ts";
import { onWholeRows } from "../support/whole-rows.ts";

const ROW_BYTES = 4096 * 4;
let model: OnnxLanguageModel;
let readBack: ReadBack;
let prompt: Int32Array;

beforeAll(async () => {
  model = await loadModel(stories, { execution: "webgpu" });
  readBack = await countReadBack();
  prompt = model.tokenizer.encode("Once upon a time, there was a little");
});

afterAll(async () => {
  await model.dispose();
  expect(readBack.live()).toEqual([]);
});

/** Decodes with the model's sessions as they are or on whole rows. The times of the events are 0. */
async function decode(decoder: Decoder, reads: "parts" | "whole rows", maxNewTokens = 8, seed = 3): Promise<readonly DecodeEvent[]> {
  const causal = reads === "parts" ? model.causal : onWholeRows(model.causal);
  const models = { causal, masked: model.masked, draft: causal } as ModelSet;
  const { events } = await collectDecode(decoder.decode(models, prompt, { maxNewTokens, seed }));
  return events.map((event) => (event.type === "forward-end" ? { ...event, milliseconds: 0 } : event));
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
const sampler = topPSampler({ p: 0.9, temperature: 0.8 });
/** Eight candidates after every token, in place of what longer texts make known. */
const prior = { after: () => Array.from({ length: 8 }, (_, index) => ({ token: 200 + index, logProbability: -2.1 - index })) };
const decoders: Readonly<Record<string, () => Decoder>> = {
  greedy: () => greedy(),
  "top-p": () => topP({ p: 0.9, temperature: 0.8 }),
  "top-p, flat": () => topP({ p: 0.95, temperature: 1.3 }),
  "speculative with jacobi": () => speculative({ drafter: jacobi() }),
  "speculative with prompt lookup, sampling": () => speculative({ drafter: promptLookup(), sampler }),
  "speculative with jacobi and gumbel": () => speculative({ drafter: jacobi(), verify: "gumbel", sampler }),
  "speculative with a draft model and ratio": () => speculative({ drafter: draftModel(), verify: "ratio", draftLength: 2, sampler }),
  "speculative with a draft model and block": () => speculative({ drafter: draftModel(), verify: "block", draftLength: 2, sampler }),
  "speculative with ddtree": () => speculative({ drafter: ddtree(), draftLength: 4 }),
  "judged tree": () => judgedTree({ natsPerToken: 0, nodes: 8, rowCost: 0, prior }),
  "gumbel sampling": () => gumbelSampling({ sampler }),
};

describe("rows that are read back from the GPU in part", () => {
  test.each(Object.keys(decoders))("yield the events of whole rows: %s", async (name) => {
    expect(await decode(decoders[name]!(), "parts")).toEqual(await decode(decoders[name]!(), "whole rows"));
  });

  test("greedy decoding reads at most 64 bytes per token, those of the runtime included", async () => {
    readBack.take();
    await decode(decoders.greedy!(), "parts");
    const { logits, others } = readBack.take();
    console.log(`greedy, 8 tokens: logits ${sum(logits)} bytes, the runtime ${sum(others)}`);
    expect(logits).toEqual(Array.from({ length: 8 }, () => 16));
    expect(sum(logits) + sum(others)).toBeLessThanOrEqual(8 * 64);
    await decode(decoders.greedy!(), "whole rows");
    expect(readBack.take().logits).toEqual(Array.from({ length: 8 }, () => ROW_BYTES));
  });

  test("speculative greedy decoding reads 16 bytes per row", async () => {
    readBack.take();
    const events = await decode(decoders["speculative with jacobi"]!(), "parts");
    const rows = events.flatMap((event) => (event.type !== "forward-end" ? [] : [event.phase === "prefill" ? 1 : event.positions]));
    expect(readBack.take().logits).toEqual(rows.map((count) => 16 * count));
  });

  test("a judged tree that is lossless reads 72 bytes per row", async () => {
    readBack.take();
    const events = await decode(decoders["judged tree"]!(), "parts");
    const rows = events.flatMap((event) => (event.type !== "forward-end" ? [] : [event.phase === "prefill" ? 1 : event.positions]));
    expect(Math.max(...rows)).toBe(9);
    expect(readBack.take().logits).toEqual(rows.map((count) => 72 * count));
  });

  test("a nucleus token reads at most 2 kB, and a whole row where that does not decide", async () => {
    readBack.take();
    await decode(decoders["top-p"]!(), "parts", 32);
    const { logits, others } = readBack.take();
    const wholeRows = logits.filter((size) => size === ROW_BYTES);
    const parts = logits.filter((size) => size !== ROW_BYTES);
    console.log(`top-p, 32 tokens: ${sum(parts)} bytes, and ${wholeRows.length} whole rows; the runtime ${sum(others)}`);
    expect(parts).toEqual(Array.from({ length: 32 }, () => 1032));
    expect(wholeRows.length).toBeLessThanOrEqual(3);
    expect(1032 + sum(others) / 32).toBeLessThanOrEqual(2048);
  });

  test("a nucleus larger than a part reads every whole row, and is the same", async () => {
    readBack.take();
    const flat = topP({ p: 0.999, temperature: 3 });
    const events = await decode(flat, "parts", 6);
    expect(readBack.take().logits).toEqual(Array.from({ length: 6 }, () => [1032, ROW_BYTES]).flat());
    expect(events).toEqual(await decode(flat, "whole rows", 6));
  });

  test("processors and log-probabilities read whole rows, and yield what they do on whole rows", async () => {
    const processors: readonly LogitsProcessor[] = [(row, { tokens }) => void (row[tokens.at(-1)!]! -= 5)];
    const options = { decoder: greedy(), maxNewTokens: 4, logProbabilities: 3, processors };
    readBack.take();
    const parts = await generate(model, prompt, options).result;
    expect(readBack.take().logits).toEqual(Array.from({ length: 4 }, () => ROW_BYTES));
    const whole = await generate({ ...model, causal: onWholeRows(model.causal) }, prompt, options).result;
    expect({ ...parts, statistics: undefined }).toEqual({ ...whole, statistics: undefined });
    const processed = withProcessors(model.causal, processors);
    const { events } = await collectDecode(greedy().decode({ causal: processed }, prompt, { maxNewTokens: 4 }));
    const tokens = events.flatMap((event) => (event.type === "tokens-commit" ? [...event.tokens] : []));
    expect(tokens).toEqual([...parts.tokens]);
  });

  test("a whole row can be read until the session's next pass or its end, also after a rewind", async () => {
    const session = await model.causal.createSession();
    const reads = { top: 3, temperature: 1 };
    const expected = (await session.forward(prompt, { rows: 2 })).row(0).slice();
    await session.rewindTo(0);
    const logits = await session.forward(prompt, { rows: 2, reads });
    expect(() => logits.row(0)).toThrow("await readRow(index) first");
    expect(logits.part!(0).tokens).toHaveLength(3);
    await session.rewindTo(2);
    expect(await logits.readRow!(0)).toEqual(expected);
    expect(logits.row(0)).toEqual(expected);
    const next = await session.forward(prompt.subarray(2), { reads });
    await expect(logits.readRow!(1)).rejects.toMatchObject({ code: "DISPOSED" });
    const tree = await session.forwardTree!(Int32Array.of(5, 6), Int32Array.of(-1, 0), { reads });
    await expect(next.readRow!(0)).rejects.toMatchObject({ code: "DISPOSED" });
    await session.keepPath!(Int32Array.of(0));
    expect(await tree.readRow!(1)).toHaveLength(4096);
    await expect(session.forward(prompt, { reads: { top: 0 } })).rejects.toThrow("reads.top must be an integer >= 1");
    await session.dispose();
    await expect(tree.readRow!(0)).rejects.toMatchObject({ code: "DISPOSED" });
  });

  test("200 decodes create no more buffers than the first ones", async () => {
    const small = await loadModel(countingModel(), { execution: "webgpu" });
    const decodeSmall = async (seed: number): Promise<void> => {
      const decoder = seed % 2 === 0 ? greedy() : topP({ p: 0.9, temperature: 2 });
      await collectDecode(decoder.decode({ causal: small.causal }, Int32Array.of(1, 2), { maxNewTokens: 4, seed }));
    };
    for (let seed = 0; seed < 8; seed++) await decodeSmall(seed);
    const [created, live] = [readBack.created(), readBack.live()];
    for (let seed = 0; seed < 200; seed++) await decodeSmall(seed);
    expect(readBack.created()).toBe(created);
    expect(readBack.live()).toEqual(live);
    await small.dispose();
  });
});
