import { expect, test, vi } from "vitest";
import type { Decoder } from "../contracts/decoder.ts";
import { awaitDecoder } from "./await-decoder.ts";

const decoder: Decoder = {
  name: "own",
  requires: ["causal"],
  decode: () => {
    throw new Error("not called");
  },
};

test("a decoder that is created in time is returned, and the signal's listener is removed", async () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  expect(await awaitDecoder("own", async () => decoder, signal)).toBe(decoder);
  await Promise.resolve();
  expect(removed.mock.calls).toEqual([["abort", added.mock.calls[0]![1]]]);
});

test("an error of create is passed on", async () => {
  const error = new RangeError("no such option");
  await expect(awaitDecoder("own", () => Promise.reject(error), new AbortController().signal)).rejects.toBe(error);
});

test.each(["before", "meanwhile"])("aborted %s, it returns a decoder that requires nothing and decodes nothing", async (when) => {
  const controller = new AbortController();
  const create = vi.fn<() => Promise<Decoder>>(() => Promise.reject(new Error("too late")));
  const never = vi.fn<() => Promise<Decoder>>(() => new Promise(() => undefined));
  if (when === "before") controller.abort();
  const awaited = awaitDecoder("own", when === "before" ? create : never, controller.signal);
  controller.abort();
  const given = await awaited;
  expect([given.name, given.requires]).toEqual(["own", []]);
  expect([create.mock.calls.length, never.mock.calls.length]).toEqual([0, when === "before" ? 0 : 1]);
  const events = [];
  for await (const event of given.decode({} as Parameters<Decoder["decode"]>[0], Int32Array.of(1, 2), { maxNewTokens: 5 }))
    events.push(event);
  expect(events).toEqual([
    { type: "decode-start", promptLength: 2 },
    { type: "decode-end", finishReason: "abort" },
  ]);
});
