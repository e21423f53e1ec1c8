import { expect } from "vitest";
import type { CausalModel, Session } from "../../contracts/model.ts";
import { InvalidOptionError } from "../../errors.ts";
import { memoryModel, type TestModel } from "../../testing/memory-model.ts";
import type { WithPrefixCache } from "../with-prefix-cache.ts";

export const VOCAB = 10;
/** What the sessions of a memory model say. */
export const BYTES_PER_TOKEN = 4;
/** Returns the tokens that digits stand for. */
export const ids = (digits: string): Int32Array => Int32Array.from(digits, Number);

/** The first logit is the prefix, read as a decimal number. */
export const numbers = (contextLength = 12): TestModel =>
  memoryModel({
    vocabSize: VOCAB,
    contextLength,
    tree: true,
    logitsAfter: (prefix) => new Float32Array(VOCAB).fill(Number(prefix.join("")), 0, 1),
  });

type Lack = "fork" | "rewind";

/** Returns the model with sessions that lack a call. */
export function without<Model extends CausalModel>(model: Model, lack: Lack): Model {
  const createSession = async (): Promise<Session> => {
    const session = await model.createSession();
    if (lack === "fork") return Object.assign(session, { fork: undefined });
    return Object.assign(session, {
      rewindTo: () => Promise.reject(new InvalidOptionError({ where: "rewindTo", option: "length", expected: "", actual: 0 })),
    });
  };
  return { ...model, capabilities: { ...model.capabilities, [lack]: false }, createSession };
}

/** Reads `digits` in a new session, checks the last row, and disposes the session. */
export async function read(model: CausalModel, digits: string, rows = 1): Promise<void> {
  const session = await model.createSession();
  await readIn(session, digits, rows);
  await session.dispose();
}

/** The same in a session, which stays open. */
export async function readIn(session: Session, digits: string, rows = 1): Promise<void> {
  const logits = await session.forward(ids(digits), { rows });
  expect(logits.rows).toBe(rows);
  for (let row = 0; row < rows; row++)
    expect(String(logits.row(row)[0])).toMatch(new RegExp(`${digits.slice(0, digits.length - rows + row + 1)}$`));
}

/** Number of positions that each pass really read. */
export const positions = (model: TestModel): readonly number[] => model.passes().map((pass) => pass.positions);

/** Number of sequences that are kept, and of their tokens. */
export const kept = (model: WithPrefixCache<unknown>): readonly number[] => {
  const { sequences, bytes } = model.prefixCache.statistics();
  return [sequences, bytes / BYTES_PER_TOKEN];
};
