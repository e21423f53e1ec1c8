import type { ModelRole, DecodeOptions, Decoder, ErrorCode } from "@decodekit/core";
import { failingModel, type ModelFailure } from "@decodekit/core/testing";
import type { Check } from "./check.ts";
import { expect, expectError, expectSame, expectSameEvents, failureOf } from "./expect.ts";
import { certainFixture, CONTEXT_LENGTH, type Fixture, prompt, VOCAB_SIZE, withModel } from "./fixture.ts";
import { type Observation, observe, observeCertain } from "./observe.ts";

const MANY = 5;

/** Bad input and failing models: a typed error, no session left open, and a decoder that still works. */
export const errorChecks: readonly Check[] = [
  {
    rule: "errors",
    name: "refuses an empty prompt and tokens outside the vocabulary with INVALID_OPTION",
    async run(create) {
      await expectRefusal(create, "INVALID_OPTION", [], {});
      await expectRefusal(create, "INVALID_OPTION", [1, VOCAB_SIZE], {});
      await expectRefusal(create, "INVALID_OPTION", [1, -1], {});
    },
  },
  {
    rule: "errors",
    name: "refuses a prompt over the context length with CONTEXT_LENGTH",
    run: (create) =>
      expectRefusal(
        create,
        "CONTEXT_LENGTH",
        Array.from({ length: CONTEXT_LENGTH + 1 }, () => 1),
        {},
      ),
  },
  {
    rule: "errors",
    name: "refuses options out of range with INVALID_OPTION",
    async run(create) {
      for (const maxNewTokens of [-1, 1.5, NaN, Infinity]) await expectRefusal(create, "INVALID_OPTION", [1, 2], { maxNewTokens });
      for (const seed of [-1, 0.5, NaN]) await expectRefusal(create, "INVALID_OPTION", [1, 2], { seed });
      for (const stopToken of [-1, 0.5, VOCAB_SIZE]) await expectRefusal(create, "INVALID_OPTION", [1, 2], { stopTokens: [stopToken] });
    },
  },
  {
    rule: "errors",
    name: "rejects logits without a distribution with INVALID_LOGITS, at any pass",
    async run(create) {
      const passes = await countPasses(create, "causal");
      for (const spoilt of [
        { logits: NaN },
        { logits: NaN, token: 0 },
        { logits: Infinity, token: VOCAB_SIZE - 1 },
        { logits: -Infinity },
      ]) {
        const what = `logits ${spoilt.logits} ${spoilt.token === undefined ? "everywhere" : `for token ${spoilt.token}`}`;
        let rejected = 0;
        for (let pass = 0; pass < passes; pass++)
          rejected += (await rejects(create, { pass, ...spoilt }, `${what} at pass ${pass}`)) ? 1 : 0;
        expect(rejected > 0, `${what}: no pass was rejected`);
      }
    },
  },
  {
    rule: "errors",
    name: "passes on the error of a model that fails, at any pass, disposes every session and works again",
    async run(create) {
      for (const role of create().requires) {
        const passes = await countPasses(create, role);
        for (let pass = 0; pass < passes; pass++) {
          const what = `the ${role} model fails at pass ${pass}`;
          const error = new Error("the device was lost");
          const decode = await failingDecode(create, role, { pass, error });
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
  create: () => Decoder,
  code: ErrorCode,
  tokens: readonly number[],
  options: Partial<DecodeOptions>,
): Promise<void> {
  const fixture = certainFixture();
  const scenario = { fixture, prompt: Int32Array.from(tokens), options: { maxNewTokens: MANY, ...options } };
  const changed = Object.entries(options).map(
    ([option, value]) => `, ${option} ${typeof value === "number" ? value : JSON.stringify(value)}`,
  );
  const what = `prompt of ${tokens.length} tokens${changed.join("")}`;
  await expectError(code, () => observe(create(), scenario), what);
  expectSame(fixture.passes(), 0, `${what}: passes before the error`);
  expectSame(fixture.openSessions(), 0, `${what}: open sessions after the error`);
}

interface FailingDecode {
  readonly run: () => Promise<Observation>;
  /** The same decode on a model that does not fail. */
  readonly baseline: Observation;
  /** Checks that nothing is left open, and that the same decoder then decodes as if nothing had happened. */
  checkAftermath(what: string): Promise<void>;
}

async function failingDecode(create: () => Decoder, role: ModelRole, failure: ModelFailure): Promise<FailingDecode> {
  const decoder = create();
  const baseline = await observeCertain(create(), { maxNewTokens: MANY });
  const fixture: Fixture = withModel(certainFixture(), role, (model) => failingModel(model, failure));
  const scenario = { fixture, prompt: prompt(), options: { maxNewTokens: MANY } };
  return {
    baseline,
    run: () => observe(decoder, scenario),
    async checkAftermath(what) {
      expectSame(fixture.openSessions(), 0, `${what}: open sessions`);
      expectSameEvents((await observe(decoder, scenario)).events, baseline.events, `the next decode after ${what}`);
    },
  };
}

/** Whether the decode rejects spoilt logits; false when it goes on as if it had not looked at them, which it may. */
async function rejects(create: () => Decoder, failure: ModelFailure, what: string): Promise<boolean> {
  const decode = await failingDecode(create, "causal", failure);
  const outcome = await decode.run().catch((error: unknown) => ({ error }));
  if ("error" in outcome) await expectError("INVALID_LOGITS", () => Promise.reject(outcome.error), what);
  else expectSameEvents(outcome.events, decode.baseline.events, `a decode that did not reject ${what}`);
  await decode.checkAftermath(what);
  return "error" in outcome;
}

async function countPasses(create: () => Decoder, role: ModelRole): Promise<number> {
  const fixture = certainFixture();
  await observe(create(), { fixture, prompt: prompt(), options: { maxNewTokens: MANY } });
  return fixture.models[role].passes().length;
}
