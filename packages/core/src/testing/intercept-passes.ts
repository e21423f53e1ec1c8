import type { CausalModel, Logits, Session } from "../model.ts";

/** A pass that is about to run. */
export interface InterceptedPass {
  /** Number of the pass, from 0, over all sessions of the model. */
  readonly index: number;
  /** What it reads, shape (n,). Not to be written to. */
  readonly tokens: Int32Array;
  /** Runs it. */
  readonly run: () => Promise<Logits>;
}

/**
 * The same model, with `intercept` called in place of every forward pass, tree passes included; it usually calls
 * `pass.run()` and can do something before, after or instead. Everything else of `model` is passed through.
 */
export function interceptPasses<Model extends CausalModel>(model: Model, intercept: (pass: InterceptedPass) => Promise<Logits>): Model {
  let passes = 0;
  const pass = (tokens: Int32Array, run: () => Promise<Logits>): Promise<Logits> => intercept({ index: passes++, tokens, run });
  return { ...model, createSession: async () => interceptedSession(await model.createSession(), pass) };
}

function interceptedSession(session: Session, pass: (tokens: Int32Array, run: () => Promise<Logits>) => Promise<Logits>): Session {
  return {
    get length() {
      return session.length;
    },
    forward: (tokens, options) => pass(tokens, () => session.forward(tokens, options)),
    rewindTo: (length) => session.rewindTo(length),
    ...(session.fork && { fork: async () => interceptedSession(await session.fork!(), pass) }),
    ...(session.forwardTree && {
      forwardTree: (tokens: Int32Array, parents: Int32Array, options) => pass(tokens, () => session.forwardTree!(tokens, parents, options)),
    }),
    ...(session.keepPath && { keepPath: (nodes: Int32Array) => session.keepPath!(nodes) }),
    dispose: () => session.dispose(),
  };
}
