import type { ForwardOptions, Logits, MaskedModel, MaskedSession, Session } from "../../contracts/model.ts";
import { PrefixSession } from "./prefix-session.ts";

/**
 * Returns the masked model, whose sessions over a causal session follow it when the first pass exchanges the session below it: a hybrid
 * decoder opens both before it reads the prompt.
 */
export function followingMaskedModel(masked: MaskedModel): MaskedModel {
  return {
    ...masked,
    async createSession(causalSession) {
      const prefixSession = causalSession && findPrefixSession(causalSession);
      if (!prefixSession) return masked.createSession(causalSession);
      const open = async (inner: Session): Promise<Opened> => ({
        inner,
        session: await masked.createSession(over(causalSession, inner)),
      });
      const opened = await prefixSession.withInner(open);
      // A session that keeps its own prefix has nothing to follow.
      return opened.session.causalSession ? new FollowingSession(causalSession, prefixSession, { open, opened }) : opened.session;
    },
  };
}

/** A session of the model, and the causal session over whose cache it predicts. */
interface Opened {
  readonly inner: Session;
  readonly session: MaskedSession;
}

class FollowingSession implements MaskedSession {
  declare readonly predictLeaveOneOut?: NonNullable<MaskedSession["predictLeaveOneOut"]>;
  readonly causalSession: Session;
  readonly #prefixSession: PrefixSession;
  readonly #open: (inner: Session) => Promise<Opened>;
  #opened: Opened;

  constructor(
    causalSession: Session,
    prefixSession: PrefixSession,
    { open, opened }: { readonly open: (inner: Session) => Promise<Opened>; readonly opened: Opened },
  ) {
    this.causalSession = causalSession;
    this.#prefixSession = prefixSession;
    this.#open = open;
    this.#opened = opened;
    if (opened.session.predictLeaveOneOut)
      this.predictLeaveOneOut = (...pass) => this.#follow((session) => session.predictLeaveOneOut!(...pass));
  }

  get length(): number {
    return this.causalSession.length;
  }

  predict(canvas: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<Logits> {
    return this.#follow((session) => session.predict(canvas, options));
  }

  // The model makes these two calls on the causal session itself, whichever session is below that.
  commit(tokens: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<void> {
    return this.#opened.session.commit(tokens, options);
  }

  rewindTo(length: number): Promise<void> {
    return this.#opened.session.rewindTo(length);
  }

  dispose(): Promise<void> {
    return this.#opened.session.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #follow<Result>(call: (session: MaskedSession) => Promise<Result>): Promise<Result> {
    return this.#prefixSession.withInner(async (inner) => {
      if (inner !== this.#opened.inner) {
        const old = this.#opened.session;
        this.#opened = await this.#open(inner);
        await old.dispose();
      }
      return call(this.#opened.session);
    });
  }
}

/** Returns the prefix session among a session and those that it decorates. */
function findPrefixSession(session: Session): PrefixSession | undefined {
  for (let each: Session | undefined = session; each; each = each.decorates) if (each instanceof PrefixSession) return each;
  return undefined;
}

/** Returns a session that makes all calls on `session`, and below which is `inner`, whatever that decorates at another time. */
function over(session: Session, inner: Session): Session {
  return {
    decorates: inner,
    get length() {
      return session.length;
    },
    forward: (tokens, options) => session.forward(tokens, options),
    rewindTo: (length) => session.rewindTo(length),
    dispose: () => session.dispose(),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}
