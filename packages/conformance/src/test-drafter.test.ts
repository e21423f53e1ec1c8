import {
  type Decoder,
  type Draft,
  type Drafter,
  type DraftRequest,
  type DraftRun,
  type ForwardEndEvent,
  InvalidOptionError,
  softmax,
} from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { LENGTHS } from "./drafter-subject.ts";
import { speculating } from "./broken/speculating.ts";
import { testDrafter } from "./test-drafter.ts";

interface Working {
  readonly tokens: number[];
  readonly probabilities: Float64Array[];
}

interface Parts extends Partial<Pick<Drafter, "gives">> {
  readonly change?: (draft: Working, request: DraftRequest) => Draft;
  /** What the draft model goes on from, given all that is known. */
  readonly read?: (known: readonly number[], run: Pick<DraftRun, "prompt">) => readonly number[];
  readonly observe?: (tokens: Int32Array) => readonly number[];
  readonly row?: (row: Float64Array) => Float64Array;
}

const asDraft = ({ tokens, probabilities }: Working): Draft => ({ tokens: Int32Array.from(tokens), probabilities });

/** Writes on with the draft model, read anew for every token. */
function simpleDrafter({
  change = asDraft,
  read = (known) => known,
  observe = (tokens) => [...tokens],
  row = (each) => each,
  gives = "probabilities",
}: Parts = {}): Drafter<"draft"> {
  return {
    name: "simple",
    requires: ["draft"],
    gives,
    async start(run) {
      const model = await run.openSession("draft");
      let known = Array.from(run.prompt);
      return {
        observe: ({ tokens }) => void (known = [...known, ...observe(tokens)]),
        async *propose(request): AsyncGenerator<ForwardEndEvent, Draft, void> {
          const draft: Working = { tokens: [], probabilities: [] };
          while (draft.tokens.length < request.max) {
            await model.session.rewindTo(0);
            const input = Int32Array.from([...read(known, run), ...draft.tokens]);
            const probabilities = row(softmax((yield* model.forward(input, "draft")).row(0)));
            draft.tokens.push(request.random.fork(draft.tokens.length).categorical(probabilities));
            draft.probabilities.push(probabilities);
          }
          return change(draft, request);
        },
      };
    },
  };
}

/** Drafts without a model. */
function plainDrafter(gives: Drafter["gives"], propose: (request: DraftRequest, run: DraftRun) => Draft | Promise<Draft>): Drafter {
  return {
    name: "plain",
    requires: [],
    gives,
    start: async (run) => ({ observe: () => undefined, propose: async (request) => propose(request, run) }),
  };
}

/** Every token is possible, whatever came before. */
const uniform = (): Drafter =>
  plainDrafter("probabilities", ({ max, random }, { vocabSize }) => {
    const row = new Float64Array(vocabSize).fill(1 / vocabSize);
    return asDraft({
      tokens: Array.from({ length: max }, (_, place) => random.fork(place).categorical(row)),
      probabilities: Array.from({ length: max }, () => row),
    });
  });

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

/** Messages of the tests that fail, by name. */
async function outcomeOf(create: () => Drafter, options: Parameters<typeof testDrafter>[2] = { seeds: [1] }): Promise<Outcome> {
  const tests: (readonly [string, () => Promise<void>])[] = [];
  const report = testDrafter((name, run) => tests.push([name, run]), create, options);
  const failures = new Map<string, string>();
  for (const [name, run] of tests) await run().catch((error: unknown) => failures.set(name, (error as Error).message));
  return { failures, report };
}

let drafts = 0;
const PROPOSES = "proposes tokens of the vocabulary";
const FOLLOWS = "drafts what models say that are certain";
const DRAWS = "draws every token from the probabilities";

