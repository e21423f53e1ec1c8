import type { CausalModel, ForwardOptions, Session } from "@decodekit/core";

/** Returns the model with sessions that always read whole rows, whatever they are asked for. */
export function onWholeRows(model: CausalModel): CausalModel {
  return { ...model, createSession: async () => wholeSession(await model.createSession()) };
}

function wholeSession(session: Session): Session {
  const whole = (options: ForwardOptions = {}): ForwardOptions => ({ ...options, reads: undefined });
  return {
    decorates: session,
    get length() {
      return session.length;
    },
    forward: (tokens, options) => session.forward(tokens, whole(options)),
    rewindTo: (length) => session.rewindTo(length),
    ...(session.fork && { fork: async () => wholeSession(await session.fork!()) }),
    ...(session.forwardTree && {
      forwardTree: (tokens: Int32Array, parents: Int32Array, options?: Pick<ForwardOptions, "signal">) =>
        session.forwardTree!(tokens, parents, whole(options)),
    }),
    ...(session.keepPath && { keepPath: (nodes: Int32Array) => session.keepPath!(nodes) }),
    dispose: () => session.dispose(),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}
