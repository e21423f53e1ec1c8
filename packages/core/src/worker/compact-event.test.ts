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
])("%s is equal, with arrays whose buffers hold nothing else", (_, event) => {
  const compact = compactEvent(event);
  expect(compact).toStrictEqual(event);
  const values = Object.values(compact) as unknown[];
  for (const value of [...values, ...Object.values("alternatives" in compact ? compact.alternatives! : {})] as unknown[])
    if (ArrayBuffer.isView(value)) expect(value.buffer.byteLength).toBe(value.byteLength);
});

test("an event without arrays is unchanged", () => {
  const event: DecodeEvent = { type: "draft-verify", start: 1, drafted: 2, accepted: 1 };
  expect(compactEvent(event)).toBe(event);
});
