import { DecodekitError, type ModelRole } from "@decodekit/core";
import { MODEL_ROLES } from "@decodekit/core/toolkit";
import { certainText, MASK, VOCAB_SIZE } from "./certain-text.ts";
import type { Check } from "./check.ts";
import { countPasses, failingDecode, MANY } from "./error-checks.ts";
import { expect, expectSame, expectSameEvents } from "./expect.ts";
import { prompt } from "./fixture.ts";
import { type Observation, observeCertain } from "./observe.ts";
import { leadingRole, type Subject } from "./subject.ts";

/** The invalid logits in the rows of a pass. */
interface InvalidRow {
  readonly logits: number;
  readonly token?: number;
}

/** Rows without a distribution, from every model that the decoder requires. */
export const logitsChecks: readonly Check[] = [
  {
    rule: "errors",
    name: "rejects logits without a distribution with INVALID_LOGITS, at any pass of any model",
    async run(subject) {
      const unread: ModelRole[] = [];
      for (const role of inOrder(subject)) {
        const counts = await countRejections(subject, role);
        const isRead = counts.some(({ rejected }) => rejected > 0);
        if (!isRead) unread.push(role);
        // A decoder may read only parts of the rows of its other models.
        if (!isRead || role !== inOrder(subject)[unread.length]) continue;
        for (const { what, rejected, passes } of counts) expect(rejected > 0, `${what}: none of ${passes} passes was rejected`);
      }
      expect(
        unread.length < subject.requires.length,
        `no pass of any model (${unread.join(", ")}) was rejected, whatever its rows contained`,
      );
    },
  },
];

/** Returns the roles that the decoder requires; the first whose rows are read decides the output. */
function inOrder({ requires }: Subject): readonly ModelRole[] {
  return MODEL_ROLES.filter((role) => requires.includes(role));
}

interface Rejections {
  readonly what: string;
  readonly passes: number;
  readonly rejected: number;
}

async function countRejections(subject: Subject, role: ModelRole): Promise<readonly Rejections[]> {
  const passes = await countPasses(subject, role);
  const baseline = await observeCertain(subject, { maxNewTokens: MANY });
  const counts: Rejections[] = [];
  for (const invalid of invalidRows(role)) {
    const what = `logits ${invalid.logits} of the ${role} model ${invalid.token === undefined ? "everywhere" : `for token ${invalid.token}`}`;
    let rejected = 0;
    for (let pass = 0; pass < passes; pass++) {
      if (await rejects({ subject, role, failure: { pass, ...invalid }, baseline, what: `${what} at pass ${pass}` })) rejected++;
    }
    counts.push({ what, passes, rejected });
  }
  return counts;
}

/**
 * Returns invalid logits everywhere, or for one token that is not predicted, so that a decoder that does not check the whole row
 * continues. The mask token's logit of a masked model may go unread.
 */
function invalidRows(role: ModelRole): readonly InvalidRow[] {
  const text = certainText(prompt(), MANY);
  const unpredicted = Array.from({ length: VOCAB_SIZE }, (_, token) => token).filter(
    (token) => !text.includes(token) && !(role === "masked" && token === MASK),
  );
  return [
    { logits: NaN },
    { logits: NaN, token: unpredicted[0]! },
    { logits: Infinity, token: unpredicted.at(-1)! },
    { logits: -Infinity },
  ];
}

interface RejectionCase {
  readonly subject: Subject;
  readonly role: ModelRole;
  readonly failure: InvalidRow & { readonly pass: number };
  /** The same decode with valid logits. */
  readonly baseline: Observation;
  readonly what: string;
}

/** Returns whether the decode rejects invalid logits; it may also not read them, and must then be unaffected. */
async function rejects({ subject, role, failure, baseline, what }: RejectionCase): Promise<boolean> {
  const decode = failingDecode(subject, role, failure, baseline);
  const outcome = await decode.run().catch((error: unknown) => ({ error }));
  if ("error" in outcome) {
    expect(isRejection(outcome.error, role, subject), `${what}: expected an error with code INVALID_LOGITS, got ${String(outcome.error)}`);
  } else if (role === leadingRole(subject)) {
    expectSameEvents(outcome.events, baseline.events, `a decode that did not reject ${what}`);
  } else {
    // A decoder may skip a model that does not decide the output, which changes the events.
    expectSame(outcome.tokens, baseline.tokens, `tokens of a decode that did not reject ${what}`);
  }
  await decode.checkAftermath(what);
  return "error" in outcome;
}

/** Returns whether `error` reports invalid logits; a drafter's failure is a DrafterError with the cause. */
function isRejection(error: unknown, role: ModelRole, subject: Subject): boolean {
  if (!DecodekitError.isInstance(error)) return false;
  if (error.code === "INVALID_LOGITS") return true;
  return error.code === "DRAFTER" && role !== leadingRole(subject) && isRejection(error.cause, role, subject);
}
