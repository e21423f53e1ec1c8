import { describe, expect, test } from "vitest";
import { cacheDefects } from "./broken/cache-defects.ts";
import type { Defect } from "./broken/defect.ts";
import { eventDefects } from "./broken/event-defects.ts";
import { gapDefects, goodGap, goodTwoStreams } from "./broken/gap-defects.ts";
import { keepingDefects } from "./broken/contract-defects.ts";
import { losslessDefects } from "./broken/lossless-defects.ts";
import { goodMaskedDecoder } from "./broken/masked-decoder.ts";
import { maskedDefects } from "./broken/masked-defects.ts";
import { goodDecoder } from "./broken/plain-decoder.ts";
import { rowDefects } from "./broken/row-defects.ts";
import { runDefects } from "./broken/run-defects.ts";
import type { Check } from "./check.ts";
import { subjectOf } from "./subject.ts";
import { decoderChecks, testDecoder } from "./test-decoder.ts";

const defects: Readonly<Record<string, Defect>> = {
  ...eventDefects,
  ...keepingDefects,
  ...cacheDefects,
  ...rowDefects,
  ...runDefects,
  ...maskedDefects,
  ...gapDefects,
  ...losslessDefects,
};

function checkOf({ foundBy }: Defect): Check {
  const checks = decoderChecks.filter(({ name }) => name.startsWith(foundBy));
  expect(checks, foundBy).toHaveLength(1);
  return checks[0]!;
}

describe.each(Object.entries({ goodDecoder, goodMaskedDecoder, goodTwoStreams }))("the kit passes %s", (_, create) => {
  testDecoder(test, create);
});

describe("the kit passes a good decoder of fixed length", () => {
  testDecoder(test, goodGap, { fixedLength: { output: 4 } });
});

describe("the kit", () => {
  test("is tested on more than a hundred broken decoders", () => expect(Object.keys(defects).length).toBeGreaterThan(100));

  test.each(Object.entries(defects))("detects %s", async (_, defect) => {
    const check = checkOf(defect);
    const subject = subjectOf(defect.create, defect.options);
    expect(check.inapplicable?.(subject)).toBeUndefined();
    const failure: unknown = await check.run(subject).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    for (const part of defect.message) expect((failure as Error).message).toContain(part);
  });

  test("has a defect for every check", () => {
    const used = new Set(Object.values(defects).map(checkOf));
    expect(decoderChecks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([]);
  });
});
