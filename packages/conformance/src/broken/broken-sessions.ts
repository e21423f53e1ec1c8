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
  "an end of `await using` that frees nothing": [
    () => changedModel(() => ({ [Symbol.asyncDispose]: async () => undefined })),
    DISPOSED,
    ["forward after [Symbol.asyncDispose], which `await using` calls: expected an error, but it succeeded"],
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
