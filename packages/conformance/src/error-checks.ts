import type { DecodeOptions, ErrorCode, ModelRole } from "@decodekit/core";
import { failingModel, type ModelFailure } from "@decodekit/core/testing";
import { VOCAB_SIZE } from "./certain-text.ts";
import type { Check } from "./check.ts";
import { expect, expectError, expectSame, expectSameEvents, failureOf } from "./expect.ts";
import { certainFixture, CONTEXT_LENGTH, type Fixture, prompt, withModel } from "./fixture.ts";
import { type Observation, observe, observeCertain, observeFailing } from "./observe.ts";
import type { Subject } from "./subject.ts";

/** Number of tokens to decode when one of the models fails. */
export const MANY = 5;

/** Invalid input and failing models cause a typed error, leave no session open, and leave the decoder usable. */
export const errorChecks: readonly Check[] = [
  {
    rule: "errors",
    name: "refuses an empty prompt and tokens outside the vocabulary with INVALID_OPTION",
    async run(subject) {
      await expectRefusal(subject, "INVALID_OPTION", [], {});
      await expectRefusal(subject, "INVALID_OPTION", [1, VOCAB_SIZE], {});
      await expectRefusal(subject, "INVALID_OPTION", [1, -1], {});
    },
  },
  {
    rule: "errors",
    name: "refuses a prompt over the context length with CONTEXT_LENGTH",
    run: (subject) =>
      expectRefusal(
        subject,
        "CONTEXT_LENGTH",
        Array.from({ length: CONTEXT_LENGTH + 1 }, () => 1),
        {},
      ),
  },
  {
    rule: "errors",
    name: "refuses options out of range with INVALID_OPTION",
    async run(subject) {
      for (const maxNewTokens of [-1, 1.5, NaN, Infinity]) await expectRefusal(subject, "INVALID_OPTION", [1, 2], { maxNewTokens });
      for (const seed of [-1, 0.5, NaN]) await expectRefusal(subject, "INVALID_OPTION", [1, 2], { seed });
      for (const stopToken of [-1, 0.5, VOCAB_SIZE]) await expectRefusal(subject, "INVALID_OPTION", [1, 2], { stopTokens: [stopToken] });
    },
  },
  {
    rule: "errors",
    name: "passes on a model's error at any pass, disposes every session and works again",
    async run(subject) {
      const baseline = await observeCertain(subject, { maxNewTokens: MANY });
      for (const role of subject.requires) {
        const passes = await countPasses(subject, role);
        for (let pass = 0; pass < passes; pass++) {
          const what = `the ${role} model fails at pass ${pass}`;
          const error = new Error("the device was lost");
          const decode = failingDecode(subject, role, { pass, error }, baseline);
          const failure = await failureOf(decode.run, what);
          expect(
            failure === error || (failure instanceof Error && failure.cause === error),
            `${what}: got another error: ${String(failure)}`,
          );
          await decode.checkAftermath(what);
        }
      }
    },
  },
];

async function expectRefusal(
  { create }: Subject,
  code: ErrorCode,
  tokens: readonly number[],
  options: Partial<DecodeOptions>,
): Promise<void> {
  const fixture = certainFixture();
  const decode = { fixture, prompt: Int32Array.from(tokens), options: { maxNewTokens: MANY, ...options } };
  const changed = Object.entries(options).map(
    ([option, value]) => `, ${option} ${typeof value === "number" ? value : JSON.stringify(value)}`,
  );
  const what = `prompt of ${tokens.length} tokens${changed.join("")}`;
  await expectError(code, () => observeFailing(create(), decode), what);
  expectSame(fixture.passes(), 0, `${what}: passes before the error`);
  expectSame(fixture.openSessions(), 0, `${what}: open sessions after the error`);
}

interface FailingDecode {
  readonly run: () => Promise<Observation>;
  /** Checks that no session is left open, and that the same decoder's next decode is unaffected. */
  checkAftermath(what: string): Promise<void>;
}

/** Prepares a decode in which one pass of one model fails; `baseline` is the same decode without the failure. */
export function failingDecode({ create }: Subject, role: ModelRole, failure: ModelFailure, baseline: Observation): FailingDecode {
  const decoder = create();
  const fixture: Fixture = withModel(certainFixture(), role, (model) => failingModel(model, failure));
  const decode = { fixture, prompt: prompt(), options: { maxNewTokens: MANY } };
  return {
    run: () => observeFailing(decoder, decode),
    async checkAftermath(what) {
      expectSame(fixture.openSessions(), 0, `${what}: open sessions`);
      const again = await observe(decoder, { ...decode, name: `the next decode after ${what}` });
      expectSameEvents(again.events, baseline.events, `the next decode after ${what}`);
    },
  };
}

/** Returns how many passes of the model a decode of the certain text takes. */
export async function countPasses({ create }: Subject, role: ModelRole): Promise<number> {
  const fixture = certainFixture();
  await observe(create(), { name: "a certain model", fixture, prompt: prompt(), options: { maxNewTokens: MANY } });
  return fixture.models[role].passes().length;
}
