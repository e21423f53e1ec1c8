import { draftFrom, type Drafter, type DraftContext, InvalidOptionError, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { cascade } from "./cascade.ts";
import { ddtree } from "./ddtree.ts";
import { maskedDraft } from "./masked-draft.ts";
import { promptLookup } from "./prompt-lookup.ts";

/** Proposes `token` alone, or nothing if undefined; logs when it is asked and what it observes. */
function fixed(name: string, token: () => number | undefined, log: string[], draftKind: Drafter["draftKind"] = "tokens"): Drafter<never> {
  return {
    name,
    requires: [],
    draftKind,
    start: async () => ({
      observe: ({ accepted }) => void log.push(`${name} observed ${accepted}`),
      async propose() {
        log.push(`${name} asked`);
        const proposed = token();
        const tokens = proposed === undefined ? new Int32Array(0) : Int32Array.of(proposed);
        return { tokens, probabilities: Array.from(tokens, () => new Float64Array(1)) };
      },
    }),
  };
}

const request = { max: 4, maxDepth: 4, random: seededRandom(0) };

/** A started cascade. `round` asks it once, reports `accepted` tokens to it and returns the first proposed token. */
async function started(drafters: readonly Drafter<never>[], minAccepted?: number) {
  const session = await cascade({ drafters, minAccepted }).start({} as DraftContext<never>);
  const ask = async () => {
    const passes = draftFrom(session, request);
    const step = await passes.next();
    return step.done ? step.value : expect.unreachable();
  };
  return {
    ask,
    async round(accepted: number): Promise<number | undefined> {
      const { tokens } = await ask();
      session.observe({ tokens: Int32Array.of(0), drafted: tokens.length, accepted });
      return tokens[0];
    },
  };
}

describe("a cascade", () => {
  test("uses the first non-empty draft, and reports the outcome to all drafters", async () => {
    const log: string[] = [];
    const cascaded = await started([fixed("a", () => undefined, log), fixed("b", () => 1, log), fixed("c", () => 2, log)]);
    expect(await cascaded.round(1)).toBe(1);
    expect(log).toEqual(["a asked", "b asked", "a observed 1", "b observed 1", "c observed 1"]);
  });

  test("skips a drafter whose drafts are rejected, and tries it again 16 rounds later", async () => {
    // The average starts at 1, loses a fifth per round, and is below 0.5 after 0.8, 0.64, 0.512, 0.41.
    const cascaded = await started([fixed("a", () => 1, []), fixed("b", () => 2, [])]);
    const proposed: (number | undefined)[] = [];
    for (let round = 0; round < 20; round++) proposed.push(await cascaded.round(round < 4 ? 0 : 1));
    expect(proposed.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(proposed.slice(4, 19)).toEqual(Array.from({ length: 15 }, () => 2));
    expect(proposed[19]).toBe(1);
  });

  test("compares with minAccepted, and starts at twice as much", async () => {
    // 4, 3.2, 2.56, 2.05, 1.64 with a minimum of 2.
    const cascaded = await started([fixed("a", () => 1, []), fixed("b", () => 2, [])], 2);
    const proposed: (number | undefined)[] = [];
    for (let round = 0; round < 6; round++) proposed.push(await cascaded.round(0));
    expect(proposed).toEqual([1, 1, 1, 1, 2, 2]);
    const patient = await started([fixed("a", () => 1, []), fixed("b", () => 2, [])], 0);
    for (let round = 0; round < 30; round++) expect(await patient.round(0)).toBe(1);
  });

  test("does not count a round in which nothing was verified", async () => {
    let token: number | undefined = 1;
    const cascaded = await started([fixed("a", () => token, []), fixed("b", () => undefined, [])]);
    await cascaded.round(0);
    token = undefined;
    for (let round = 0; round < 20; round++) expect(await cascaded.round(0)).toBeUndefined();
    token = 1;
    expect(await cascaded.round(0)).toBe(1);
  });

  test("returns probabilities if all its drafters do, and otherwise none", async () => {
    const log: string[] = [];
    const [a, b] = [fixed("a", () => 1, log, "probabilities"), fixed("b", () => 2, log, "tokens")];
    expect(await (await started([a, a])).ask()).toEqual({ tokens: Int32Array.of(1), probabilities: [new Float64Array(1)] });
    expect(await (await started([a, b])).ask()).toEqual({ tokens: Int32Array.of(1) });
    const empty = fixed("a", () => undefined, log, "probabilities");
    expect(await (await started([empty])).ask()).toEqual({ tokens: new Int32Array(0), probabilities: [] });
  });

  test("combines the properties and requirements of its drafters", () => {
    const drafters = [promptLookup(), maskedDraft(), maskedDraft()];
    expect(cascade({ drafters })).toMatchObject({
      name: "cascade of prompt-lookup, masked-draft, masked-draft",
      requires: ["masked"],
      draftKind: "tokens",
      usesTargetPredictions: false,
    });
    expect(cascade({ drafters: [maskedDraft()] }).draftKind).toBe("probabilities");
    const learning = { ...promptLookup(), usesTargetPredictions: true };
    expect(cascade({ drafters: [promptLookup(), learning] }).usesTargetPredictions).toBe(true);
  });

  test.each<[string, object]>([
    ["cascade: drafters must be an array of at least 1 drafter of chains, got undefined.", {}],
    ["cascade: drafters must be an array of at least 1 drafter of chains, got an array of 0.", { drafters: [] }],
    ["cascade: drafters must be an array of at least 1 drafter of chains, got an array of 2.", { drafters: [promptLookup(), ddtree()] }],
    ["cascade: drafters must be an array of at least 1 drafter of chains, got 3.", { drafters: 3 }],
    ["cascade: minAccepted must be a number >= 0, got -1.", { drafters: [promptLookup()], minAccepted: -1 }],
  ])("%s", (message, options) => {
    const create = (): unknown => cascade(options as Parameters<typeof cascade>[0]);
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(expect.objectContaining({ message }));
  });
});

describe("a cascade with confidences", () => {
  const confident = (name: string, confidence: number, log: string[]): Drafter<never> => ({
    name,
    requires: [],
    draftKind: "tokens",
    confidences: "all",
    start: async () => ({
      observe: () => undefined,
      async propose() {
        log.push(`${name} asked`);
        return { tokens: Int32Array.of(7, 7), confidences: new Float64Array(2).fill(confidence) };
      },
    }),
  });
  const propose = async (drafters: readonly Drafter<never>[], changes: object) => {
    const session = await cascade({ drafters }).start({} as DraftContext<never>);
    const passes = draftFrom(session, { ...request, ...changes });
    const step = await passes.next();
    return step.done ? step.value : expect.unreachable();
  };

  test.each([
    [["all", "all"], "all"],
    [["all", undefined], "some"],
    [["some", undefined], "some"],
    [[undefined, undefined], undefined],
  ] as const)("of drafters with %j it gives %j", (each, expected) => {
    const drafters = each.map((confidences) => ({ ...fixed("a", () => 1, []), confidences }));
    expect(cascade({ drafters }).confidences).toBe(expected);
  });

  test("asks the next drafter if few tokens are expected to be accepted, and comes back to the draft if that has none", async () => {
    const log: string[] = [];
    const [sure, unsure] = [confident("sure", 0.5, log), confident("unsure", 0.3, log)];
    expect([...(await propose([unsure, fixed("b", () => 1, log)], { maxConfident: 4 })).tokens]).toEqual([1]);
    expect([...(await propose([unsure, fixed("b", () => undefined, log)], { maxConfident: 4 })).tokens]).toEqual([7, 7]);
    expect([...(await propose([sure, fixed("b", () => 1, log)], { maxConfident: 4 })).tokens]).toEqual([7, 7]);
    expect(log).toEqual(["unsure asked", "b asked", "unsure asked", "b asked", "sure asked"]);
  });

  test("if only confident drafts are wanted, other drafters are not asked", async () => {
    const log: string[] = [];
    const draft = await propose([confident("a", 0.1, log), fixed("b", () => 1, log)], { max: 0, maxConfident: 4 });
    expect([log, [...draft.tokens], [...draft.confidences!]]).toEqual([["a asked"], [7, 7], [0.1, 0.1]]);
  });
});
