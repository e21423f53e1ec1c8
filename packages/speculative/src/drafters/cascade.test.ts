import { draftFrom, type Drafter, type DraftRun, InvalidOptionError, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { cascade } from "./cascade.ts";
import { ddtree } from "./ddtree.ts";
import { maskedDraft } from "./masked-draft.ts";
import { promptLookup } from "./prompt-lookup.ts";

/** Proposes `token` alone, or nothing for undefined; notes when it is asked and told. */
function fixed(name: string, token: () => number | undefined, log: string[], gives: Drafter["gives"] = "tokens"): Drafter<never> {
  return {
    name,
    requires: [],
    gives,
    start: async () => ({
      observe: ({ accepted }) => void log.push(`${name} told ${accepted}`),
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

/** A started cascade: `round` asks it once and tells it that `accepted` tokens stood; gives the first proposed token. */
async function started(drafters: readonly Drafter<never>[], minAccepted?: number) {
  const session = await cascade({ drafters, minAccepted }).start({} as DraftRun<never>);
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
  test("takes the first drafter that has an idea, and tells all of them what became of it", async () => {
    const log: string[] = [];
    const cascaded = await started([fixed("a", () => undefined, log), fixed("b", () => 1, log), fixed("c", () => 2, log)]);
    expect(await cascaded.round(1)).toBe(1);
    expect(log).toEqual(["a asked", "b asked", "a told 1", "b told 1", "c told 1"]);
  });

  test("leaves out a drafter whose drafts do not stand, and tries it again 16 rounds later", async () => {
    // The average starts at 1, loses a fifth per round, and is below 0.5 after 0.8, 0.64, 0.512, 0.41.
    const cascaded = await started([fixed("a", () => 1, []), fixed("b", () => 2, [])]);
    const proposed: (number | undefined)[] = [];
    for (let round = 0; round < 20; round++) proposed.push(await cascaded.round(round < 4 ? 0 : 1));
    expect(proposed.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(proposed.slice(4, 19)).toEqual(Array.from({ length: 15 }, () => 2));
    expect(proposed[19]).toBe(1);
  });

  test("goes by minAccepted, and by twice as much at the start", async () => {
    // 4, 3.2, 2.56, 2.05, 1.64 with 2 as the least.
    const cascaded = await started([fixed("a", () => 1, []), fixed("b", () => 2, [])], 2);
    const proposed: (number | undefined)[] = [];
    for (let round = 0; round < 6; round++) proposed.push(await cascaded.round(0));
    expect(proposed).toEqual([1, 1, 1, 1, 2, 2]);
    const patient = await started([fixed("a", () => 1, []), fixed("b", () => 2, [])], 0);
    for (let round = 0; round < 30; round++) expect(await patient.round(0)).toBe(1);
  });

  test("does not blame a drafter for a round in which nothing was verified", async () => {
    let token: number | undefined = 1;
    const cascaded = await started([fixed("a", () => token, []), fixed("b", () => undefined, [])]);
    await cascaded.round(0);
    token = undefined;
    for (let round = 0; round < 20; round++) expect(await cascaded.round(0)).toBeUndefined();
    token = 1;
    expect(await cascaded.round(0)).toBe(1);
  });

  test("passes probabilities on when all its drafters give them, and else no drafter's", async () => {
    const log: string[] = [];
    const [a, b] = [fixed("a", () => 1, log, "probabilities"), fixed("b", () => 2, log, "tokens")];
    expect(await (await started([a, a])).ask()).toEqual({ tokens: Int32Array.of(1), probabilities: [new Float64Array(1)] });
    expect(await (await started([a, b])).ask()).toEqual({ tokens: Int32Array.of(1) });
    const silent = fixed("a", () => undefined, log, "probabilities");
    expect(await (await started([silent])).ask()).toEqual({ tokens: new Int32Array(0), probabilities: [] });
  });

  test("is and needs what its drafters are and need", () => {
    const drafters = [promptLookup(), maskedDraft(), maskedDraft()];
    expect(cascade({ drafters })).toMatchObject({
      name: "cascade of prompt-lookup, masked-draft, masked-draft",
      requires: ["masked"],
      gives: "tokens",
      learnsFromTarget: false,
    });
    expect(cascade({ drafters: [maskedDraft()] }).gives).toBe("probabilities");
    const learning = { ...promptLookup(), learnsFromTarget: true };
    expect(cascade({ drafters: [promptLookup(), learning] }).learnsFromTarget).toBe(true);
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
