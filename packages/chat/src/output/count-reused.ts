import type { LanguageModel, Session } from "@decodekit/core";

/** A model that knows how much of its sessions came from a prefix cache. */
export interface CountedModel {
  readonly model: LanguageModel;
  /** Returns how many tokens the first session that reused any had not to read. */
  readonly count: () => number;
}

/** Returns the model with a causal model that remembers the sessions of one decode. */
export function countReused(model: LanguageModel): CountedModel {
  const { causal } = model;
  if (!causal) return { model, count: () => 0 };
  let reused = 0;
  const sessions = new Set<Session>();
  const note = (): number => {
    for (const { positionsReused = 0 } of sessions) reused ||= positionsReused;
    return reused;
  };
  const createSession = async (): Promise<Session> => {
    const session = await causal.createSession();
    sessions.add(session);
    return session;
  };
  return { model: { ...model, causal: { ...causal, createSession } }, count: note };
}
