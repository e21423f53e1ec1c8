import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { gapsOf, partingOf } from "./parting.ts";
import { openResultLines } from "./result-lines.ts";

test("texts part at the first token that differs, or where one ends", () => {
  const gaps = [0.5, 0.25, 0.125];
  expect(partingOf([1, 2, 3], [1, 2, 3], gaps)).toBeUndefined();
  expect(partingOf([1, 2, 3], [1, 4, 3], gaps)).toEqual({ position: 1, gap: 0.25 });
  expect(partingOf([1, 2, 3], [1, 2], gaps)).toEqual({ position: 2, gap: 0.125 });
  expect(partingOf([1, 2, 3], [1, 2, 3, 4], gaps)).toEqual({ position: 3, gap: undefined });
});

test("gaps are those of the two likeliest tokens", () => {
  const logProbabilities = Float32Array.of(-0.5, -1.5, -0.25, -0.25);
  expect(gapsOf({ tokens: Int32Array.of(4, 2, 1, 7), logProbabilities })).toEqual([1, 0]);
});

test("results are kept line by line, also after a line that was cut short", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "decodekit-results-"));
  const file = path.join(folder, "results.jsonl");
  openResultLines<number>(file).add("a", 1);
  writeFileSync(file, `${readFileSync(file, "utf8")}{"key":"b","res`);
  const again = openResultLines<number>(file);
  expect([again.get("a"), again.get("b")]).toEqual([1, undefined]);
  again.add("b", 2);
  const last = openResultLines<number>(file);
  expect([last.get("a"), last.get("b")]).toEqual([1, 2]);
  rmSync(folder, { recursive: true });
});
