import type { CausalModel } from "@decodekit/core";
import { expect, expectSame, failureOf } from "./expect.ts";
import {
  consistencyOf,
  copyRows,
  expectRow,
  freshRows,
  type ModelCheck,
  type ModelSubject,
  TEXT_LENGTH,
  withSession,
} from "./model-subject.ts";

const WHOLE = [TEXT_LENGTH];

/** What a model states, and the rows that its sessions return. */
export const modelRowChecks: readonly ModelCheck[] = [
  {
    name: "states its vocabulary, its context length and its capabilities, and its sessions have these and are empty",
    async run(subject) {
      checkProperties(subject.model);
      const { fork, tree } = subject.model.capabilities;
      await withSession(subject, async (session) => {
        expectSame(session.length, 0, "the length of a new session");
        for (const [member, claimed] of Object.entries({ fork, forwardTree: tree, keepPath: tree })) {
          const is = typeof session[member as "fork"] === "function";
          expect(is === claimed, `a session has ${is ? "a" : "no"} function ${member}, but the capabilities say otherwise`);
        }
      });
    },
  },
  {
    name: "returns a row of the vocabulary's size for the last token, for several or for all",
    run: (subject) => withSession(subject, (session) => checkShapes(subject, session)),
  },
  {
    name: "returns the same rows however many are asked for",
    async run(subject) {
      const rows = await freshRows(subject, subject.text, WHOLE);
      for (const count of [1, 3] as const) {
        const last = await withSession(subject, async (session) => copyRows(await session.forward(subject.text, { rows: count })));
        for (const [index, row] of last.entries()) {
          const own = TEXT_LENGTH - count + index;
          expectRow(subject, row, { rows, index: own }, `row ${index} of the last ${count}, which follows token ${own}`);
        }
      }
    },
  },
  {
    name: "returns the same rows for tokens that are read at once, in pieces and one by one",
    inapplicable: ({ model }) => (consistencyOf(model) === "mixed" ? 'states rowConsistency "mixed"' : undefined),
    async run(subject) {
      const rows = await freshRows(subject, subject.text, WHOLE);
      const groupings = {
        "one by one": Array.from({ length: TEXT_LENGTH }, () => 1),
        "in passes of 3, 1 and 4": [3, 1, 4],
        "in passes of 1 and 7": [1, 7],
      };
      for (const [how, lengths] of Object.entries(groupings)) {
        for (const [index, row] of (await freshRows(subject, subject.text, lengths)).entries())
          expectRow(subject, row, { rows, index }, `read ${how}: the row after token ${index}`);
      }
    },
  },
  {
    name: "neither writes to the tokens that it reads nor depends on what becomes of them or of its rows",
    async run(subject) {
      const { text } = subject;
      const rows = await freshRows(subject, text, [5, 3]);
      await withSession(subject, async (session) => {
        const given = text.slice(0, 5);
        const logits = await session.forward(given, { rows: "all" });
        expectSame(given, text.slice(0, 5), "the tokens after the pass that read them");
        // A decoder must not do this. If one does, what the model has cached must not change.
        given.fill(text[0]!);
        for (let index = 0; index < logits.rows; index++) logits.row(index).fill(index);
        for (const [index, row] of copyRows(await session.forward(text.slice(5), { rows: "all" })).entries())
          expectRow(subject, row, { rows, index: 5 + index }, `after writes to earlier tokens and rows: the row after token ${5 + index}`);
      });
      const again = await freshRows(subject, text, [5, 3]);
      for (const [index, row] of again.entries()) expectRow(subject, row, { rows, index }, `a later session: the row after token ${index}`);
    },
  },
];

function checkProperties({ kind, vocabSize, contextLength, capabilities }: CausalModel): void {
  expectSame(kind, "causal", "kind");
  expect(Number.isInteger(vocabSize) && vocabSize >= 1, `vocabSize must be an integer >= 1, got ${vocabSize}`);
  expect(Number.isInteger(contextLength) && contextLength >= 1, `contextLength must be an integer >= 1, got ${contextLength}`);
  const { rewind, fork, tree, multiTokenPasses = true, hiddenStates = false, rowConsistency = "rounding", ...unknown } = capabilities;
  for (const [name, value] of Object.entries({ rewind, fork, tree, multiTokenPasses, hiddenStates }))
    expect(typeof value === "boolean", `capabilities.${name} must be true or false, got ${String(value)}`);
  const isKnown = ["exact", "rounding", "approximate", "mixed"].includes(rowConsistency);
  expect(isKnown, `capabilities.rowConsistency must be "exact", "rounding", "approximate" or "mixed", got ${rowConsistency}`);
  expectSame(Object.keys(unknown), [], "capabilities that do not exist");
}

async function checkShapes({ model, text }: ModelSubject, session: Awaited<ReturnType<CausalModel["createSession"]>>): Promise<void> {
  let read = 0;
  for (const [rows, tokens, count] of [
    [undefined, 2, 1],
    ["last", 1, 1],
    ["all", 3, 3],
    [2, 2, 2],
  ] as const) {
    const what = `rows: ${JSON.stringify(rows)} of ${tokens} tokens`;
    const logits = await session.forward(text.slice(read, read + tokens), rows === undefined ? undefined : { rows });
    read += tokens;
    expectSame(session.length, read, `${what}: the length of the session`);
    expectSame([logits.rows, logits.vocabSize], [count, model.vocabSize], `${what}: rows and vocabSize`);
    const { size, values } = logits.hiddenStates ?? { size: 0, values: [] };
    const expected = model.capabilities.hiddenStates ? tokens * size : 0;
    expectSame(values.length, expected, `${what}: number of values of its hidden states, ${size} for each token`);
    expect(!model.capabilities.hiddenStates || size > 0, `${what}: no hidden states, but capabilities.hiddenStates is true`);
    for (let index = 0; index < count; index++) checkRow(logits.row(index), model.vocabSize, `${what}: row ${index}`);
    for (const index of [-1, count]) await failureOf(async () => logits.row(index), `${what}: row(${index})`);
  }
}

function checkRow(row: Float32Array, vocabSize: number, what: string): void {
  expect(row instanceof Float32Array, `${what} is not a Float32Array`);
  expectSame(row.length, vocabSize, `${what}: its length`);
  const invalid = row.findIndex((logit) => !(logit < Infinity));
  expect(invalid < 0, `${what}: the logit of token ${invalid} is ${row[invalid]}`);
  expect(
    row.some((logit) => logit > -Infinity),
    `${what}: every logit is -Infinity`,
  );
}