const liars: Readonly<Record<string, readonly [create: () => Drafter, foundBy: string, says: readonly string[]]>> = {
  "too many tokens": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens: [...tokens, 1], probabilities: [...probabilities, probabilities[0]!] }),
      }),
    PROPOSES,
    ["the draft of round 0: 2 tokens, at most 1 were asked for (request.max)"],
  ],
  "tokens out of range": [
    () => simpleDrafter({ change: ({ tokens, probabilities }) => asDraft({ tokens: tokens.map((token) => token + 4), probabilities }) }),
    PROPOSES,
    ["the draft of round 0: token", "at place 0 is not in [0, 4)"],
  ],
  "tokens in a plain array": [
    () => simpleDrafter({ change: ({ tokens, probabilities }) => ({ tokens: tokens as unknown as Int32Array, probabilities }) }),
    PROPOSES,
    ["the draft of round 0: the tokens are no Int32Array"],
  ],
  "a row too few": [
    () => simpleDrafter({ change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.slice(1) }) }),
    PROPOSES,
    ["the draft of round 0: 1 tokens with 0 rows of probabilities"],
  ],
  "rows that do not sum to 1": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.map((row) => row.map((each) => each / 2)) }),
      }),
    PROPOSES,
    ["the draft of round 0: the row at place 0 sums to 0.5"],
  ],
  "rows of another vocabulary": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.map(() => Float64Array.of(0.5, 0.5)) }),
      }),
    PROPOSES,
    ["the row at place 0 has 2 probabilities, the vocabulary 4 tokens"],
  ],
  "tokens that their rows exclude": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({
            tokens,
            probabilities: probabilities.map((row, place) => row.map((_, token) => (token === (tokens[place]! + 1) % 4 ? 1 : 0))),
          }),
      }),
    PROPOSES,
    ["the row at place 0 gives token", "which was drawn, the probability 0"],
  ],
  "the mask token": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(2) })), requires: ["masked"] }),
    PROPOSES,
    ["the token at place 0 is the mask token, 2"],
  ],
  "a tree without parents": [
    () => plainDrafter("tree", () => ({ tokens: Int32Array.of(1) })),
    PROPOSES,
    ["the draft of round 0: 1 tokens with 0 parents"],
  ],
  "a child before its parent": [
    () =>
      plainDrafter("tree", ({ max }) => ({
        tokens: new Int32Array(max),
        parents: Int32Array.from({ length: max }, (_, node) => (node + 1 < max ? node + 1 : -1)),
      })),
    PROPOSES,
    ["the draft of round 1: node 0 has the parent 1, which must be an earlier node, or -1"],
  ],
  "rows of its own making": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.map((row) => row.toReversed()) }),
      }),
    DRAWS,
    ["token 0 comes after the drafted tokens [] with probability", "declared was"],
  ],
  "the likeliest token drawn from a flat row": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({ tokens, probabilities: probabilities.map((row) => row.map(() => 1 / row.length)) }),
      }),
    DRAWS,
    ["declared was 0.25"],
  ],
  "the last token dropped when it is unlikely": [
    () =>
      simpleDrafter({
        change({ tokens, probabilities }) {
          const end = probabilities.findIndex((row, place) => row[tokens[place]!]! < 0.4);
          return end < 0
            ? asDraft({ tokens, probabilities })
            : asDraft({ tokens: tokens.slice(0, end), probabilities: probabilities.slice(0, end) });
        },
      }),
    DRAWS,
    ["comes after the drafted tokens"],
  ],
  "rows that look at later draws": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({ tokens, probabilities: probabilities.map((row, place) => (tokens[place + 1] === 0 ? row.toReversed() : row)) }),
      }),
    DRAWS,
    ["probabilities after the drafted tokens []"],
  ],
  "endless draws for a token": [
    () =>
      plainDrafter("probabilities", ({ random }, { vocabSize }) => {
        for (let draw = 0; draw < 20; draw++) random.bernoulli(0.5);
        const row = new Float64Array(vocabSize).fill(1 / vocabSize);
        return asDraft({ tokens: [random.categorical(row)], probabilities: [row] });
      }),
    DRAWS,
    ["drafts of 1 token take more than 2000 branches to enumerate", "Draw no more than the token itself"],
  ],
  "something else each time": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({ tokens: tokens.slice(drafts++ % 2), probabilities: probabilities.slice(0, tokens.length) }),
      }),
    "proposes the same again",
    ["for the same random source, round"],
  ],
  "Math.random": [
    () => plainDrafter("tokens", () => ({ tokens: Int32Array.of(Math.random() < 2 ? 1 : 0) })),
    "draws from the request's random source only",
    ['calls: expected [], got ["Math.random"'],
  ],
  "what it is told written to": [
    () => ({
      ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })),
      start: async () => ({ observe: ({ tokens }) => void (tokens[0] = 3), propose: async () => ({ tokens: new Int32Array(0) }) }),
    }),
    "does not write to what it is told",
    ["the tokens that it was told of in round"],
  ],
  "the prompt written to": [
    () => ({
      ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })),
      start: async ({ prompt }) => {
        prompt[0] = 3;
        return { observe: () => undefined, propose: async () => ({ tokens: new Int32Array(0) }) };
      },
    }),
    "does not write to what it is told",
    ["the prompt that it was given"],
  ],
  "passes that are not reported": [
    () => ({
      ...simpleDrafter(),
      gives: "tokens",
      async start(run: DraftRun) {
        const model = await run.openSession("draft");
        return {
          observe: () => undefined,
          async propose() {
            await model.session.rewindTo(0);
            await model.session.forward(run.prompt);
            return { tokens: new Int32Array(0) };
          },
        };
      },
    }),
    "reports every pass",
    ["positions of the passes of the draft model, as they were reported by forward-end: expected [6,6"],
  ],
  "a session of its own left open": [
    () => ({
      ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })),
      requires: ["draft"],
      async start({ models }: DraftRun) {
        await models.draft.createSession();
        return { observe: () => undefined, propose: async () => ({ tokens: new Int32Array(0) }) };
      },
    }),
    "reports every pass",
    ["open sessions of the draft model; run.openSession disposes those that it opens: expected 0, got 1"],
  ],
  "only the last token read": [
    () => simpleDrafter({ read: (known) => known.slice(-1) }),
    FOLLOWS,
    ["round 1, after [", "Pass 0 of the draft model went on from", "6 tokens from position 0 on are missing"],
  ],
  "only the prompt read": [() => simpleDrafter({ read: (_, { prompt }) => [...prompt] }), FOLLOWS, ["round 0, after [", "at place 0, got"]],
  "only one of the committed tokens remembered": [
    () => simpleDrafter({ observe: (tokens) => [...tokens.subarray(-1)] }),
    FOLLOWS,
    ["after [", "of the draft model went on from", "missing"],
  ],
  "another token than the model's": [
    () => simpleDrafter({ row: (row) => row.map((_, token) => row[(token + 1) % row.length]!) }),
    FOLLOWS,
    ["Its models were read rightly, and another token was taken."],
  ],
  "nothing, ever": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: new Int32Array(0) })), requires: ["draft"] }),
    FOLLOWS,
    ["nothing was drafted in any round"],
  ],
};

