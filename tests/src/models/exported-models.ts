import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Execution } from "@decodekit/core/onnx";
import { describe, test } from "vitest";
import { CACHE } from "../support/cache.ts";
import { type ExportCase, TOLERANCES } from "./export-cases.ts";

const FOLDER = path.join(CACHE, "exported-models");

/** Whether Python has made the exports. */
const hasExports = existsSync(path.join(FOLDER, "scripts.sha256"));
if (!hasExports) console.log(`skipped: no exported models in ${FOLDER}; scripts/python-models.mjs makes them where Python is`);

/** Defines tests of exports, or one skipped test whose name says why. */
export function describeExports(name: string, define: () => void): void {
  if (hasExports) describe(name, define);
  else test.skip(`${name}: Python has not exported the models`);
}

/** Tokens, and the logits of all rows that transformers computes for them on the same weights. */
export interface Golden {
  readonly tokens: Int32Array;
  readonly vocabSize: number;
  /** Row after row, rows × vocabSize. */
  readonly logits: Float32Array;
  readonly largestLogit: number;
  /** The tokens that follow, as far as each leads clearly. Empty for masked models. */
  readonly greedy: readonly number[];
  readonly maskTokenId: number | undefined;
}

export function folderOf({ name }: Pick<ExportCase, "name">): string {
  return path.join(FOLDER, name);
}

export function readGolden(each: ExportCase): Golden {
  const folder = folderOf(each);
  const { tokens, vocabSize, greedy = [], maskTokenId } = JSON.parse(readFileSync(path.join(folder, "golden.json"), "utf8"));
  const logits = new Float32Array(Uint8Array.from(readFileSync(path.join(folder, "golden.f32"))).buffer);
  const largestLogit = logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  return { tokens: Int32Array.from(tokens), vocabSize, logits, largestLogit, greedy, maskTokenId };
}

/** Returns the largest allowed difference of a logit to the golden ones. */
export function allowedDifference({ tolerance }: ExportCase, { largestLogit }: Golden, execution: Execution): number {
  return (tolerance?.[execution as "native" | "wasm"] ?? TOLERANCES.float32) * largestLogit;
}

/** Returns the largest difference between `row` and row `index` of the golden logits. */
export function differenceOf(row: Float32Array, { logits, vocabSize }: Golden, index: number): number {
  const expected = logits.subarray(index * vocabSize, (index + 1) * vocabSize);
  return row.reduce((most, logit, token) => Math.max(most, Math.abs(logit - expected[token]!)), 0);
}
