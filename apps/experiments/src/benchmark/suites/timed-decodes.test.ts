import { expect, test } from "vitest";
import { type Contender, digestOf, MissingPeerError } from "../contenders/contender.ts";
import type { Place } from "../place/place.ts";
import type { Row } from "../rows.ts";
import type { SuiteContext } from "../suite.ts";
import { type DecodeCase, shuffled, timedDecodes } from "./timed-decodes.ts";

const settings = { folder: "", embedded: true, threads: 1, tokens: 8, prompts: 1, quick: false };

/** A context without a model: what contenders do with it is up to them. */
function contextWith(done: readonly string[]): SuiteContext {
  const place = { collectGarbage: () => undefined } as unknown as Place;
  return { settings, where: "native", file: "", place, peers: [], pairs: 1, isDone: (key) => done.includes(key) };
}

/** A contender that writes down what is asked of it. */
function scripted(name: string, log: string[]): Contender {
  return {
    name,
    async open() {
      log.push(`open ${name}`);
      return {
        decode: async ({ tokens }, { maxNewTokens }) => {
          log.push(`${name} ${tokens.length}+${maxNewTokens}`);
          return { tokens: maxNewTokens, firstTokenMilliseconds: 1, milliseconds: 2 };
        },
        close: async () => void log.push(`close ${name}`),
      };
    },
  };
}

const caseOf = (length: number): DecodeCase => {
  return { name: String(length), prompt: { tokens: new Int32Array(length), text: "" }, limits: { maxNewTokens: 8, stopTokens: [] } };
};

async function keysOf(rows: AsyncIterable<Row>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of rows) keys.push(key);
  return keys;
}

test("one contender at a time has the model in memory, and warms up with a few tokens that do not count", async () => {
  const log: string[] = [];
  const keys = await keysOf(timedDecodes(contextWith([]), [scripted("a", log), scripted("b", log)], [[caseOf(32), caseOf(64)]]));
  expect(keys.toSorted()).toEqual(["a/0/32", "a/0/64", "b/0/32", "b/0/64"]);
  const each = (name: string): string[] => [`open ${name}`, `${name} 16+4`, `${name} 32+8`, `${name} 64+8`, `close ${name}`];
  expect([
    [...each("a"), ...each("b")],
    [...each("b"), ...each("a")],
  ]).toContainEqual(log);
});

test("rows of an earlier run are not measured again, and a contender without any left is not opened", async () => {
  const log: string[] = [];
  const context = contextWith(["a/0/32", "b/0/32", "b/0/64"]);
  const keys = await keysOf(timedDecodes(context, [scripted("a", log), scripted("b", log)], [[caseOf(32), caseOf(64)]]));
  expect(keys).toEqual(["a/0/64"]);
  expect(log).toEqual(["open a", "a 16+4", "a 64+8", "close a"]);
});

test("a peer that is not there gives a row that says why", async () => {
  const missing: Contender = { name: "a", open: () => Promise.reject(new MissingPeerError("no file")) };
  const rows: Row[] = [];
  for await (const row of timedDecodes(contextWith([]), [missing], [[caseOf(32)]])) rows.push(row);
  expect(rows).toEqual([{ key: "a/missing", contender: "a", missing: "no file" }]);
});

test("any other failure of a contender ends the suite", async () => {
  const broken: Contender = { name: "a", open: () => Promise.reject(new Error("broken")) };
  await expect(keysOf(timedDecodes(contextWith([]), [broken], [[caseOf(32)]]))).rejects.toThrow("broken");
});

test("an order depends on its seed only, and all orders come about", () => {
  expect(shuffled(["a", "b", "c"], 7)).toEqual(shuffled(["a", "b", "c"], 7));
  const orders = new Set(Array.from({ length: 100 }, (_, seed) => shuffled(["a", "b", "c"], seed).join("")));
  expect(orders.size).toBe(6);
});

test("a digest tells texts apart, by their order too", () => {
  // The offset basis of FNV-1a is the hash of nothing.
  expect(digestOf([])).toBe("811c9dc5");
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
  expect(digestOf([256])).not.toBe(digestOf([1]));
});
