import { DecodekitError, type ModelRole } from "@decodekit/core";
import { certainText, MASK, VOCAB_SIZE } from "./certain-text.ts";
import type { Check } from "./check.ts";
import { countPasses, failingDecode, MANY } from "./error-checks.ts";
import { expect, expectSame, expectSameEvents } from "./expect.ts";
import { prompt } from "./fixture.ts";
import { type Observation, observeCertain } from "./observe.ts";
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
      const unread: ModelRole[] = [];
      for (const role of inOrder(subject)) {
        const counts = await countRejections(subject, role);
        const isRead = counts.some(({ rejected }) => rejected > 0);
        if (!isRead) unread.push(role);
        // A model that only drafts or helps may be read in part.
        if (!isRead || role !== inOrder(subject)[unread.length]) continue;
        for (const { what, rejected, passes } of counts) expect(rejected > 0, `${what}: no pass of ${passes} was rejected`);
      }
      expect(
        unread.length < subject.requires.length,
        `no pass of any model (${unread.join(", ")}) was rejected, whatever stood in its rows`,
      );
    },
  },
];

/** The roles that the decoder requires, first the one that decides the output where its rows are read. */
function inOrder({ requires }: Subject): readonly ModelRole[] {
  return (["causal", "masked", "draft"] as const).filter((role) => requires.includes(role));
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
  for (const spoilt of spoiltRows(role)) {
    const what = `logits ${spoilt.logits} of the ${role} model ${spoilt.token === undefined ? "everywhere" : `for token ${spoilt.token}`}`;
    let rejected = 0;
    for (let pass = 0; pass < passes; pass++) {
      if (await rejects({ subject, role, failure: { pass, ...spoilt }, baseline, what: `${what} at pass ${pass}` })) rejected++;
    }
    counts.push({ what, passes, rejected });
  }
  return counts;
}

/**
 * Everywhere, or for a token that is not said, so that who does not look at the whole row goes on. What stands there for the mask token
 * may go unread.
 */
function spoiltRows(role: ModelRole): readonly Spoilt[] {
  const said = certainText(prompt(), MANY);
  const unsaid = Array.from({ length: VOCAB_SIZE }, (_, token) => token).filter(
    (token) => !said.includes(token) && !(role === "masked" && token === MASK),
  );
  return [{ logits: NaN }, { logits: NaN, token: unsaid[0]! }, { logits: Infinity, token: unsaid.at(-1)! }, { logits: -Infinity }];
}

interface Spoiling {
  readonly subject: Subject;
  readonly role: ModelRole;
  readonly failure: Spoilt & { readonly pass: number };
  /** The same decode on a model that is not spoilt. */
  readonly baseline: Observation;
  readonly what: string;
}

/** Whether the decode rejects spoilt logits; false when it goes on as if it had not looked at them, which it may. */
async function rejects({ subject, role, failure, baseline, what }: Spoiling): Promise<boolean> {
  const decode = failingDecode(subject, role, failure, baseline);
  const outcome = await decode.run().catch((error: unknown) => ({ error }));
  if ("error" in outcome) {
    expect(isRejection(outcome.error, role, subject), `${what}: expected an error with code INVALID_LOGITS, got ${String(outcome.error)}`);
  } else if (role === leadingRole(subject)) {
    expectSameEvents(outcome.events, baseline.events, `a decode that did not reject ${what}`);
  } else {
    // A model that only helps may be passed over, which shows in the events.
    expectSame(outcome.tokens, baseline.tokens, `tokens of a decode that did not reject ${what}`);
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
