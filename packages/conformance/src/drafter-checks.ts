import { type Draft, type Drafter, type ModelSet, seededRandom } from "@decodekit/core";
import { certainPrompt, certainText, MASK } from "./certain-text.ts";
import { checkDraft } from "./check-draft.ts";
import { checkDeclaredProbabilities } from "./declared-probabilities.ts";
import { type DrafterCheck, LENGTHS } from "./drafter-subject.ts";
import { type DriveCase, driveDrafter } from "./drive-drafter.ts";
import { explainCache } from "./explain-cache.ts";
import { expect, expectSame } from "./expect.ts";
import { certainFixture } from "./fixture.ts";
import { callsOfGlobalRandomness } from "./randomness-checks.ts";

const onEveryCase =
  (check: (create: () => Drafter, testCase: DriveCase) => Promise<void>): DrafterCheck["run"] =>
  async ({ create, cases }) => {
    for (const testCase of cases) await check(create, testCase);
  };

/** Everything that `testDrafter` checks of the drafter itself. */
export const drafterChecks: readonly DrafterCheck[] = [
  {
    name: "proposes tokens of the vocabulary, no more than were asked for, with what it gives",
    run: onEveryCase(async (create, testCase) => {
      const drafter = create();
      const { causal, masked } = testCase.models;
      const maskTokenId = drafter.requires.includes("masked") ? masked.maskTokenId : undefined;
      const onDraft = (draft: Draft, round: number): void => {
        const limits = { gives: drafter.gives, most: LENGTHS[round]!, vocabSize: causal.vocabSize, maskTokenId };
        checkDraft(draft, limits, `the draft of round ${round}`);
      };
      await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS, onDraft });
    }),
  },
  { name: "reports every pass and leaves no session open", run: onEveryCase(checkPasses) },
  { name: "proposes the same again, also when it has drafted before", run: onEveryCase(checkRepetition) },
  {
    name: "draws from the request's random source only, not from Math.random or crypto.getRandomValues",
    run: onEveryCase(async (create, testCase) => {
      const drive = { random: seededRandom(1), lengths: LENGTHS };
      const calls = await callsOfGlobalRandomness(async () => void (await driveDrafter(create(), testCase, drive)));
      expectSame(calls, [], "calls");
    }),
  },
  {
    name: "does not write to what it is told",
    run: onEveryCase(async (create, testCase) => {
      const { told, tellings } = await driveDrafter(create(), testCase, { random: seededRandom(1), lengths: LENGTHS });
      for (const [call, tokens] of tellings.entries()) {
        expectSame(tokens, told[call], call === 0 ? "the prompt that it was given" : `the tokens that it was told of in round ${call - 1}`);
      }
    }),
  },
  {
    name: "drafts what models say that are certain, whatever becomes of its drafts",
    inapplicable({ requires }, { followsModels }) {
      if (!followsModels) return "does not follow its models alone (option followsModels)";
      return requires.some((role) => role !== "causal") ? undefined : "requires neither a draft nor a masked model";
    },
    run: ({ create }) => checkText(create()),
  },
  {
    name: "draws every token from the probabilities that it declares, and ends drafts without looking",
    inapplicable: ({ gives }) => (gives === "probabilities" ? undefined : `gives "${gives}", which come without probabilities`),
    run: onEveryCase(checkDeclaredProbabilities),
  },
];

async function checkPasses(create: () => Drafter, { models, ...testCase }: DriveCase): Promise<void> {
  const roles = Object.keys(models) as (keyof ModelSet)[];
  const before = roles.map((role) => models[role].passes().length);
  const { events } = await driveDrafter(create(), { models, ...testCase }, { random: seededRandom(1), lengths: LENGTHS });
  for (const [index, role] of roles.entries()) {
    const model = models[role];
    const reported = events.flatMap((event) => (event.type === "forward-end" && event.model === role ? [event.positions] : []));
    const passes = model.passes().slice(before[index]);
    expectSame(
      reported,
      passes.map(({ positions }) => positions),
      `positions of the passes of the ${role} model, as they were reported by forward-end`,
    );
    expectSame(model.openSessions(), 0, `open sessions of the ${role} model; run.openSession disposes those that it opens`);
    expectSame(model.alteredRows(), 0, `rows of logits of the ${role} model that were written to`);
    expectSame(model.staleReads(), 0, `rows of logits of the ${role} model that were read after the session's next pass`);
  }
}

async function checkRepetition(create: () => Drafter, testCase: DriveCase): Promise<void> {
  const drive = (drafter: Drafter) => driveDrafter(drafter, testCase, { random: seededRandom(7), lengths: LENGTHS });
  const used = create();
  const first = await drive(used);
  const [again, together] = await Promise.all([drive(used), drive(used)]);
  const others = { "that has drafted before": again, "that drafts for two decodes at once": together, "made anew": await drive(create()) };
  for (const [what, { drafts }] of Object.entries(others)) {
    const round = first.drafts.findIndex((draft, index) => String(draft.tokens) !== String(drafts[index]?.tokens));
    expectSame(drafts, first.drafts, `drafts of one ${what}, for the same random source, round ${Math.max(round, 0)}`);
  }
}

/** On models that go on from any sequence in one way: a session that holds another sequence shows. */
async function checkText(drafter: Drafter): Promise<void> {
  const fixture = certainFixture({ draft: "certain", canvas: "read" });
  const prompt = certainPrompt(6);
  const commits: { readonly readsBefore: number; readonly tokens: readonly number[] }[] = [];
  const onTell = (tokens: Int32Array): void => void commits.push({ readsBefore: fixture.reads.length, tokens: [...tokens] });
  const testCase: DriveCase = { models: fixture.models, prompt, stopToken: MASK };
  const { drafts } = await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS, onTell });
  for (const [round, { tokens, parents }] of drafts.entries()) {
    const told = commits.slice(0, round + 2).flatMap((commit) => commit.tokens);
    const chain = parents ? firstChain(tokens, parents) : [...tokens];
    const expected = [...certainText(told, chain.length)];
    const place = chain.findIndex((token, index) => token !== expected[index]);
    if (place < 0) continue;
    const progress = { prompt: [], tokens: told, limit: told.length, commits, firstRead: 0 };
    const reason = explainCache(progress, fixture) ?? "Its models were read rightly, and another token was taken.";
    throw new Error(
      `round ${round}, after [${told.join(", ")}]: expected token ${expected[place]} at place ${place}, got ${chain[place]}. ${reason}`,
    );
  }
  expect(
    drafts.some(({ tokens }) => tokens.length > 0),
    "nothing was drafted in any round, though its models are certain of every token",
  );
}

function firstChain(tokens: Int32Array, parents: Int32Array): number[] {
  const chain: number[] = [];
  for (let node = parents.indexOf(-1); node >= 0; node = parents.indexOf(node)) chain.push(tokens[node]!);
  return chain;
}
