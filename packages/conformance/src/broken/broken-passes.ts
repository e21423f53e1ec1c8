// Stryker disable all: the kit detects these defects; nothing tests them here
import type { CausalModel } from "@decodekit/core";
import type { ModelDefect } from "./broken-models.ts";
import { changedModel, CONTEXT_LENGTH, goodModel, rowsOf, VOCAB_SIZE, withRows } from "./changed-model.ts";

const NODES = "gives each node of a tree";
const KEEPS = "caches the path of a tree";
const REFUSES_TREES = "refuses what is no tree";
const REFUSES = "refuses empty passes";
const CONTEXT = "refuses a pass over the context length";
const FILLS = "fills its context";
const ABORTS = "rejects an aborted pass";

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
