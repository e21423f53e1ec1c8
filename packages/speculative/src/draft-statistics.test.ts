import type { DecodeEvent, ForwardPhase } from "@decodekit/core";
import { expect, test } from "vitest";
import { draftStatistics } from "./draft-statistics.ts";

const pass = (phase: ForwardPhase, milliseconds: number): DecodeEvent => ({
  type: "forward-end",
  model: "causal",
  phase,
  positions: 1,
  milliseconds,
});
const verify = (drafted: number, accepted: number): DecodeEvent => ({ type: "draft-verify", start: 3, drafted, accepted });
const commit = (length: number): DecodeEvent => ({ type: "tokens-commit", start: 3, tokens: new Int32Array(length) });

test("counts rounds, tokens by position, times by phase and speed-ups", () => {
  const counter = draftStatistics();
  const events = [
    pass("prefill", 50),
    commit(1),
    pass("decode", 10),
    commit(1),
    pass("draft", 2),
    pass("verify", 12),
    verify(3, 3),
    commit(4),
    pass("draft", 2),
    pass("verify", 12),
    verify(3, 1),
    commit(2),
  ];
  for (const event of events) counter.add(event);
  const statistics = counter.statistics();
  expect(statistics).toMatchObject({ rounds: 2, drafted: 6, accepted: 4, acceptanceRate: 4 / 6, meanAcceptedLength: 3 });
  expect(statistics.acceptanceByPosition).toEqual([1, 0.5, 0.5]);
  expect(statistics.millisecondsByPhase).toEqual({ prefill: 50, decode: 10, draft: 4, verify: 24, refine: 0 });
  // 7 tokens after the first in 38 ms, a plain pass takes 10 ms; 4 of the 5 reached tokens were accepted.
  expect(statistics.observedSpeedup).toBeCloseTo(70 / 38, 12);
  expect(statistics.predictedSpeedup).toBeCloseTo(((1 - 0.8 ** 4) / 0.2) * (10 / 14), 12);
});

test("omits statistics without data", () => {
  expect(draftStatistics().statistics()).toMatchObject({
    rounds: 0,
    acceptanceRate: undefined,
    meanAcceptedLength: undefined,
    observedSpeedup: undefined,
  });
  const counter = draftStatistics({ plainMilliseconds: 5 });
  for (const event of [pass("prefill", 9), commit(1), pass("verify", 5), verify(2, 2), commit(3)]) counter.add(event);
  expect(counter.statistics()).toMatchObject({ observedSpeedup: 3, predictedSpeedup: 3 });
});

test("uses the mean time of all plain passes; drafts count only at the positions that they reach", () => {
  const counter = draftStatistics();
  const plain = [pass("prefill", 9), commit(1), pass("decode", 10), commit(1), pass("decode", 20), commit(1)];
  for (const event of [...plain, pass("verify", 15), verify(3, 3), commit(4), pass("verify", 15), verify(1, 1), commit(2)])
    counter.add(event);
  const { acceptanceByPosition, predictedSpeedup, observedSpeedup } = counter.statistics();
  expect(acceptanceByPosition).toEqual([1, 1, 1]);
  // Every reached token was accepted: a draft of 2, the mean, yields 3 tokens in a round that takes as long as a plain pass.
  expect(predictedSpeedup).toBeCloseTo(3, 12);
  // 8 tokens after the first in 60 ms.
  expect(observedSpeedup).toBeCloseTo((8 * 15) / 60, 12);
});

test("without a plain pass there is no speed-up, without drafts no predicted one, and without time no observed one", () => {
  const counter = draftStatistics();
  for (const event of [pass("prefill", 9), commit(1), pass("verify", 5), verify(2, 2), commit(3)]) counter.add(event);
  expect(counter.statistics()).toMatchObject({ predictedSpeedup: undefined, observedSpeedup: undefined });
  const plain = draftStatistics({ plainMilliseconds: 5 });
  for (const event of [commit(1), pass("decode", 5), commit(1)]) plain.add(event);
  expect(plain.statistics()).toMatchObject({ predictedSpeedup: undefined, observedSpeedup: 1 });
  const timeless = draftStatistics({ plainMilliseconds: 5 });
  for (const event of [commit(1), pass("verify", 0), verify(1, 1), commit(2)]) timeless.add(event);
  expect(timeless.statistics().observedSpeedup).toBeUndefined();
});
