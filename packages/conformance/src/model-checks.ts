import { certainPrompt, certainText, MASK } from "./certain-text.ts";
import type { Check } from "./check.ts";
import { expect } from "./expect.ts";
import { explainCache } from "./explain-cache.ts";
import { certainFixture, type CertainModels, CONTEXT_LENGTH, type Fixture, prompt as startPrompt, uncertainFixture } from "./fixture.ts";
import { type Observation, observe, observeUncertain, type Scenario } from "./observe.ts";
import { maxTokens, type Subject } from "./subject.ts";

/** Consequences of the models' predictions: above all, that each session holds the correct sequence. */
export const modelChecks: readonly Check[] = [
  {
    rule: "models",
    name: "follows models that are certain of every token, each of which depends on the whole sequence before it",
    async run(subject) {
      for (const scenario of certainScenarios(subject)) {
        const observation = await observe(subject.create(), scenario);
        checkText(subject, scenario, observation);
      }
    },
  },
  {
    rule: "models",
    name: "follows the rows that a causal model's sessions return, also where processors have changed them",
    inapplicable: ({ requires }) => (requires.includes("causal") ? undefined : "requires no causal model"),
    async run(subject) {
      for (const scenario of certainScenarios(subject, { causal: "processed" })) {
        const observation = await observe(subject.create(), scenario);
        checkText(subject, scenario, observation);
      }
    },
  },
  {
    rule: "models",
    name: "continues what it has committed in every pass of the causal model, also where that model is uncertain",
    inapplicable({ requires, options: { readsOtherTexts = false } }) {
      if (readsOtherTexts) return "reads other texts too (option readsOtherTexts)";
      return requires.includes("causal") ? undefined : "requires no causal model";
    },
    async run(subject) {
      for (let seed = 0; seed < 8; seed++) {
        const scenario = { name: `seed ${seed}`, fixture: uncertainFixture(), prompt: startPrompt(), options: { maxNewTokens: 16, seed } };
        const problem = explainCache(await observe(subject.create(), scenario), scenario.fixture, "causal");
        expect(problem === undefined, `an uncertain model, seed ${seed}: ${problem}`);
      }
    },
  },
  {
    rule: "models",
    name: "commits no mask token, even where the masked model prefers it",
    inapplicable({ requires }) {
      if (!requires.includes("masked")) return "requires no masked model";
      return requires.includes("causal") ? "requires a causal model, which may predict the mask's token" : undefined;
    },
    async run(subject) {
      for (let seed = 0; seed < 20; seed++) {
        const { tokens } = await observeUncertain(subject, { maxNewTokens: 8, seed });
        const place = tokens.indexOf(MASK);
        expect(
          place < 0,
          `seed ${seed}: the mask token, ${MASK}, was committed at index ${place}. Set its logit to -Infinity before choosing.`,
        );
      }
    },
  },
  {
    rule: "models",
    name: "has every draft accepted by a causal model that predicts what the draft model predicts",
    inapplicable({ requires, options: { followsDraft = true } }) {
      if (!followsDraft) return "does not follow its draft model alone (option followsDraft)";
      return requires.includes("draft") ? undefined : "requires no draft model";
    },
    async run(subject) {
      let drafts = 0;
      for (const scenario of certainScenarios(subject, { draft: "certain" })) {
        const { events, ...progress } = await observe(subject.create(), scenario);
        for (const [index, event] of events.entries()) {
          if (event.type !== "draft-verify") continue;
          drafts++;
          const { accepted, drafted, start } = event;
          const reason = explainCache(progress, scenario.fixture) ?? "The draft model was read correctly, but its tokens were not drafted.";
          expect(
            accepted === drafted,
            `${scenario.name}: ${accepted} of ${drafted} draft tokens at ${start} were accepted (event ${index}). ${reason}`,
          );
        }
      }
      expect(drafts > 0, "no draft was verified (draft-verify). If it uses the draft model for something else, set followsDraft: false.");
    },
  },
];

/** Short and long prompts, and outputs up to the end of the context. */
function certainScenarios({ options: { fixedLength } }: Subject, models: CertainModels = {}): readonly Scenario[] {
  const room = fixedLength ? (fixedLength.positions ?? fixedLength.output) : 2;
  return [1, 2, 3, 7, CONTEXT_LENGTH - room]
    .filter((length) => length + room <= CONTEXT_LENGTH)
    .map((length, index) => ({
      name: `a prompt of ${length} tokens`,
      fixture: certainFixture(models),
      prompt: certainPrompt(length, index + 2),
      options: { maxNewTokens: 12 },
    }));
}

function checkText(subject: Subject, { name, fixture, prompt }: Scenario, observation: Observation): void {
  const given = subject.options.fixedLength?.givenIndices ?? [];
  const { tokens, limit } = observation;
  const expected = certainText(prompt, maxTokens(subject, limit));
  for (const [place, token] of tokens.entries()) {
    if (given.includes(place) || token === expected[place]) continue;
    const where = `${name}: output[${place}] (position ${prompt.length + place})`;
    throw new Error(`${where}: expected ${expected[place]}, got ${token}. ${explainToken(observation, fixture)}`);
  }
}

function explainToken(observation: Observation, fixture: Fixture): string {
  if (fixture.staleRowReads() > 0)
    return "A row was read after its session's next pass, when it is no longer valid. Copy it before that pass: row.slice().";
  return (
    explainCache(observation, fixture) ??
    [
      "Every pass continued the committed tokens, so the rows were correct:",
      "another row was used, or a row was used after its session's next pass, when it is NaN (copy it: row.slice()).",
    ].join(" ")
  );
}
