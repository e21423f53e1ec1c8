import { expect, expectError, expectSame } from "./expect.ts";
import {
  BRANCH_LENGTH,
  copyRows,
  CUT,
  expectRow,
  freshRows,
  type ModelCheck,
  type ModelSubject,
  readInPasses,
  TEXT_LENGTH,
  withSession,
  withSessions,
} from "./model-subject.ts";

/** What a session holds: through rewinds, forks, disposal and other sessions. */
export const modelStateChecks: readonly ModelCheck[] = [
  {
    name: "goes on from a position that it rewound to, as if it had never read on",
    inapplicable: ({ model }) => (model.capabilities.rewind ? undefined : "cannot rewind (capabilities.rewind)"),
    async run(subject) {
      const { text, branch } = subject;
      for (const cut of [CUT, TEXT_LENGTH - 1, 1, 0]) {
        const prefix = text.slice(0, cut);
        const passes = cut === 0 ? [BRANCH_LENGTH] : [cut, BRANCH_LENGTH];
        const rows = await freshRows(subject, Int32Array.of(...prefix, ...branch), passes);
        await withSession(subject, async (session) => {
          await readInPasses(session, text, cut === 0 ? [TEXT_LENGTH] : [cut, TEXT_LENGTH - cut]);
          await session.rewindTo(cut);
          expectSame(session.length, cut, `rewound to ${cut}: the length`);
          await expectBranch(subject, { read: () => readInPasses(session, branch, [BRANCH_LENGTH]), rows, what: `rewound to ${cut}` });
        });
      }
    },
  },
  {
    name: "refuses to rewind to a length that it does not hold, or at all if it cannot, with INVALID_OPTION, and stays as it was",
    async run(subject) {
      const { model, text, branch } = subject;
      const rows = await freshRows(subject, Int32Array.of(...text.slice(0, CUT), ...branch), [CUT, BRANCH_LENGTH]);
      await withSession(subject, async (session) => {
        await readInPasses(session, text.slice(0, CUT), [CUT]);
        for (const length of [-1, CUT + 1, 1.5, NaN, ...(model.capabilities.rewind ? [] : [1])])
          await expectError("INVALID_OPTION", () => session.rewindTo(length), `rewindTo(${length}) of ${CUT}`);
        expectSame(session.length, CUT, "the length after refused rewinds");
        await expectBranch(subject, { read: () => readInPasses(session, branch, [BRANCH_LENGTH]), rows, what: "after refused rewinds" });
      });
    },
  },
  {
    name: "forks into sessions that hold the same and go on without each other",
    inapplicable: ({ model }) => (model.capabilities.fork ? undefined : "cannot fork (capabilities.fork)"),
    run: checkFork,
  },
  {
    name: "runs the calls on a session in the order in which they were made",
    async run(subject) {
      const { model, text, branch } = subject;
      const rows = await freshRows(subject, Int32Array.of(...text.slice(0, CUT), ...branch), [CUT, BRANCH_LENGTH]);
      await withSession(subject, async (session) => {
        const calls: Promise<unknown>[] = [session.forward(text.slice(0, CUT))];
        if (model.capabilities.rewind) calls.push(session.forward(text.slice(CUT)), session.rewindTo(CUT));
        const last = session.forward(branch, { rows: "all" });
        await Promise.all([...calls, last]);
        await expectBranch(subject, { read: async () => copyRows(await last), rows, what: "calls made at once" });
        expectSame(session.length, CUT + BRANCH_LENGTH, "the length after calls made at once");
      });
    },
  },
  {
    name: "keeps sessions apart that take turns or run at the same time, and each one's rows until its own next pass",
    run: checkConcurrent,
  },
  {
    name: "refuses every call on a disposed session but dispose with DISPOSED, and leaves other sessions alone",
    async run(subject) {
      const { model, text } = subject;
      const rows = await freshRows(subject, text, [CUT, TEXT_LENGTH - CUT]);
      await withSessions(subject, 3, async ([session, other, used]) => {
        for (const each of [session!, other!, used!]) await each.forward(text.slice(0, CUT));
        await session!.dispose();
        await session!.dispose();
        const calls: Readonly<Record<string, (() => Promise<unknown>) | undefined>> = {
          forward: () => session!.forward(text.slice(CUT)),
          rewindTo: model.capabilities.rewind ? () => session!.rewindTo(0) : undefined,
          fork: session!.fork && (() => session!.fork!()),
          forwardTree: session!.forwardTree && (() => session!.forwardTree!(text.slice(0, 1), Int32Array.of(-1))),
        };
        for (const [name, call] of Object.entries(calls)) if (call) await expectError("DISPOSED", call, `${name} after dispose`);
        await used![Symbol.asyncDispose]();
        await expectError(
          "DISPOSED",
          () => used!.forward(text.slice(CUT)),
          "forward after [Symbol.asyncDispose], which `await using` calls",
        );
        for (const [index, row] of (await readInPasses(other!, text.slice(CUT), [TEXT_LENGTH - CUT])).entries())
          expectRow(subject, row, { rows, index: CUT + index }, `another session: the row after token ${CUT + index}`);
      });
    },
  },
];

