import { type Decoder, type Drafter, InvalidOptionError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { LENGTHS } from "./drafter-subject.ts";
import { plainDrafter, simpleDrafter, uniform } from "./broken/drafters.ts";
import { brokenDrafters } from "./broken/broken-drafters.ts";
import { speculating } from "./broken/speculating.ts";
import { testDrafter } from "./test-drafter.ts";

describe("a good drafter", () => {
  testDrafter(test, () => simpleDrafter());
});

describe("a drafter of trees", () => {
  testDrafter(test, () =>
    plainDrafter("tree", ({ max }) => ({
      tokens: Int32Array.from({ length: max }, () => 1),
      parents: Int32Array.from({ length: max }, (_, node) => node - 1),
    })),
  );
});

interface Outcome {
  readonly failures: ReadonlyMap<string, string>;
  readonly report: ReturnType<typeof testDrafter>;
}

/** Returns the messages of the failed tests, by name. */
async function outcomeOf(create: () => Drafter, options: Parameters<typeof testDrafter>[2] = { seeds: [1] }): Promise<Outcome> {
  const tests: (readonly [string, () => Promise<void>])[] = [];
  const report = testDrafter((name, run) => tests.push([name, run]), create, options);
  const failures = new Map<string, string>();
  for (const [name, run] of tests) await run().catch((error: unknown) => failures.set(name, (error as Error).message));
  return { failures, report };
}

test.each(Object.entries(brokenDrafters))("the kit detects %s", async (_, [create, foundBy, parts]) => {
  const { failures } = await outcomeOf(create);
  const [title, message] = [...failures].find(([name]) => name.startsWith(`drafter: ${foundBy}`)) ?? [];
  expect(title, `failed: ${[...failures.keys()].join("; ")}`).toBeDefined();
  for (const part of parts) expect(message).toContain(part);
});

describe("a check that does not apply", () => {
  test("is named by one test and the report, and has no test of its own", async () => {
    const names: string[] = [];
    const report = testDrafter(
      (name) => names.push(name),
      () => plainDrafter("tokens", () => ({ tokens: new Int32Array(0) })),
    );
    expect(report.inapplicable).toEqual([
      {
        title: "drafter: drafts what certain models predict, whatever is accepted of its drafts",
        reason: "requires neither a draft nor a masked model, nor a draft head",
      },
      {
        title: "drafter: draws every token from the probabilities that it declares, and drops no token after drawing it",
        reason: 'proposes "tokens", without probabilities',
      },
    ]);
    expect(names).toHaveLength(report.checks.length + 1);
    expect(names.at(-1)).toContain("does not apply: ");
    for (const { title, reason } of report.inapplicable) {
      expect(names.at(-1)).toContain(`"${title}" (it ${reason})`);
      expect(names).not.toContain(title);
    }
  });

  test("does not exist for a drafter with probabilities and a model, unless it declares that it does not follow the model", () => {
    expect(
      testDrafter(
        () => undefined,
        () => simpleDrafter(),
      ).inapplicable,
    ).toEqual([]);
    const { inapplicable } = testDrafter(
      () => undefined,
      () => simpleDrafter(),
      { followsModels: false },
    );
    expect(inapplicable.map(({ reason }) => reason)).toEqual(["does not follow its models alone (option followsModels)"]);
  });

  test("fails if its reason no longer holds", async () => {
    let draftKind: Drafter["draftKind"] = "tokens";
    const tests: (readonly [string, () => Promise<void>])[] = [];
    testDrafter(
      (name, run) => tests.push([name, run]),
      () => ({ ...uniform(), draftKind }),
    );
    draftKind = "probabilities";
    const [name, run] = tests.at(-1)!;
    expect(name).toMatch(/^does not apply: /u);
    await expect(run()).rejects.toThrow(
      /draws every token from the probabilities .* did not apply since it proposes "tokens".*; now it applies\.$/u,
    );
  });
});

/** Counts the decodes that decoders of `create` begin. */
function counted(create: (drafter: Drafter) => Decoder): {
  readonly speculate: (drafter: Drafter) => Decoder;
  readonly decodes: () => number;
} {
  let decodes = 0;
  return {
    decodes: () => decodes,
    speculate(drafter) {
      const decoder = create(drafter);
      return {
        ...decoder,
        decode(...args) {
          decodes++;
          return decoder.decode(...args);
        },
      };
    },
  };
}

describe("with `speculate`", () => {
  test("a correct drafter of four tokens, each with a positive probability, is proved within the bound", async () => {
    const { speculate, decodes } = counted((drafter) => speculating(drafter, 4));
    const { failures, report } = await outcomeOf(uniform, { seeds: [1], speculate, maxBranches: 1500 });
    expect(failures).toEqual(new Map());
    expect(report.bounded).toContainEqual({ family: "few successors", seed: 1, tokens: 3, of: 6, maxBranches: 1500 });
    // Seven models, four lengths each, and at most the bound for each length.
    expect(decodes()).toBeLessThan(7 * 4 * 1501);
    expect(decodes()).toBeGreaterThan(700);
  });

  test("a bound that is too small is reported with advice", async () => {
    const { failures } = await outcomeOf(uniform, { seeds: [1], speculate: (drafter) => speculating(drafter, 4), maxBranches: 20 });
    expect(failures.get("lossless: random, model 1")).toBe(
      "random, model 1: outputs of 2 tokens take more than 20 branches to enumerate; the minimum is 3 tokens. Draw less for each token, draft fewer tokens for the test, or raise maxBranches.",
    );
  });

  test("a drafter with wrong rows changes the output, which is detected", async () => {
    const [create] = brokenDrafters["rows that it does not draw from"]!;
    const { failures } = await outcomeOf(create, { seeds: [1], speculate: (drafter) => speculating(drafter, 2) });
    expect(failures.get("lossless: random, model 1")).toMatch(
      /^random, model 1: the output of up to 2 tokens differs from that of the sampler "plain" by a total variation of 0\.\d+, which must be below 1e-12; it differs most for "/u,
    );
  });
});

test.each([
  [{ seeds: [] }, "testDrafter: seeds must be an array of at least one integer >= 1, got an array of 0."],
  [{ maxBranches: 0 }, "testDrafter: maxBranches must be an integer >= 1, got 0."],
  [{ speculate: 3 }, "testDrafter: speculate must be a function that creates a decoder with the drafter, got 3."],
  [{ followsModels: 1 }, "testDrafter: followsModels must be true or false, got 1."],
  [{ sampler: {} }, "testDrafter: sampler must be a Sampler, for example topPSampler(), got an object."],
  [{ seed: 1 }, 'testDrafter: option "seed" must be one of its options'],
])("refuses the options %o", (options, message) => {
  expect(() => testDrafter(() => undefined, uniform, options as object)).toThrow(message);
});

test("refuses a drafter with an unknown draftKind", () => {
  const create = (): Drafter => ({ ...uniform(), draftKind: "guesses" as "tokens" });
  expect(() => testDrafter(() => undefined, create)).toThrow(InvalidOptionError);
  expect(() => testDrafter(() => undefined, create)).toThrow(
    'the drafter\'s draftKind must be "tokens", "probabilities" or "tree", got "guesses".',
  );
});

test("requests several lengths", () => expect(new Set(LENGTHS).size).toBeGreaterThan(3));
