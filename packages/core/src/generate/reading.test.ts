import { describe, expect, test } from "vitest";
import type { DecodeEvent, Decoder } from "../contracts/decoder.ts";
import { InvalidOptionError, MissingModelError } from "../errors.ts";
import { generate } from "./generate.ts";
import { failingModel } from "../testing/failing-model.ts";

import { decoder, inChunks, PROMPT, read, resultOf, scripted } from "./scripted-for-tests.ts";

describe("reading", () => {
  test("runs nothing before something is read", async () => {
    const model = scripted("abc");
    const generation = generate(model, PROMPT, { decoder });
    await Promise.resolve();
    expect(model.causal.passes()).toEqual([]);
    await generation.result;
    expect(model.causal.passes().length).toBeGreaterThan(0);
  });

  test("decodes once for all readers, concurrent or later", async () => {
    const model = scripted("abc");
    const generation = generate(model, PROMPT, { decoder });
    const [texts, events, { text }] = await Promise.all([read(generation.textStream), read(generation.events), generation.result]);
    expect(texts.join("")).toBe(text);
    expect(model.causal.passes()).toHaveLength(4);
    expect(await read(generation.textStream)).toEqual(texts);
    expect(await read(generation.events)).toEqual(events);
    expect(await generation.result).toBe(await generation.result);
    expect(model.causal.passes()).toHaveLength(4);
  });

  test("a reader that leaves the only stream ends the decode with abort and disposes its session", async () => {
    const model = scripted("abcdef");
    const generation = generate(model, PROMPT, { decoder });
    for await (const piece of generation.textStream) if (piece === "b") break;
    expect(model.causal.openSessions()).toBe(0);
    expect(await generation.result).toMatchObject({ text: "ab", finishReason: "abort" });
    expect((await read(generation.events)).at(-1)).toEqual({ type: "decode-end", finishReason: "abort" });
  });

  test("a reader that leaves one of two streams, or a stream when the result is requested, does not end the decode", async () => {
    const generation = generate(scripted("abcdef"), PROMPT, { decoder });
    const events = read(generation.events);
    for await (const _ of generation.textStream) break;
    expect((await events).at(-1)).toEqual({ type: "decode-end", finishReason: "stop" });
    const other = generate(scripted("abcdef"), PROMPT, { decoder });
    const result = other.result;
    for await (const _ of other.textStream) break;
    expect(await result).toMatchObject({ text: "abcdef", finishReason: "stop" });
  });

  test("a reader that starts while the last one leaves sees the end", async () => {
    for (let ticks = 0; ticks < 20; ticks++) {
      const generation = generate(scripted("abcdef"), PROMPT, { decoder });
      const first = generation.events[Symbol.asyncIterator]();
      await first.next();
      await first.next();
      const leaving = first.return?.();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      const [events] = await Promise.all([read(generation.events), leaving]);
      expect(events.at(-1)?.type).toBe("decode-end");
      expect(await generation.result).toBeDefined();
    }
  });

  test("a signal ends the decode with the text so far", async () => {
    const controller = new AbortController();
    const generation = generate(scripted("abcdef"), PROMPT, { decoder, signal: controller.signal });
    for await (const piece of generation.textStream) if (piece === "c") controller.abort();
    expect(await generation.result).toMatchObject({ text: "abc", finishReason: "abort" });
  });

  test("two generations on one model do not disturb each other", async () => {
    const model = scripted("interleaved");
    const [first, second] = [generate(model, PROMPT, { decoder }), generate(model, PROMPT, { decoder: inChunks(3) })];
    const iterators = [first.textStream[Symbol.asyncIterator](), second.textStream[Symbol.asyncIterator]()] as const;
    const texts = ["", ""];
    for (let open = true; open;) {
      open = false;
      for (const [index, iterator] of iterators.entries()) {
        const next = await iterator.next();
        if (!next.done) [texts[index], open] = [texts[index] + next.value, true];
      }
    }
    expect(texts).toEqual(["interleaved", "interleaved"]);
    expect(model.causal.openSessions()).toBe(0);
  });
});

describe("errors", () => {
  test("reach every reader, after the text before them", async () => {
    const model = scripted("abcdef");
    const error = new Error("the device was lost");
    const generation = generate({ ...model, causal: failingModel(model.causal, { pass: 2, error }) }, PROMPT, { decoder });
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of generation.textStream) pieces.push(piece);
    })();
    await expect(reading).rejects.toBe(error);
    expect(pieces).toEqual(["a", "b"]);
    await expect(generation.result).rejects.toBe(error);
    await expect(read(generation.events)).rejects.toBe(error);
    expect(model.causal.openSessions()).toBe(0);
    expect(await resultOf(model)).toMatchObject({ text: "abcdef" });
  });

  test("are thrown at once for an invalid stop string and a missing model", () => {
    expect(() => generate(scripted("a"), PROMPT, { decoder, stopStrings: [""] })).toThrow(InvalidOptionError);
    const { causal: _, ...withoutModel } = scripted("a");
    expect(() => generate(withoutModel, PROMPT, { decoder })).toThrow(MissingModelError);
  });

  test("reach the reader for tokens outside the vocabulary", async () => {
    await expect(resultOf(scripted("a"), { stopTokens: [5, 9999] })).rejects.toMatchObject({ option: "stopTokens[1]", actual: 9999 });
    await expect(generate(scripted("a"), Int32Array.of(-1), { decoder }).result).rejects.toMatchObject({ option: "prompt[0]", actual: -1 });
  });

  test("are thrown for a decoder that ends without decode-end", async () => {
    const endless: Decoder<"causal"> = {
      ...decoder,
      async *decode(_, prompt): AsyncGenerator<DecodeEvent, void, void> {
        yield { type: "decode-start", promptLength: prompt.length };
      },
    };
    await expect(resultOf(scripted("a"), { decoder: endless })).rejects.toThrow("without decode-end");
  });
});
