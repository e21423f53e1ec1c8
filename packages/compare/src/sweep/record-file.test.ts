import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CellRecord, Outcome } from "./record.ts";
import { RecordFile } from "./record-file.ts";
import { SweepError } from "./sweep-error.ts";
import { fileOf, recordsIn } from "./sweep-for-tests.ts";

const record = (key: string, text = "text"): CellRecord => ({
  type: "cell",
  key,
  outcome: { text } as Outcome,
  times: { prefillMilliseconds: 1, decodeMilliseconds: 2, timeToFirstTokenMilliseconds: null, tokensPerSecond: null },
  worker: "here:1",
});

test("what was written is there when the file is opened again", async () => {
  const first = await RecordFile.open(fileOf("again"));
  expect(await first.put(record("a"))).toBe("stored");
  await first.close();
  const second = await RecordFile.open(fileOf("again"));
  expect([second.has("a"), second.has("b")]).toEqual([true, false]);
  expect(await second.put(record("b"))).toBe("stored");
  await second.close();
  expect(await recordsIn("again")).toEqual([record("a"), record("b")]);
});

test("a second record of a cell is kept only if its outcome is another", async () => {
  const file = await RecordFile.open(fileOf("twice"));
  expect(await file.put(record("a"))).toBe("stored");
  expect(await file.put({ ...record("a"), worker: "there:2", times: { ...record("a").times, decodeMilliseconds: 9 } })).toBe("same");
  expect(await file.put(record("a", "other"))).toBe("different");
  await file.close();
  expect(await recordsIn("twice")).toEqual([record("a"), record("a", "other")]);
});

test("a failure does not stand for a result, and gives way to one", async () => {
  const failure = { type: "failure", key: "a", error: "Error", message: "no", worker: "here:1" } as const;
  const file = await RecordFile.open(fileOf("failure"));
  expect(await file.put(failure)).toBe("stored");
  expect(file.has("a")).toBe(false);
  expect(await file.put(record("a"))).toBe("stored");
  expect(file.has("a")).toBe(true);
  expect(await file.put(failure)).toBe("same");
  await file.close();
  expect(await recordsIn("failure")).toEqual([failure, record("a")]);
});

test("wherever the last line was cut short, the records before it are there and the next one is whole", async () => {
  const file = await RecordFile.open(fileOf("whole"));
  await file.put(record("a"));
  await file.put(record("b"));
  await file.close();
  const bytes = readFileSync(fileOf("whole"));
  const end = bytes.indexOf("\n") + 1;
  for (let length = end; length <= bytes.length; length += 7) {
    writeFileSync(fileOf("cut"), bytes.subarray(0, length));
    const again = await RecordFile.open(fileOf("cut"));
    // A line without its line break is whole.
    expect([again.has("a"), again.has("b")]).toEqual([true, length >= bytes.length - 1]);
    await again.put(record("c"));
    await again.close();
    const keys = (await recordsIn("cut")).map((each) => (each as CellRecord).key);
    expect(keys).toEqual(length >= bytes.length - 1 ? ["a", "b", "c"] : ["a", "c"]);
  }
});

test("two that write at once keep each other's records", async () => {
  const files = await Promise.all([RecordFile.open(fileOf("both")), RecordFile.open(fileOf("both"))]);
  const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);
  await Promise.all(files.flatMap((file, who) => keys.map((key) => file.put(record(`${key}-${who}`, "x".repeat(3000))))));
  await Promise.all(files.map((file) => file.close()));
  expect(new Set((await recordsIn("both")).map((each) => (each as CellRecord).key)).size).toBe(400);
});

test("lines that are not records do not count", async () => {
  const file = await RecordFile.open(fileOf("damaged"));
  await file.put(record("a"));
  await file.close();
  appendFileSync(fileOf("damaged"), 'null\n3\n{"type":"other"}\nnonsense\n');
  expect(await recordsIn("damaged")).toEqual([record("a")]);
});

test("a place that cannot be written is an error that names it", async () => {
  mkdirSync(fileOf("folder"));
  await expect(RecordFile.open(fileOf("folder"))).rejects.toThrow(SweepError);
  await expect(RecordFile.open(fileOf("folder"))).rejects.toThrow(`${fileOf("folder")} cannot be opened for results`);
  await expect(RecordFile.open(fileOf("none/file"))).rejects.toThrow("ENOENT");
});
