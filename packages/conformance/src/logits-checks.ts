import { DecodekitError, type ModelRole } from "@decodekit/core";
import { MASK, VOCAB_SIZE } from "./certain-text.ts";
import type { Check } from "./check.ts";
import { countPasses, failingDecode } from "./error-checks.ts";
import { expect, expectSame, expectSameEvents } from "./expect.ts";
import { leadingRole, type Subject } from "./subject.ts";

/** What stands in the rows of a spoilt pass. */
interface Spoilt {
  readonly logits: number;
  readonly token?: number;
}

/** Rows without a distribution, of every model that the decoder requires. */
export const logitsChecks: readonly Check[] = [
  {
    rule: "errors",
    name: "rejects logits without a distribution with INVALID_LOGITS, at any pass of any model",
    async run(subject) {
      for (const role of subject.requires) {
        const passes = await countPasses(subject, role);
        for (const spoilt of spoiltRows(role)) {
          const what = `logits ${spoilt.logits} of the ${role} model ${spoilt.token === undefined ? "everywhere" : `for token ${spoilt.token}`}`;
          let rejected = 0;
          for (let pass = 0; pass < passes; pass++) {
            rejected += (await rejects(subject, role, { pass, ...spoilt }, `${what} at pass ${pass}`)) ? 1 : 0;
          }
          expect(rejected > 0 || role !== leadingRole(subject), `${what}: no pass of ${passes} was rejected`);
        }
      }
    },
  },
];

/** The row of a masked model for the mask token itself may go unread. */
function spoiltRows(role: ModelRole): readonly Spoilt[] {
  const first = role === "masked" ? MASK + 1 : 0;
  return [{ logits: NaN }, { logits: NaN, token: first }, { logits: Infinity, token: VOCAB_SIZE - 1 }, { logits: -Infinity }];
}

/** Whether the decode rejects spoilt logits; false when it goes on as if it had not looked at them, which it may. */
async function rejects(subject: Subject, role: ModelRole, failure: Spoilt & { readonly pass: number }, what: string): Promise<boolean> {
  const decode = await failingDecode(subject, role, failure);
  const outcome = await decode.run().catch((error: unknown) => ({ error }));
  if ("error" in outcome) {
    expect(isRejection(outcome.error, role, subject), `${what}: expected an error with code INVALID_LOGITS, got ${String(outcome.error)}`);
  } else if (role === leadingRole(subject)) {
    expectSameEvents(outcome.events, decode.baseline.events, `a decode that did not reject ${what}`);
  } else {
    // A model that only helps may be passed over, which shows in the events.
    expectSame(outcome.tokens, decode.baseline.tokens, `tokens of a decode that did not reject ${what}`);
  }
  await decode.checkAftermath(what);
  return "error" in outcome;
}

/** The failure of a drafter is a DrafterError, whatever its model did. */
function isRejection(error: unknown, role: ModelRole, subject: Subject): boolean {
  if (!DecodekitError.isInstance(error)) return false;
  if (error.code === "INVALID_LOGITS") return true;
  return error.code === "DRAFTER" && role !== leadingRole(subject) && isRejection(error.cause, role, subject);
}
