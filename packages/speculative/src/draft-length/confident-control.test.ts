import { countingModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { autoDraftLength } from "./auto.ts";
import type { DraftLengthControl } from "./policy.ts";

const cost = (length: number): number => 1 + 0.2 * length;
const sure = (length: number) => ({
  tokens: Int32Array.from({ length }, (_, place) => place),
  confidences: new Float64Array(length).fill(0.97),
});

function observe(control: DraftLengthControl, requested: number, drafted: number, accepted: number): void {
  const committed = Int32Array.from({ length: accepted + 1 }, (_, place) => place);
  control.observe({ requested, drafted, accepted, committed, milliseconds: 1, passMilliseconds: 1 });
}

test("a drafter of which all drafts have confidences is asked for these only, from the first round on", () => {
  const control = autoDraftLength({ cost }).start(countingModel(), { confidences: "all" });
  expect([control.next(), control.confident!.maximum]).toEqual([0, 16]);
  expect(control.confident!.cut(sure(16))).toBe(16);
});

test("a drafter of which some have confidences is asked for both; each kind has lengths of its own", () => {
  const control = autoDraftLength({ cost, maximum: 16 }).start(countingModel(), { confidences: "some" });
  expect(control.next()).toBe(2);
  // Confident drafts do not change what is requested of others.
  for (let count = 0; count < 5; count++) {
    const length = control.confident!.cut(sure(control.confident!.maximum));
    observe(control, 2, length, length);
  }
  expect([control.next(), control.confident!.maximum]).toEqual([2, 16]);
  // Others that are all wrong end in plain passes, in which confident drafts are still asked for.
  for (let length = control.next(); length > 0; length = control.next()) observe(control, length, length, 0);
  expect([control.next(), control.confident!.maximum]).toEqual([0, 16]);
  expect(control.confident!.cut(sure(16))).toBe(16);
});

test("no draft has confidences: there is nothing to cut", () => {
  expect(autoDraftLength({ cost }).start(countingModel(), {}).confident).toBeUndefined();
  expect(autoDraftLength({ cost }).start(countingModel()).confident).toBeUndefined();
});
