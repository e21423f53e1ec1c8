import type { ModelRole } from "@decodekit/core";
import { interceptPasses } from "@decodekit/core/testing";
import type { Check } from "./check.ts";
import { expect, expectSame } from "./expect.ts";
import { certainFixture, type Fixture, prompt, withModel } from "./fixture.ts";
import { type Observation, observe, observeCertain } from "./observe.ts";
import { minTokens, type Subject } from "./subject.ts";

const MANY = 6;

/** Rule 3: an abort at any time ends the decode within one forward pass. */
export const abortChecks: readonly Check[] = [
  {
    rule: 3,
    name: 'ends with "abort" when the signal was aborted before it began',
    async run({ create }) {
      const fixture = certainFixture();
      const name = "aborted before the start";
      const options = { maxNewTokens: MANY, signal: AbortSignal.abort(new Error("enough")) };
      const observed = await observe(create(), { name, fixture, prompt: prompt(), options });
      checkAborted(observed, fixture, 0, name);
    },
  },
  {
    rule: 3,
    name: 'ends with "abort" within one pass when the signal is aborted after any event',
    async run(subject) {
      const { events } = await observeCertain(subject, { maxNewTokens: MANY });
      const lastCommit = events.findLastIndex((event) => event.type === "tokens-commit");
      for (let abortAt = 0; abortAt < lastCommit; abortAt++) {
        const fixture = certainFixture();
        const controller = new AbortController();
        let passes = 0;
        const name = `aborted after event ${abortAt} (${events[abortAt]!.type})`;
        const options = { maxNewTokens: MANY, signal: controller.signal };
        const observed = await observe(subject.create(), { name, fixture, prompt: prompt(), options }, (_, index) => {
          if (index !== abortAt) return;
          passes = fixture.passes();
          controller.abort(new Error("enough"));
        });
        checkAborted(observed, fixture, passes, name);
      }
    },
  },
  {
    rule: 3,
    name: 'ends with "abort" when the signal is aborted during any pass, prefill included',
    async run(subject) {
      for (const role of subject.requires) {
        const baseline = certainFixture();
        await observe(subject.create(), {
          name: "a certain model",
          fixture: baseline,
          prompt: prompt(),
          options: { maxNewTokens: MANY },
        });
        const passes = baseline.models[role].passes().length;
        for (let pass = 0; pass < passes; pass++) await abortDuring(subject, role, pass, pass === passes - 1);
      }
    },
  },
];

async function abortDuring(subject: Subject, role: ModelRole, abortAt: number, isLast: boolean): Promise<void> {
  const controller = new AbortController();
  let passes = 0;
  const fixture: Fixture = withModel(certainFixture(), role, (model) =>
    interceptPasses(model, async ({ index, run }) => {
      const logits = run();
      if (index === abortAt) {
        passes = fixture.passes();
        controller.abort(new Error("enough"));
      }
      return logits;
    }),
  );
  const name = `aborted during pass ${abortAt} of the ${role} model`;
  const options = { maxNewTokens: MANY, signal: controller.signal };
  const observed = await observe(subject.create(), { name, fixture, prompt: prompt(), options });
  // A decoder that commits the result of the last pass may report the output as complete.
  const isWhole = isLast && observed.tokens.length >= minTokens(subject, MANY);
  checkAborted({ finishReason: isWhole ? "abort" : observed.finishReason }, fixture, passes, name);
}

function checkAborted({ finishReason }: Pick<Observation, "finishReason">, fixture: Fixture, passesBefore: number, what: string): void {
  expectSame(finishReason, "abort", `${what}: finish reason`);
  expect(
    fixture.passes() <= passesBefore + 1,
    `${what}: ${fixture.passes() - passesBefore} passes were run after it, at most 1 is allowed`,
  );
  expectSame(fixture.openSessions(), 0, `${what}: open sessions`);
}
