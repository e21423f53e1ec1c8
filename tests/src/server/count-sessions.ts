import type { CausalModel, Session } from "@decodekit/core";

/** A model that tells how many of its sessions, forks included, were not disposed yet. */
export interface CountedModel {
  readonly causal: CausalModel;
  readonly open: () => number;
}

/** Counts the sessions of a model. */
export function countSessions(model: CausalModel): CountedModel {
  let open = 0;
  const counted = (session: Session): Session => {
    open++;
    let isOpen = true;
    const fork = session.fork?.bind(session);
    const dispose = session.dispose.bind(session);
    return Object.assign(session, {
      ...(fork && { fork: async () => counted(await fork()) }),
      async dispose() {
        if (isOpen) open--;
        isOpen = false;
        await dispose();
      },
    });
  };
  return { causal: { ...model, createSession: async () => counted(await model.createSession()) }, open: () => open };
}
