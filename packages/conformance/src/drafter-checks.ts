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

/** All checks of `testDrafter` that concern the drafter itself. */
export const drafterChecks: readonly DrafterCheck[] = [
  {
    name: "proposes tokens of the vocabulary, no more than requested, in the form of its draftKind",
    run: onEveryCase(async (create, testCase) => {
      const drafter = create();
      const { causal, masked } = testCase.models;
      const maskTokenId = drafter.requires.includes("masked") ? masked.maskTokenId : undefined;
      const onDraft = (draft: Draft, round: number): void => {
        const limits = { draftKind: drafter.draftKind, maxTokens: LENGTHS[round]!, vocabSize: causal.vocabSize, maskTokenId };
        checkDraft(draft, limits, `the draft of round ${round}`);
      };
      await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS, onDraft });
    }),
  },
  {
    name: "gives its drafts the confidences that it declares, also when only such drafts are wanted",
    run: onEveryCase(checkConfidences),
  },
  { name: "reports every pass and leaves no session open", run: onEveryCase(checkPasses) },
  { name: "proposes the same drafts again, also after other drafts", run: onEveryCase(checkRepetition) },
  {
    name: "draws from the request's random source only, not from Math.random or crypto.getRandomValues",
    run: onEveryCase(async (create, testCase) => {
      const drive = { random: seededRandom(1), lengths: LENGTHS };
      const calls = await callsOfGlobalRandomness(async () => void (await driveDrafter(create(), testCase, drive)));
      expectSame(calls, [], "calls");
    }),
  },
  {
    name: "does not write to the tokens that it receives",
    run: onEveryCase(async (create, testCase) => {
      const { snapshots, received } = await driveDrafter(create(), testCase, { random: seededRandom(1), lengths: LENGTHS });
      for (const [call, tokens] of received.entries()) {
        expectSame(tokens, snapshots[call], call === 0 ? "the prompt" : `the tokens that it observed in round ${call - 1}`);
      }
    }),
  },
  {
    name: "drafts what certain models predict, whatever is accepted of its drafts",
    inapplicable({ requires, draftHead }, { followsModels }) {
      if (!followsModels) return "does not follow its models alone (option followsModels)";
      const isFollower = draftHead !== undefined || requires.some((role) => role !== "causal");
      return isFollower ? undefined : "requires neither a draft nor a masked model, nor a draft head";
    },
    run: ({ create }) => checkText(create()),
  },
  {
    name: "draws every token from the probabilities that it declares, and drops no token after drawing it",
    inapplicable: ({ draftKind }) => (draftKind === "probabilities" ? undefined : `proposes "${draftKind}", without probabilities`),
    run: onEveryCase(checkDeclaredProbabilities),
  },
];

async function checkConfidences(create: () => Drafter, testCase: DriveCase): Promise<void> {
  const { confidences: declared } = create();
  for (const confidentOnly of declared ? [false, true] : [false]) {
    const drafter = create();
    const onDraft = ({ tokens, confidences }: Draft, round: number): void => {
      const where = `the draft of round ${round}${confidentOnly ? " with request.max 0" : ""}`;
      if (!declared)
        expect(confidences === undefined, `${where}: confidences, which the drafter does not declare (confidences: "all" or "some")`);
      if (tokens.length === 0 || !declared || (declared === "some" && !confidentOnly)) return;
      expect(confidences !== undefined, `${where}: ${tokens.length} tokens without confidences`);
      expect(
        tokens.length <= LENGTHS[round]!,
        `${where}: ${tokens.length} tokens, at most ${LENGTHS[round]!} with confidences were requested`,
      );
    };
    await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS, confidentOnly, onDraft });
  }
}

async function checkPasses(create: () => Drafter, { models, ...testCase }: DriveCase): Promise<void> {
  const roles = Object.keys(models) as (keyof ModelSet)[];
  const before = roles.map((role) => models[role].passes().length);
  const { draftHead } = models.causal;
  const ofHeadBefore = draftHead.passes().length;
  const drafter = create();
  const { events } = await driveDrafter(drafter, { models, ...testCase }, { random: seededRandom(1), lengths: LENGTHS });
  const ofHead = draftHead.passes().slice(ofHeadBefore);
  expectSame(draftHead.openSessions(), 0, "open sessions of the draft head; DraftSession.dispose disposes them");
  for (const [index, role] of roles.entries()) {
    const model = models[role];
    const reported = events.flatMap((event) => (event.type === "forward-end" && event.model === role ? [event.positions] : []));
    const own = model.passes().slice(before[index]);
    const passes = role === "draft" && drafter.draftHead && !drafter.requires.includes("draft") ? ofHead : own;
    expectSame(
      reported,
      passes.map(({ positions }) => positions),
      `positions of the passes of the ${role} model, as reported by forward-end`,
    );
    expectSame(model.openSessions(), 0, `open sessions of the ${role} model; context.openSession disposes those that it opens`);
    expectSame(model.modifiedRows(), 0, `rows of logits of the ${role} model that were written to`);
    expectSame(model.staleRowReads(), 0, `rows of logits of the ${role} model that were read after the session's next pass`);
  }
}

const STATE =
  "Nothing that changes a draft may be kept between decodes or shared by them: move state into start(), and draw from request.random only.";

async function checkRepetition(create: () => Drafter, testCase: DriveCase): Promise<void> {
  const drive = (drafter: Drafter) => driveDrafter(drafter, testCase, { random: seededRandom(7), lengths: LENGTHS });
  const used = create();
  const first = await drive(used);
  const [again, together] = await Promise.all([drive(used), drive(used)]);
  const others = {
    "that has drafted before": again,
    "that drafts for two decodes at once": together,
    "created again": await drive(create()),
  };
  for (const [what, { drafts }] of Object.entries(others)) {
    const round = first.drafts.findIndex((draft, index) => String(draft.tokens) !== String(drafts[index]?.tokens));
    const where = `round ${Math.max(round, 0)}, from the same random source`;
    expect(
      round < 0 && drafts.length === first.drafts.length,
      `${where}: a drafter ${what} drafted [${drafts[round]?.tokens.join(", ")}], another one [${first.drafts[round]?.tokens.join(", ")}]. ${STATE}`,
    );
  }
}

/** Checks drafts on models that are certain of one continuation for every sequence, which reveals a session that holds another sequence. */
async function checkText(drafter: Drafter): Promise<void> {
  const fixture = certainFixture({ draft: "certain", canvas: "read" });
  const prompt = certainPrompt(6);
  const commits: { readonly readsBefore: number; readonly tokens: readonly number[] }[] = [];
  const onCommit = (tokens: Int32Array): void => void commits.push({ readsBefore: fixture.reads.length, tokens: [...tokens] });
  const testCase: DriveCase = { models: fixture.models, prompt, stopToken: MASK };
  const { drafts } = await driveDrafter(drafter, testCase, { random: seededRandom(1), lengths: LENGTHS, onCommit });
  for (const [round, { tokens, parents }] of drafts.entries()) {
    const known = commits.slice(0, round + 2).flatMap((commit) => commit.tokens);
    const chain = parents ? firstChain(tokens, parents) : [...tokens];
    const expected = [...certainText(known, chain.length)];
    const place = chain.findIndex((token, index) => token !== expected[index]);
    if (place < 0) continue;
    const progress = { prompt: [], tokens: known, limit: known.length, commits, firstRead: 0 };
    const reason = explainCache(progress, fixture) ?? "Its models were read correctly, but another token was drafted.";
    throw new Error(
      `round ${round}, after [${known.join(", ")}]: expected token ${expected[place]} at index ${place}, got ${chain[place]}. ${reason}`,
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
