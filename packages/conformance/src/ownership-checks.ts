import type { Check } from "./check.ts";
import { expectSame } from "./expect.ts";
import { certainFixture, prompt } from "./fixture.ts";
import { observe, observeCertain, scenarios } from "./observe.ts";

/** Rules 6 and 7: who disposes sessions, and who may write to what. */
export const ownershipChecks: readonly Check[] = [
  {
    rule: 6,
    name: "has disposed every session when it ends",
    async run(subject) {
      for (const scenario of scenarios(subject)) {
        await observe(subject.create(), scenario);
        expectSame(scenario.fixture.openSessions(), 0, `${scenario.name}: open sessions`);
      }
    },
  },
  {
    rule: 6,
    name: "disposes every session when the reader stops after any event",
    async run(subject) {
      const { events } = await observeCertain(subject, { maxNewTokens: 5 });
      for (let leaveAt = 0; leaveAt < events.length; leaveAt++) {
        const fixture = certainFixture();
        const name = `the reader stops at event ${leaveAt}`;
        const scenario = { name, fixture, prompt: prompt(), options: { maxNewTokens: 5 } };
        await observe(subject.create(), scenario, (_, index) => (index === leaveAt ? "leave" : undefined));
        expectSame(fixture.openSessions(), 0, `open sessions after the reader stopped at event ${leaveAt} (${events[leaveAt]!.type})`);
      }
    },
  },
  {
    rule: 7,
    name: "does not write to the prompt or the options",
    async run(subject) {
      for (const scenario of scenarios(subject)) {
        const stopTokens = Object.freeze([...(scenario.options.stopTokens ?? [])]);
        const tokens = scenario.prompt.slice();
        const checkPrompt = (): void => expectSame(scenario.prompt, tokens, `${scenario.name}: prompt`);
        await observe(subject.create(), { ...scenario, options: Object.freeze({ ...scenario.options, stopTokens }) }, checkPrompt);
        checkPrompt();
      }
    },
  },
  {
    rule: 7,
    name: "does not write to the rows of logits, which belong to the model",
    async run(subject) {
      for (const scenario of scenarios(subject)) {
        await observe(subject.create(), scenario);
        expectSame(scenario.fixture.modifiedRows(), 0, `${scenario.name}: rows of logits that were written to`);
      }
    },
  },
  {
    rule: 7,
    name: "never writes again to an array that it has emitted",
    async run(subject) {
      for (const scenario of scenarios(subject)) {
        const { events, originals } = await observe(subject.create(), scenario);
        for (const [index, event] of events.entries()) expectSame(originals[index], event, `${scenario.name}: event ${index} at the end`);
      }
    },
  },
];
