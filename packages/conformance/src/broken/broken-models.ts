// Stryker disable all: the kit detects these defects; nothing tests them here
import type { CausalModel } from "@decodekit/core";
import { changedModel, type Changes, goodModel, randomRow, rowsOf, VOCAB_SIZE, withRows } from "./changed-model.ts";

/** A model with one defect: the beginning of the name of the check that detects it, and parts of its message. */
export type ModelDefect = readonly [create: () => CausalModel, foundBy: string, message: readonly string[]];

const STATES = "states its vocabulary";
const SHAPES = "returns a row of the vocabulary's size";
const COUNTS = "returns the same rows however many";
const PIECES = "returns the same rows for tokens";
const WRITES = "neither writes to the tokens";

/** Defects of what a model states and of its rows. */
export const rowDefectsOfModels: Readonly<Record<string, ModelDefect>> = {
  "no vocabulary": [() => ({ ...goodModel(), vocabSize: 0 }), STATES, ["vocabSize must be an integer >= 1, got 0"]],
  "no context length": [
    () => ({ ...goodModel(), contextLength: Infinity }),
    STATES,
    ["contextLength must be an integer >= 1, got Infinity"],
  ],
  "another kind": [() => ({ ...goodModel(), kind: "masked" as "causal" }), STATES, ['kind: expected "causal", got "masked"']],
  "a capability that is no boolean": [
    () => goodModel({ rewind: "yes" as unknown as boolean }),
    STATES,
    ["capabilities.rewind must be true or false"],
  ],
  "an unknown consistency": [() => goodModel({ rowConsistency: "good" as "mixed" }), STATES, ["capabilities.rowConsistency must be"]],
  "an unknown capability": [
    () => goodModel({ trees: true } as object),
    STATES,
    ['capabilities that do not exist: expected [], got ["trees"]'],
  ],
  "a claimed fork that is missing": [() => changedModel(() => ({ hidden: ["fork"] })), STATES, ["a session has no function fork"]],
  "a fork that is not claimed": [() => goodModel({ fork: false }), STATES, ["a session has a function fork"]],
  "a claimed tree without keepPath": [() => changedModel(() => ({ hidden: ["keepPath"] })), STATES, ["a session has no function keepPath"]],
  "sessions that are not empty": [
    () =>
      changedModel((session) => ({
        get length() {
          return session.length + 1;
        },
      })),
    STATES,
    ["the length of a new session: expected 0, got 1"],
  ],
  "only the last row of all": [
    () => changedModel((session) => ({ forward: (tokens, options) => session.forward(tokens, { ...options, rows: "last" }) })),
    SHAPES,
    ['rows: "all" of 3 tokens: rows and vocabSize: expected [3,10], got [1,10]'],
  ],
  "a short row": [
    () => mapRows((rows) => rows.map((row) => row.slice(1))),
    SHAPES,
    ["rows: undefined of 2 tokens: row 0: its length: expected 10, got 9"],
  ],
  "rows of doubles": [
    () => mapRows((rows) => rows.map((row) => Float64Array.from(row) as unknown as Float32Array)),
    SHAPES,
    ["is not a Float32Array"],
  ],
  "NaN in a row": [() => mapRows((rows) => rows.map((row) => row.with(3, NaN))), SHAPES, ["row 0: the logit of token 3 is NaN"]],
  "rows without a possible token": [
    () => mapRows((rows) => rows.map((row) => row.map(() => -Infinity))),
    SHAPES,
    ["row 0: every logit is -Infinity"],
  ],
  "rows beyond the last": [
    () =>
      changedModel((session) => ({
        async forward(tokens, options) {
          const logits = await session.forward(tokens, options);
          return { ...logits, row: (index) => logits.row(Math.min(Math.max(index, 0), logits.rows - 1)) };
        },
      })),
    SHAPES,
    ["row(-1): expected an error, but it succeeded"],
  ],
  "a length that no pass changes": [
    () =>
      changedModel(() => ({
        get length() {
          return 0;
        },
      })),
    SHAPES,
    ["the length of the session: expected 2, got 0"],
  ],
  "the first rows for the last": [
    () =>
      changedModel((session) => ({
        async forward(tokens, { rows = "last", ...options } = {}) {
          const logits = await session.forward(tokens, { ...options, rows: "all" });
          const count = rows === "all" ? tokens.length : rows === "last" ? 1 : rows;
          return withRows(logits, rowsOf(logits).slice(0, count));
        },
      })),
    COUNTS,
    ["row 0 of the last 1, which follows token 7: the row differs from that of a session that read only the same tokens by"],
  ],
  "rows of the last pass's tokens alone": [
    () =>
      changedModel((session) => ({
        async forward(tokens, options) {
          const logits = await session.forward(tokens, options);
          return withRows(
            logits,
            Array.from({ length: logits.rows }, (_, row) => randomRow(tokens.slice(0, tokens.length - logits.rows + row + 1))),
          );
        },
      })),
    PIECES,
    ["read one by one: the row after token 1", "allowed are 0.01", 'state capabilities.rowConsistency "approximate"'],
  ],
  "rows that depend on the size of their pass": [mixing({}), PIECES, ["read one by one: the row after token 0"]],
  "mixed rows that it calls approximate": [mixing({ rowConsistency: "approximate" }), PIECES, ["is nearer to the row of position"]],
  "an error of rounding beyond its bound": [
    () =>
      changedModel((session) => ({
        async forward(tokens, options) {
          const logits = await session.forward(tokens, options);
          return withRows(
            logits,
            rowsOf(logits).map((row) => row.map((value) => value * (1 + tokens.length / 100))),
          );
        },
      })),
    PIECES,
    ["read one by one", "of its norm, allowed are 0.01"],
  ],
  "a cache of rows that readers write to": [keepingRows, WRITES, ["a later session: the row after token 0"]],
  "tokens that it writes to": [
    () =>
      changedModel((session) => ({
        async forward(tokens, options) {
          const logits = await session.forward(tokens, options);
          tokens.reverse();
          return logits;
        },
      })),
    WRITES,
    ["the tokens after the pass that read them: expected"],
  ],
  "tokens that it reads again later": [
    () => changedModel(rereading),
    WRITES,
    ["after writes to earlier tokens and rows: the row after token 5"],
  ],
};

