// Stryker disable all: the kit detects these defects; nothing tests them here
import type { CausalModel, Session } from "@decodekit/core";
import type { ModelDefect } from "./broken-models.ts";
import { changedModel, type Changes, CONTEXT_LENGTH, goodModel, rowsOf, VOCAB_SIZE, withRows } from "./changed-model.ts";

const REWINDS = "goes on from a position that it rewound to";
const REFUSES_REWINDS = "refuses to rewind to a length";
const FORKS = "forks into sessions";
const ORDER = "runs the calls on a session in the order";
const APART = "keeps sessions apart";
const DISPOSED = "refuses every call on a disposed session";
const NODES = "gives each node of a tree";
const KEEPS = "caches the path of a tree";
const REFUSES_TREES = "refuses what is no tree";
const REFUSES = "refuses empty passes";
const CONTEXT = "refuses a pass over the context length";
const FILLS = "fills its context";
const ABORTS = "rejects an aborted pass";

/** Defects of what a session holds. */
export const sessionDefects: Readonly<Record<string, ModelDefect>> = {
  "a rewind of one token too many": [
    () => changedModel((session) => ({ rewindTo: (length) => session.rewindTo(Math.max(0, Math.min(length - 1, session.length))) })),
    REWINDS,
    ["rewound to 4: the length: expected 4, got 3"],
  ],
  "a rewind that only changes the length": [() => changedModel(pretendingToRewind), REWINDS, ["rewound to 4: the row after token 0"]],
  "a rewind to any length": [
    () =>
      changedModel((session) => ({
        rewindTo: (length) => session.rewindTo(Math.max(0, Math.min(Math.trunc(length) || 0, session.length))),
      })),
    REFUSES_REWINDS,
    ["rewindTo(-1) of 4: expected an error, but it succeeded"],
  ],
  "a rewind that it says it cannot do": [
    () => goodModel({ rewind: false }),
    REFUSES_REWINDS,
    ["rewindTo(1) of 4: expected an error, but it succeeded"],
  ],
  "a refused rewind that forgets tokens": [
    () =>
      changedModel((session) => ({
        async rewindTo(length) {
          if (length < 0) await session.rewindTo(1);
          await session.rewindTo(length);
        },
      })),
    REFUSES_REWINDS,
    ["the length after refused rewinds: expected 4, got 1"],
  ],
  "a fork that is the session itself": [
    () => changedModel((session) => ({ fork: async () => session })),
    FORKS,
    ["the length of a fork after its original read on: expected 4, got 8"],
  ],
  "a fork without the last token": [
    () =>
      changedModel((session) => ({
        async fork() {
          const fork = await session.fork!();
          await fork.rewindTo(fork.length - 1);
          return fork;
        },
      })),
    FORKS,
    ["the lengths of forks: expected [4,4], got [3,3]"],
  ],
  "a fork that ends with its sibling": [forksTogether, FORKS, ["disposed"]],
  "calls that overtake": [
    () =>
      changedModel((session) => ({
        async forward(tokens, options) {
          if (session.length === 0) for (let turn = 0; turn < 20; turn++) await Promise.resolve();
          return session.forward(tokens, options);
        },
      })),
    ORDER,
    ["[0,"],
  ],
  "one cache for all sessions": [sharingCache, APART, ["two, taking turns"]],
  "one buffer of rows for all sessions": [sharingRows, APART, ["session 0 of two, taking turns: the row after token"]],
  "use after disposal": [
    () => changedModel(() => ({ dispose: async () => undefined })),
    DISPOSED,
    ["forward after dispose: expected an error, but it succeeded"],
  ],
  "a second disposal that fails": [
    () => {
      return changedModel((session) => {
        let disposals = 0;
        return {
          async dispose() {
            if (disposals++ === 1) throw new Error("disposed twice");
            await session.dispose();
          },
        };
      });
    },
    DISPOSED,
    ["disposed twice"],
  ],
  "another error after disposal": [
    () =>
      changedModel((session) => {
        let disposed = false;
        return {
          forward: (...pass) => (disposed ? Promise.reject(new Error("freed")) : session.forward(...pass)),
          dispose: async () => ((disposed = true), session.dispose()),
        };
      }),
    DISPOSED,
    ["forward after dispose: expected an error with code DISPOSED, got Error: freed"],
  ],
};

