import { type Decoder, type Draft, type Drafter, type ModelRole, type RandomSource, seededRandom } from "@decodekit/core";
import { enumerateOutcomes } from "@decodekit/core/testing";
import { driveDrafter } from "./drive-drafter.ts";
import { expect, expectSame } from "./expect.ts";
import { type LosslessCase, losslessCases } from "./lossless-models.ts";
import type { TestFunction } from "./test-function.ts";
import { type LosslessOptions, testLossless } from "./test-lossless.ts";

export interface DrafterOptions extends LosslessOptions {
  /** Makes a decoder that claims to be lossless with any drafter: it is put to the proof with this one. @defaultValue none */
  readonly speculate?: ((drafter: Drafter) => Decoder) | undefined;
}

const LENGTHS = [1, 4, 2, 3, 4, 1, 4, 4];

/**
 * Registers the tests of a drafter: that its drafts keep the contract in `Drafter` of `@decodekit/core`, whatever becomes of
 * them; that it draws each token from the very row that it declares; and, with `speculate`, that it leaves the output alone.
 *
 * `create` makes the drafter under test, a new one at each call. It may require a draft and a masked model.
 */
export function testDrafter<Role extends ModelRole>(test: TestFunction, create: () => Drafter<Role>, options: DrafterOptions = {}): void {
  // A drafter is given all models and takes those that it requires.
  const createForAll = create as unknown as () => Drafter;
  const seeds = options.seeds ?? [1, 2];
  const onEveryCase = (name: string, run: (testCase: LosslessCase) => Promise<void>): void => {
    test(`drafter: ${name}`, async () => {
      for (const testCase of losslessCases(seeds)) await run(testCase);
    });
  };
  onEveryCase("proposes tokens of the vocabulary, no more than were asked for, with what it gives", (testCase) =>
    checkDrafts(createForAll(), testCase),
  );
  onEveryCase("reports every pass and leaves no session open", (testCase) => checkPasses(createForAll(), testCase));
  onEveryCase("proposes the same again, also when it has drafted before", (testCase) => checkRepetition(createForAll, testCase));
  onEveryCase("does not write to what it is told", (testCase) => checkTellings(createForAll(), testCase));
  onEveryCase("draws every token from the probabilities that it declares, and ends drafts without looking", (testCase) =>
    checkLaw(createForAll, testCase),
  );
  const { speculate } = options;
  if (speculate) testLossless(test, () => speculate(createForAll()), { ...options, seeds });
}

async function checkDrafts(drafter: Drafter, testCase: LosslessCase): Promise<void> {
  const { vocabSize } = testCase.models.causal;
  const { drafts } = await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS });
  for (const [round, { tokens, probabilities, parents }] of drafts.entries()) {
    expect(tokens.length <= LENGTHS[round]!, `${tokens.length} tokens, at most ${LENGTHS[round]} were asked for`);
    expect(
      tokens.every((token) => token >= 0 && token < vocabSize),
      `tokens ${tokens.join(", ")} are not all in [0, ${vocabSize})`,
    );
    if (drafter.gives === "probabilities") expectSame(probabilities?.length, tokens.length, "rows of probabilities");
    if (drafter.gives !== "tree") continue;
    expectSame(parents?.length, tokens.length, "parents");
    expect(
      parents!.every((parent, node) => parent >= -1 && parent < node),
      `parents ${parents!.join(", ")} do not come before their children`,
    );
  }
}

async function checkPasses(drafter: Drafter, testCase: LosslessCase): Promise<void> {
  const { causal, draft, masked } = testCase.models;
  const { events } = await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS });
  for (const [role, model] of Object.entries({ causal, draft, masked })) {
    const reported = events.flatMap((event) => (event.type === "forward-end" && event.model === role ? [event.positions] : []));
    const passes = model.passes().map(({ positions }) => positions);
    expectSame(reported, passes, `positions of the passes of the ${role} model`);
    expectSame(model.openSessions(), 0, `open sessions of the ${role} model`);
    expectSame(model.alteredRows(), 0, `rows of logits of the ${role} model that were written to`);
  }
}

async function checkRepetition(create: () => Drafter, testCase: LosslessCase): Promise<void> {
  const drive = (drafter: Drafter) => driveDrafter(drafter, testCase, { random: seededRandom(7), lengths: LENGTHS });
  const used = create();
  const first = await drive(used);
  const [again, together] = await Promise.all([drive(used), drive(used)]);
  for (const other of [again, together, await drive(create())]) expectSame(other.drafts, first.drafts, "drafts for the same random source");
}

async function checkTellings(drafter: Drafter, testCase: LosslessCase): Promise<void> {
  const { told, tellings } = await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS });
  expectSame(tellings, told, "the tokens that it was told");
}

/** What follows one beginning of a draft. */
interface Continuations {
  readonly row: Float64Array;
  readonly masses: Float64Array;
  total: number;
}

/** Enumerates a draft: given its beginning, each token must come as often as the row says. */
async function checkLaw(create: () => Drafter, testCase: LosslessCase): Promise<void> {
  const drafter = create();
  if (drafter.gives !== "probabilities") return;
  const propose = async (random: RandomSource): Promise<Draft> =>
    (await driveDrafter(drafter, testCase, { random, lengths: [3] })).drafts[0]!;
  const beginnings = new Map<string, Continuations>();
  for await (const { outcome, probability } of enumerateOutcomes(propose)) {
    for (const [place, token] of outcome.tokens.entries()) {
      const row = outcome.probabilities![place]!;
      const key = outcome.tokens.subarray(0, place).join();
      const known = beginnings.get(key) ?? { row, masses: new Float64Array(row.length), total: 0 };
      beginnings.set(key, known);
      expectSame(row, known.row, `probabilities after the drafted tokens [${key}]`);
      known.masses[token]! += probability;
      known.total += probability;
    }
  }
  for (const [key, { row, masses, total }] of beginnings) {
    for (const [token, mass] of masses.entries()) {
      const actual = mass / total;
      expect(
        Math.abs(actual - row[token]!) < 1e-9,
        `token ${token} comes after [${key}] with probability ${actual}, declared was ${row[token]}`,
      );
    }
  }
}