test.each(Object.entries(liars))("the kit finds out %s", async (_, [create, foundBy, says]) => {
  const { failures } = await outcomeOf(create);
  const [title, message] = [...failures].find(([name]) => name.startsWith(`drafter: ${foundBy}`)) ?? [];
  expect(title, `failed: ${[...failures.keys()].join("; ")}`).toBeDefined();
  for (const part of says) expect(message).toContain(part);
});

describe("what does not apply", () => {
  test("is named by one test and the report, and is no test of its own", async () => {
    const names: string[] = [];
    const report = testDrafter(
      (name) => names.push(name),
      () => plainDrafter("tokens", () => ({ tokens: new Int32Array(0) })),
    );
    expect(report.inapplicable).toEqual([
      {
        title: "drafter: drafts what models say that are certain, whatever becomes of its drafts",
        reason: "requires neither a draft nor a masked model",
      },
      {
        title: "drafter: draws every token from the probabilities that it declares, and ends drafts without looking",
        reason: 'gives "tokens", which come without probabilities',
      },
    ]);
    expect(names).toHaveLength(report.checks.length + 1);
    expect(names.at(-1)).toContain("does not apply: ");
    for (const { title, reason } of report.inapplicable) {
      expect(names.at(-1)).toContain(`"${title}" (it ${reason})`);
      expect(names).not.toContain(title);
    }
  });

  test("is nothing for a drafter that gives probabilities and has a model, unless it says that it does not follow it", () => {
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

  test("fails where the reason no longer holds", async () => {
    let gives: Drafter["gives"] = "tokens";
    const tests: (readonly [string, () => Promise<void>])[] = [];
    testDrafter(
      (name, run) => tests.push([name, run]),
      () => ({ ...uniform(), gives }),
    );
    gives = "probabilities";
    const [name, run] = tests.at(-1)!;
    expect(name).toMatch(/^does not apply: /u);
    await expect(run()).rejects.toThrow(
      /draws every token from the probabilities .* did not apply since it gives "tokens".*; now it applies\.$/u,
    );
  });
});

/** How many decodes a decoder of `create` begins. */
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
  test("an honest drafter that gives every token a chance, four at a time, is proved within the bound", async () => {
    const { speculate, decodes } = counted((drafter) => speculating(drafter, 4));
    const { failures, report } = await outcomeOf(uniform, { seeds: [1], speculate, maxBranches: 1500 });
    expect(failures).toEqual(new Map());
    expect(report.bounded).toContainEqual({ family: "few successors", seed: 1, tokens: 3, of: 6, maxBranches: 1500 });
    // Seven models, and at most the bound for every length of four that is begun.
    expect(decodes()).toBeLessThan(7 * 4 * 1501);
    expect(decodes()).toBeGreaterThan(700);
  });

  test("a bound that is too small says so, and what to do", async () => {
    const { failures } = await outcomeOf(uniform, { seeds: [1], speculate: (drafter) => speculating(drafter, 4), maxBranches: 20 });
    expect(failures.get("lossless: random, model 1")).toBe(
      "random, model 1: outputs of 2 tokens take more than 20 branches to enumerate, 3 tokens are the least. Draw less for each token, draft fewer tokens for the test, or raise maxBranches.",
    );
  });

  test("a liar shifts the output, which is found out", async () => {
    const [create] = liars["rows of its own making"]!;
    const { failures } = await outcomeOf(create, { seeds: [1], speculate: (drafter) => speculating(drafter, 2) });
    expect(failures.get("lossless: random, model 1")).toMatch(
      /^random, model 1: the output of up to 2 tokens differs from that of the sampler "plain" by a total variation of 0\.\d+, which must be below 1e-12; most for "/u,
    );
  });
});