/** Defects of trees, of refused and of aborted passes. */
export const passDefects: Readonly<Record<string, ModelDefect>> = {
  "a tree that is read as a chain": [
    () =>
      changedModel((session) => ({
        forwardTree: (tokens) =>
          session.forwardTree!(
            tokens,
            tokens.map((_, node) => node - 1),
          ),
      })),
    NODES,
    ["node 3 of a tree with parents -1, 0, 1, 0, -1"],
  ],
  "a tree that is cached at once": [
    () =>
      changedModel((session) => ({
        async forwardTree(tokens, parents, options) {
          const logits = await session.forwardTree!(tokens, parents, options);
          const rows = rowsOf(logits).map((row) => row.slice());
          await session.forward(tokens);
          return withRows(logits, rows);
        },
      })),
    NODES,
    ["rows of the tree, and the session's length after it: expected [5,4], got [5,9]"],
  ],
  "a kept path without its last node": [
    () => changedModel((session) => ({ keepPath: (nodes) => session.keepPath!(nodes.slice(0, -1)) })),
    KEEPS,
    ["the length after keepPath: expected 7, got 6"],
  ],
  "a kept path of other tokens": [
    () =>
      changedModel((session) => {
        let last: Int32Array = new Int32Array(0);
        return {
          forwardTree(tokens, parents, options) {
            last = tokens.slice();
            return session.forwardTree!(tokens, parents, options);
          },
          async keepPath(nodes) {
            await session.keepPath!(nodes);
            await session.rewindTo(session.length - nodes.length);
            await session.forward(last.slice(-nodes.length));
          },
        };
      }),
    KEEPS,
    ["after a kept path: the row after the next token"],
  ],
  "a tree with any parents": [
    () =>
      changedModel((session) => ({
        forwardTree: (tokens, parents, options) =>
          session.forwardTree!(
            tokens,
            tokens.map((_, node) => Math.max(-1, Math.min(parents[node] ?? -1, node - 1))),
            options,
          ),
      })),
    REFUSES_TREES,
    ["parents -1, 0, 1, 0, 4: expected an error, but it succeeded"],
  ],
  "any path of a tree": [
    () =>
      changedModel((session) => ({
        keepPath: (nodes) => session.keepPath!(nodes).catch(() => undefined),
      })),
    REFUSES_TREES,
    ["keepPath without a tree: expected an error, but it succeeded"],
  ],
  "empty passes": [
    () =>
      changedModel((session) => ({
        forward: (tokens, options) => session.forward(tokens.length === 0 ? Int32Array.of(0) : tokens, options),
      })),
    REFUSES,
    ["no tokens: expected an error, but it succeeded"],
  ],
  "tokens outside the vocabulary": [
    () =>
      changedModel((session) => ({
        forward: (tokens, options) =>
          session.forward(
            tokens.map((token) => (token + VOCAB_SIZE) % VOCAB_SIZE),
            options,
          ),
      })),
    REFUSES,
    ["token -1: expected an error, but it succeeded"],
  ],
  "rows out of range": [
    () =>
      changedModel((session) => ({
        forward: (tokens, options) =>
          session.forward(tokens, {
            ...options,
            rows: typeof options?.rows === "number" ? Math.max(1, Math.min(Math.ceil(options.rows), tokens.length)) : options?.rows,
          }),
      })),
    REFUSES,
    ["rows: 0 of 2 tokens: expected an error, but it succeeded"],
  ],
  "a refused pass that leaves tokens behind": [
    () => failing((error) => error !== undefined),
    REFUSES,
    ["the length after failed passes: expected 4, got"],
  ],
  "a context without end": [
    () => ({ ...goodModel(), contextLength: CONTEXT_LENGTH - 4 }),
    CONTEXT,
    ["21 tokens in a context of 20: expected an error, but it succeeded"],
  ],
  "a context that is shorter than stated": [() => ({ ...goodModel(), contextLength: CONTEXT_LENGTH + 4 }), FILLS, ["24"]],
  "a signal that it does not heed": [
    () => changedModel((session) => ({ forward: (tokens, { rows } = {}) => session.forward(tokens, { rows }) })),
    ABORTS,
    ["a pass with an aborted signal: expected an error, but it succeeded"],
  ],
  "a signal that it heeds before the pass only": [
    () =>
      changedModel((session) => ({
        async forward(tokens, { rows, signal } = {}) {
          signal?.throwIfAborted();
          return session.forward(tokens, { rows });
        },
      })),
    ABORTS,
    ["a pass whose signal is aborted while it runs: expected an error, but it succeeded"],
  ],
  "an error of its own for an abort": [
    () =>
      changedModel((session) => ({
        forward: (tokens, options) =>
          session.forward(tokens, options).catch((error: unknown) => {
            throw options?.signal?.aborted ? new Error("aborted") : error;
          }),
      })),
    ABORTS,
    ["expected the signal's reason, got Error: aborted"],
  ],
  "an aborted pass that leaves tokens behind": [
    () =>
      changedModel((session) => ({
        async forward(tokens, { rows, signal } = {}) {
          signal?.throwIfAborted();
          const logits = await session.forward(tokens, { rows });
          signal?.throwIfAborted();
          return logits;
        },
      })),
    ABORTS,
    ["the length after failed passes: expected 4, got 8"],
  ],
};

