import type { CausalModel, Logits, MaskedModel, MaskedSession, Session } from "../contracts/model.ts";

/** A pass that is about to run. */
export interface InterceptedPass {
  /** Index of the pass, from 0, over all sessions of the model. */
  readonly index: number;
  /** The tokens that it reads, shape (n,). Must not be written to. */
  readonly tokens: Int32Array;
  /** Runs the pass. The commit of a masked session returns no rows. */
  readonly run: () => Promise<Logits>;
}

type Intercept = (tokens: Int32Array, run: () => Promise<Logits>) => Promise<Logits>;

/**
 * Returns the model with `intercept` called in place of every pass, including tree passes and the commits of masked sessions. It usually
 * calls `pass.run()`, and can act before, after or instead of it. All other members of `model` are passed through.
 */
export function interceptPasses<Model extends CausalModel | MaskedModel>(
  model: Model,
  intercept: (pass: InterceptedPass) => Promise<Logits>,
): Model {
  let passes = 0;
  const pass: Intercept = (tokens, run) => intercept({ index: passes++, tokens, run });
  const createSession = async (over?: Session): Promise<Session | MaskedSession> =>
    model.kind === "causal"
      ? interceptedSession(await model.createSession(), pass)
      : interceptedMaskedSession(await model.createSession(over), pass, model.vocabSize);
  return { ...model, createSession };
}

function interceptedSession(session: Session, pass: Intercept): Session {
  return {
    decorates: session,
    get cacheBytes() {
      return session.cacheBytes;
    },
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
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}

function interceptedMaskedSession(session: MaskedSession, pass: Intercept, vocabSize: number): MaskedSession {
  const nothing = (): never => {
    throw new Error("unreachable: a commit has no rows");
  };
  return {
    get length() {
      return session.length;
    },
    causalSession: session.causalSession,
    predict: (canvas, options) => pass(canvas, () => session.predict(canvas, options)),
    ...(session.predictLeaveOneOut && {
      predictLeaveOneOut: (canvas: Int32Array, options) => pass(canvas, () => session.predictLeaveOneOut!(canvas, options)),
    }),
    async commit(tokens, options) {
      await pass(tokens, async () => {
        await session.commit(tokens, options);
        return { rows: 0, vocabSize, row: nothing };
      });
    },
    rewindTo: (length) => session.rewindTo(length),
    dispose: () => session.dispose(),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}