/** Changes the rows of every pass. */
function mapRows(change: (rows: readonly Float32Array[]) => readonly Float32Array[]): CausalModel {
  return changedModel((session) => ({
    async forward(tokens, options) {
      const logits = await session.forward(tokens, options);
      return withRows(logits, change(rowsOf(logits)));
    },
  }));
}

/** Every row of a pass is the mean of its rows. */
function mixing(capabilities: Parameters<typeof goodModel>[0]): () => CausalModel {
  return () =>
    changedModel(
      (session) => ({
        async forward(tokens, options) {
          const logits = await session.forward(tokens, { ...options, rows: "all" });
          const rows = rowsOf(logits);
          const next = rows.map((_, index) => rows[(index + 1) % rows.length]!);
          return withRows(logits, next.slice(rows.length - countOf(options?.rows, tokens.length)));
        },
      }),
      capabilities,
    );
}

function countOf(rows: number | "last" | "all" | undefined, tokens: number): number {
  return rows === "all" ? tokens : rows === undefined || rows === "last" ? 1 : rows;
}

/** Returns the same array for the same prefix, in all sessions. */
function keepingRows(): CausalModel {
  const kept = new Map<string, Float32Array>();
  return changedModel((session) => {
    let held: readonly number[] = [];
    return {
      async forward(tokens, options) {
        const logits = await session.forward(tokens, options);
        held = [...held.slice(0, session.length - tokens.length), ...tokens];
        const rows = rowsOf(logits).map((row, index) => {
          const prefix = held.slice(0, held.length - logits.rows + index + 1).join();
          if (!kept.has(prefix)) kept.set(prefix, row.slice());
          return kept.get(prefix)!;
        });
        return withRows(logits, rows);
      },
    };
  });
}

/** Reads the tokens of the pass before once more, from the caller's own array. */
function rereading(session: Parameters<Parameters<typeof changedModel>[0]>[0]): Changes {
  let before: Int32Array | undefined;
  return {
    async forward(tokens, options) {
      if (before && before.length <= session.length) {
        await session.rewindTo(session.length - before.length);
        await session.forward(before);
      }
      before = tokens.some((token) => token < 0 || token >= VOCAB_SIZE) || tokens.length === 0 ? before : tokens;
      return session.forward(tokens, options);
    },
  };
}