test.each([
  [{ seeds: [] }, "testDrafter: seeds must be an array of at least one integer >= 1, got an array of 0."],
  [{ maxBranches: 0 }, "testDrafter: maxBranches must be an integer >= 1, got 0."],
  [{ speculate: 3 }, "testDrafter: speculate must be a function that makes a decoder with the drafter, got 3."],
  [{ followsModels: 1 }, "testDrafter: followsModels must be a boolean, got 1."],
  [{ sampler: {} }, "testDrafter: sampler must be a Sampler, for example greedySampler, got an object."],
  [{ seed: 1 }, 'testDrafter: option "seed" must be one of its options'],
])("refuses the options %o", (options, message) => {
  expect(() => testDrafter(() => undefined, uniform, options as object)).toThrow(message);
});

test("refuses a drafter that gives none of the three", () => {
  const create = (): Drafter => ({ ...uniform(), gives: "guesses" as "tokens" });
  expect(() => testDrafter(() => undefined, create)).toThrow(InvalidOptionError);
  expect(() => testDrafter(() => undefined, create)).toThrow(
    'the drafter\'s gives must be "tokens", "probabilities" or "tree", got "guesses".',
  );
});

test("asks for several lengths", () => expect(new Set(LENGTHS).size).toBeGreaterThan(3));
