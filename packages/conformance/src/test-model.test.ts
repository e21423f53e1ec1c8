import { InvalidOptionError } from "@decodekit/core";
import { tableModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { type ModelDefect, rowDefectsOfModels } from "./broken/broken-models.ts";
import { passDefects } from "./broken/broken-passes.ts";
import { sessionDefects } from "./broken/broken-sessions.ts";
import { goodModel } from "./broken/changed-model.ts";
import { causalModelChecks, modelSubject, testModel } from "./test-model.ts";

const defects: Readonly<Record<string, ModelDefect>> = { ...rowDefectsOfModels, ...sessionDefects, ...passDefects };

const [sessionOnlyBefore] = passDefects["a signal that it heeds before the pass only"]!;

function checkOf([, foundBy]: ModelDefect) {
  const checks = causalModelChecks.filter(({ name }) => name.startsWith(foundBy));
  expect(checks, foundBy).toHaveLength(1);
  return checks[0]!;
}

describe("the kit passes a good model", () => {
  testModel(test, goodModel(), { tolerance: 0 });
});

describe("the kit passes a model with impossible tokens, which reads no trees", () => {
  testModel(
    test,
    tableModel({
      probabilities: [
        [0, 1, 0],
        [0.5, 0, 0.5],
        [0.2, 0.3, 0.5],
      ],
    }),
    { tolerance: 1e-6 },
  );
});

describe("the kit", () => {
  test.each(Object.entries(defects))("detects %s", async (_, defect) => {
    const [create, , message] = defect;
    const check = checkOf(defect);
    const subject = modelSubject(create());
    expect(check.inapplicable?.(subject)).toBeUndefined();
    const failure: unknown = await check.run(subject).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    for (const part of message) expect((failure as Error).message).toContain(part);
  });

  test("has a defect for every check", () => {
    const used = new Set(Object.values(defects).map(checkOf));
    expect(causalModelChecks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([]);
  });

  test("names the checks that do not apply, with reasons", () => {
    const names: string[] = [];
    const plain = goodModel({ rewind: false, fork: false, tree: false, rowConsistency: "mixed" });
    const { checks, inapplicable } = testModel((name) => names.push(name), { ...plain, contextLength: 5000 });
    expect(inapplicable.map(({ reason }) => reason)).toEqual([
      'states rowConsistency "mixed"',
      "cannot rewind (capabilities.rewind)",
      "cannot fork (capabilities.fork)",
      ...Array.from({ length: 3 }, () => "cannot read trees (capabilities.tree)"),
      "has a context of more than 1024 tokens",
    ]);
    expect(names).toHaveLength(checks.length + 1);
    expect(names.at(-1)).toContain("does not apply: ");
  });

  test("allows an approximate model rows that are nearer to their own than to others", async () => {
    const [create] = rowDefectsOfModels["an error of rounding beyond its bound"]!;
    const model = create();
    const check = checkOf(rowDefectsOfModels["an error of rounding beyond its bound"]!);
    await expect(check.run(modelSubject(model))).rejects.toThrow("allowed are 0.01");
    await check.run(modelSubject({ ...model, capabilities: { ...model.capabilities, rowConsistency: "approximate" } }));
  });

  test("allows a pass to end before an abort only if told so, and then checks what it left", async () => {
    const late = sessionOnlyBefore();
    const check = checkOf(passDefects["an aborted pass that leaves tokens behind"]!);
    await expect(check.run(modelSubject(late))).rejects.toThrow("expected an error, but it succeeded");
    await check.run(modelSubject(late, { lateAborts: true }));
    await check.run(modelSubject(goodModel(), { lateAborts: true }));
    const [create] = passDefects["an aborted pass that leaves tokens behind"]!;
    await expect(check.run(modelSubject(create(), { lateAborts: true }))).rejects.toThrow("expected 4, got 8");
  });

  test.each([
    [{ tokens: Int32Array.of(1, 2) }, "testModel: tokens must be an Int32Array of at least 11 tokens"],
    [{ tolerance: 0.1 }, "testModel: tolerance must be a number in [0, 0.01], got 0.1."],
    [{ seed: 1 }, 'testModel: option "seed" must be one of its options'],
  ])("refuses the options %o", (options, message) => {
    expect(() => testModel(() => undefined, goodModel(), options as object)).toThrow(message);
  });

  test("refuses a model whose context is too short", () => {
    expect(() => testModel(() => undefined, { ...goodModel(), contextLength: 8 })).toThrow(InvalidOptionError);
  });
});
