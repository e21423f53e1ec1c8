import { expect, test } from "vitest";
import type { DecodeEvent } from "../contracts/decoder.ts";
import { compactEvent } from "./compact-event.ts";

const tokens = new Int32Array(100).subarray(10, 12);
const floats = new Float32Array(100).fill(0.5).subarray(10, 12);

test.each<[string, DecodeEvent]>([
  ["a commit", { type: "tokens-commit", start: 3, tokens }],
  ["a commit with log-probabilities", { type: "tokens-commit", start: 3, tokens, logProbabilities: floats }],
  ["a commit with alternatives", { type: "tokens-commit", start: 3, tokens, alternatives: { tokens, logProbabilities: floats } }],
  ["a proposal", { type: "tokens-propose", start: 3, tokens }],
  ["a proposal with probabilities", { type: "tokens-propose", start: 3, tokens, probabilities: floats }],
  ["a proposal with its tree", { type: "tokens-propose", start: 3, tokens, tree: { tokens, parents: tokens } }],
])("%s is equal, with arrays whose buffers hold nothing else", (_, event) => {
  const compact = compactEvent(event);
  expect(compact).toStrictEqual(event);
  const arrays = (Object.values(compact) as unknown[])
    .flatMap((value) => (typeof value === "object" && !ArrayBuffer.isView(value) ? (Object.values(value!) as unknown[]) : [value]))
    .filter((value) => ArrayBuffer.isView(value));
  for (const array of arrays) expect(array.buffer.byteLength).toBe(array.byteLength);
});

test("an event without arrays is unchanged", () => {
  const event: DecodeEvent = { type: "draft-verify", start: 1, drafted: 2, accepted: 1 };
  expect(compactEvent(event)).toBe(event);
});
