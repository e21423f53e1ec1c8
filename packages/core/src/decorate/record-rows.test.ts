import { expect, test } from "vitest";
import { memoryModel } from "../testing/memory-model.ts";
import { RecordedRows } from "./record-rows.ts";

const ids = (digits: string): Int32Array => Int32Array.from(digits, Number);

/** Rows of the prefix, read as a decimal number, and the number of the row, from 0, over all passes. */
function numbered(prompt: string) {
  let count = 0;
  const logitsAfter = (prefix: Int32Array): Float32Array => Float32Array.of(Number(prefix.join("")), count++, 0, 0, 0, 0, 0, 0, 0, 0);
  const model = memoryModel({ vocabSize: 10, contextLength: 12, tree: true, logitsAfter });
  const rows = new RecordedRows(ids(prompt));
  const found = (tokens: string): number[] => [...(rows.rowAfter(ids(tokens)) ?? [])].slice(0, 2);
  return { rows, found, causal: rows.record(model) };
}

test("finds the rows of the last pass, of a chain or a tree, by their prefix", async () => {
  const { found, causal } = numbered("12");
  const session = await causal.createSession();
  await session.forward(ids("123"), { rows: 2 });
  expect([found("1"), found("12"), found("123"), found("124"), found("1234")]).toEqual([[], [12, 0], [123, 1], [], []]);
  await session.forwardTree!(ids("456"), Int32Array.of(-1, 0, 0));
  expect([found("1234"), found("12345"), found("12346"), found("1235")]).toEqual([[1234, 2], [12345, 3], [12346, 4], []]);
});

test("keeps rows that may still be asked for when their session goes on or ends, and forgets them with the commit that rules them out", async () => {
  const { rows, found, causal } = numbered("12");
  const session = await causal.createSession();
  await session.forward(ids("123"), { rows: "all" });
  await session.rewindTo(2);
  await session.forward(ids("45"), { rows: "all" });
  await session.dispose();
  expect([found("1"), found("12"), found("123"), found("124"), found("1245")]).toEqual([[], [12, 1], [123, 2], [124, 3], [1245, 4]]);
  rows.commit(ids("124"));
  expect([found("12"), found("123"), found("124"), found("1245")]).toEqual([[], [], [124, 3], [1245, 4]]);
});

test("of several rows after the same tokens, finds the newest that is still valid, then the newest that was kept", async () => {
  const { found, causal } = numbered("1");
  const [first, second] = [await causal.createSession(), await causal.createSession()];
  await first.forward(ids("12"));
  await second.forward(ids("12"));
  expect(found("12")).toEqual([12, 1]);
  await first.rewindTo(1);
  await first.forward(ids("2"));
  expect(found("12")).toEqual([12, 2]);
  await first.dispose();
  expect(found("12")).toEqual([12, 1]);
  await second.dispose();
  expect(found("12")).toEqual([12, 1]);
});
