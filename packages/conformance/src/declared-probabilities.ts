import type { Draft, Drafter, RandomSource } from "@decodekit/core";
import { enumerateOutcomes } from "@decodekit/core/testing";
import { type DriveCase, driveDrafter } from "./drive-drafter.ts";
import { expect, expectSame } from "./expect.ts";

/** Maximum number of branches to visit for drafts of one length. */
const MAX_DRAFT_BRANCHES = 2000;
/** Length of the longest drafts to enumerate. */
const MAX_DRAFT_TOKENS = 3;

/** The tokens that follow one beginning of a draft. */
interface Continuations {
  readonly row: Float64Array;
  readonly masses: Float64Array;
  total: number;
}

/**
 * Enumerates drafts of one, two and three tokens, as far as the bound allows, and checks that each token has the probability of its row,
 * given the tokens before it.
 */
export async function checkDeclaredProbabilities(create: () => Drafter, testCase: DriveCase): Promise<void> {
  for (let length = 1; length <= MAX_DRAFT_TOKENS; length++) {
    const beginnings = await enumerateDrafts(create(), testCase, length);
    if (beginnings) checkContinuations(beginnings);
    else if (length > 1) return;
    else {
      const problem = `drafts of 1 token take more than ${MAX_DRAFT_BRANCHES} branches to enumerate`;
      throw new Error(`${problem}. Draw no more than the token itself, with request.random.categorical(probabilities).`);
    }
  }
}

async function enumerateDrafts(
  drafter: Drafter,
  testCase: DriveCase,
  length: number,
): Promise<ReadonlyMap<string, Continuations> | undefined> {
  const propose = async (random: RandomSource): Promise<Draft> =>
    (await driveDrafter(drafter, testCase, { random, lengths: [length] })).drafts[0]!;
  const beginnings = new Map<string, Continuations>();
  let branches = 0;
  for await (const { outcome, probability } of enumerateOutcomes(propose)) {
    if (++branches > MAX_DRAFT_BRANCHES) return undefined;
    for (const [place, token] of outcome.tokens.entries()) {
      const row = outcome.probabilities![place]!;
      const key = outcome.tokens.subarray(0, place).join(", ");
      const known = beginnings.get(key) ?? { row, masses: new Float64Array(row.length), total: 0 };
      beginnings.set(key, known);
      expectSame(row, known.row, `probabilities after the drafted tokens [${key}]`);
      known.masses[token]! += probability;
      known.total += probability;
    }
  }
  return beginnings;
}

function checkContinuations(beginnings: ReadonlyMap<string, Continuations>): void {
  for (const [key, { row, masses, total }] of beginnings) {
    for (const [token, mass] of masses.entries()) {
      const actual = mass / total;
      expect(
        Math.abs(actual - row[token]!) < 1e-9,
        `token ${token} comes after the drafted tokens [${key}] with probability ${actual}; its row declares ${row[token]}`,
      );
    }
  }
}
