import type { ForwardOptions, Logits, Session } from "@decodekit/core";
import { expect, expectError, expectSame, failureOf } from "./expect.ts";
import {
  copyRows,
  CUT,
  expectRow,
  freshRows,
  type ModelCheck,
  type ModelSubject,
  readInPasses,
  TEXT_LENGTH,
  withSession,
} from "./model-subject.ts";

/** The longest context that is filled: longer ones take too long. */
const LONGEST = 1024;
const REST = TEXT_LENGTH - CUT;

/** Passes that fail or are aborted, and leave the session unchanged. */
export const modelErrorChecks: readonly ModelCheck[] = [
  {
    name: "refuses empty passes, tokens outside the vocabulary and rows out of range with INVALID_OPTION, and stays as it was",
    run: (subject) =>
      afterFailures(subject, async (session) => {
        const { text, model } = subject;
        const invalid: readonly (readonly [what: string, tokens: Int32Array, rows?: ForwardOptions["rows"]])[] = [
          ["no tokens", new Int32Array(0)],
          ["token -1", Int32Array.of(text[0]!, -1)],
          [`token ${model.vocabSize} of a vocabulary of ${model.vocabSize}`, Int32Array.of(model.vocabSize, text[0]!)],
          ...[0, -1, 3, 1.5].map((rows) => [`rows: ${rows} of 2 tokens`, text.slice(CUT, CUT + 2), rows] as const),
        ];
        for (const [what, tokens, rows] of invalid) await expectError("INVALID_OPTION", () => session.forward(tokens, { rows }), what);
      }),
  },
  {
    name: "refuses a pass over the context length with CONTEXT_LENGTH, and stays as it was",
    run: (subject) =>
      afterFailures(subject, async (session) => {
        const { contextLength } = subject.model;
        const tokens = new Int32Array(contextLength - CUT + 1).fill(subject.text[0]!);
        await expectError("CONTEXT_LENGTH", () => session.forward(tokens), `${contextLength + 1} tokens in a context of ${contextLength}`);
      }),
  },
  {
    name: "fills its context",
    inapplicable: ({ model }) => (model.contextLength > LONGEST ? `has a context of more than ${LONGEST} tokens` : undefined),
    run: (subject) =>
      withSession(subject, async (session) => {
        const { contextLength } = subject.model;
        const tokens = Int32Array.from({ length: contextLength }, (_, place) => subject.text[place % TEXT_LENGTH]!);
        await session.forward(tokens.slice(0, -1));
        const { rows } = await session.forward(tokens.slice(-1));
        expectSame([rows, session.length], [1, contextLength], "rows of the last pass, and the length");
        await expectError("CONTEXT_LENGTH", () => session.forward(tokens.slice(0, 1)), "one more token");
      }),
  },
  {
    name: "rejects an aborted pass with the signal's reason, before it begins or while it runs, and stays as it was",
    async run(subject) {
      const tokens = subject.text.slice(CUT);
      await afterFailures(subject, async (session) => {
        const what = "a pass with an aborted signal";
        expectReason(await failureOf(() => session.forward(tokens, { signal: AbortSignal.abort(REASON) }), what), what);
      });
      if (subject.lateAborts) return checkLateAbort(subject);
      await afterFailures(subject, async (session) => expectReason(await failureOf(() => abortedPass(session, tokens), RUNNING), RUNNING));
    },
  },
];

const REASON = new Error("the check aborts this pass");
const RUNNING = "a pass whose signal is aborted while it runs";

function expectReason(error: unknown, what: string): void {
  expect(error === REASON, `${what}: expected the signal's reason, got ${String(error)}`);
}

function abortedPass(session: Session, tokens: Int32Array): Promise<Logits> {
  const controller = new AbortController();
  const pass = session.forward(tokens, { rows: "all", signal: controller.signal });
  controller.abort(REASON);
  return pass;
}

/** The pass may have ended before the abort reached it: then its tokens are cached, and its rows are right. */
async function checkLateAbort(subject: ModelSubject): Promise<void> {
  const { text } = subject;
  const rows = await freshRows(subject, text, [CUT, REST]);
  await withSession(subject, async (session) => {
    await session.forward(text.slice(0, CUT));
    const result = await abortedPass(session, text.slice(CUT)).catch((error: unknown) => error);
    const ended = result instanceof Error ? undefined : (result as Logits);
    if (!ended) expectReason(result, RUNNING);
    expectSame(session.length, ended ? TEXT_LENGTH : CUT, `the length after ${RUNNING}`);
    const actual = ended ? copyRows(ended) : await readInPasses(session, text.slice(CUT), [REST]);
    for (const [index, row] of actual.entries())
      expectRow(subject, row, { rows, index: CUT + index }, `after ${RUNNING}: the row after token ${CUT + index}`);
  });
}

/** Reads the text up to the cut, runs `fail`, and checks that the session goes on as if that had not been. */
async function afterFailures(subject: ModelSubject, fail: (session: Session) => Promise<void>): Promise<void> {
  const { text } = subject;
  const rows = await freshRows(subject, text, [CUT, REST]);
  await withSession(subject, async (session) => {
    await session.forward(text.slice(0, CUT));
    await fail(session);
    expectSame(session.length, CUT, "the length after failed passes");
    for (const [index, row] of (await readInPasses(session, text.slice(CUT), [REST])).entries())
      expectRow(subject, row, { rows, index: CUT + index }, `after failed passes: the row after token ${CUT + index}`);
  });
}