/** Reads the branch after the cut, and compares its rows with those of `rows`, which follow the whole sequence. */
async function expectBranch(
  subject: ModelSubject,
  {
    read,
    rows,
    what,
  }: { readonly read: () => Promise<readonly Float32Array[]>; readonly rows: readonly Float32Array[]; readonly what: string },
): Promise<void> {
  const first = rows.length - BRANCH_LENGTH;
  for (const [index, row] of (await read()).entries())
    expectRow(subject, row, { rows, index: first + index }, `${what}: the row after token ${index} of those that follow`);
}

async function checkFork(subject: ModelSubject): Promise<void> {
  const { text, branch } = subject;
  const rest = TEXT_LENGTH - CUT;
  const straight = await freshRows(subject, text, [CUT, rest]);
  const branched = await freshRows(subject, Int32Array.of(...text.slice(0, CUT), ...branch), [CUT, BRANCH_LENGTH]);
  await withSession(subject, async (session) => {
    await session.forward(text.slice(0, CUT));
    const [fork, second] = [await session.fork!(), await session.fork!()];
    expectSame([fork.length, second.length], [CUT, CUT], "the lengths of forks");
    const original = await readInPasses(session, text.slice(CUT), [rest]);
    expectSame(fork.length, CUT, "the length of a fork after its original read on");
    await expectBranch(subject, { read: () => readInPasses(fork, branch, [BRANCH_LENGTH]), rows: branched, what: "a fork" });
    for (const [index, row] of original.entries())
      expectRow(subject, row, { rows: straight, index: CUT + index }, `the original: the row after token ${CUT + index}`);
    expectSame(session.length, TEXT_LENGTH, "the length of the original after its fork read on");
    await fork.dispose();
    for (const [index, row] of (await readInPasses(second, text.slice(CUT), [rest])).entries())
      expectRow(
        subject,
        row,
        { rows: straight, index: CUT + index },
        `a second fork, after the first was disposed: the row after token ${CUT + index}`,
      );
    await second.dispose();
  });
}

async function checkConcurrent(subject: ModelSubject): Promise<void> {
  const { text, branch } = subject;
  const otherText = Int32Array.of(...branch, ...text.slice(0, TEXT_LENGTH - BRANCH_LENGTH));
  const texts = [text, otherText];
  const passes = [CUT, ...Array.from({ length: TEXT_LENGTH - CUT }, () => 1)];
  const rows = [await freshRows(subject, text, passes), await freshRows(subject, otherText, passes)];
  for (const together of [false, true]) {
    const how = together ? "at the same time" : "taking turns";
    await withSessions(subject, 2, async (sessions) => {
      let start = 0;
      for (const length of passes) {
        const read = (place: number) => sessions[place]!.forward(texts[place]!.slice(start, start + length), { rows: "all" });
        const logits = together ? await Promise.all([read(0), read(1)]) : [await read(0), await read(1)];
        for (const [place, each] of logits.entries()) {
          for (const [index, row] of copyRows(each).entries())
            expectRow(
              subject,
              row,
              { rows: rows[place]!, index: start + index },
              `session ${place} of two, ${how}: the row after token ${start + index}`,
            );
        }
        start += length;
        expect(
          sessions.every((session) => session.length === start),
          `two sessions, ${how}: lengths ${sessions.map((session) => session.length).join(" and ")} after ${start} tokens each`,
        );
      }
    });
  }
}