/** Hides the last tokens of a longer cache after a rewind. */
function pretendingToRewind(session: Session): Changes {
  let hidden = 0;
  return {
    get length() {
      return session.length - hidden;
    },
    async rewindTo(length) {
      hidden = session.length - length;
    },
  };
}

/** A fork whose disposal disposes its siblings. */
function forksTogether(): CausalModel {
  return changedModel((session) => {
    const forks: Session[] = [];
    return {
      async fork() {
        const fork = await session.fork!();
        forks.push(fork);
        return { ...fork, length: fork.length, dispose: async () => void (await Promise.all(forks.map((each) => each.dispose()))) };
      },
    };
  });
}

/** All sessions read into the first. */
function sharingCache(): CausalModel {
  let first: Session | undefined;
  return changedModel((session) => {
    first = first && !isOver.has(first) ? first : session;
    const own = first;
    let read = 0;
    return {
      get length() {
        return read;
      },
      async forward(tokens, options) {
        const logits = await own.forward(tokens, options);
        read += tokens.length;
        return logits;
      },
      async dispose() {
        isOver.add(own);
        await session.dispose();
      },
    };
  });
}

const isOver = new WeakSet<Session>();

/** Writes the rows of each pass into one buffer. */
function sharingRows(): CausalModel {
  const buffer = Array.from({ length: CONTEXT_LENGTH }, () => new Float32Array(VOCAB_SIZE));
  return changedModel((session) => ({
    async forward(tokens, options) {
      const logits = await session.forward(tokens, options);
      for (const [index, row] of rowsOf(logits).entries()) buffer[index]!.set(row);
      return withRows(logits, buffer.slice(0, logits.rows));
    },
  }));
}

/** A model that reads one more token after an error of a kind. */
function failing(isMeant: (error: unknown) => boolean): CausalModel {
  return changedModel((session) => ({
    forward: (tokens, options) =>
      session.forward(tokens, options).catch(async (error: unknown) => {
        if (isMeant(error)) await session.forward(Int32Array.of(0));
        throw error;
      }),
  }));
}
