import { DisposedError } from "../errors.ts";
import {
  type CausalModel,
  type Logits,
  type MaskedModel,
  type MaskedSession,
  type ModelRole,
  type ModelSet,
  type Session,
  type TreeOptions,
  undecorated,
} from "../contracts/model.ts";
import type { Connection } from "./connection.ts";
import { releaseRemote } from "./release-remote.ts";
import type { ServedModels } from "./served-models.ts";
import type { SessionState, TransferredLogits, TransferredModel, TransferredModels } from "./transferred-model.ts";

type AnyModel = CausalModel | MaskedModel;

/** Sends models over a connection and creates models from received ones. */
export interface ModelTransfer {
  /** Registers models for the other side to use until `release`. */
  send(models: Partial<ModelSet>): { readonly transferred: TransferredModels; readonly release: () => void };
  readonly receive: (transferred: TransferredModels) => Partial<ModelSet>;
}

export function modelTransfer(connection: Connection, served: ServedModels): ModelTransfer {
  /** Numbers of the models that the other side owns, and of their sessions. */
  const owned = new WeakMap<object, number>();

  const sendModel = (model: AnyModel, added: number[]): TransferredModel => {
    const known = owned.get(model);
    const id = known ?? served.add(model);
    if (known === undefined) added.push(id);
    const owner = known === undefined ? "sender" : "receiver";
    const { vocabSize, contextLength } = model;
    return model.kind === "causal"
      ? { id, owner, kind: model.kind, vocabSize, contextLength, capabilities: model.capabilities }
      : { id, owner, kind: model.kind, vocabSize, contextLength, maskTokenId: model.maskTokenId };
  };

  const receiveModel = (transferred: TransferredModel): AnyModel => {
    if (transferred.owner === "receiver") return served.get(transferred.id);
    const model =
      transferred.kind === "causal" ? remoteCausalModel(connection, transferred, owned) : remoteMaskedModel(connection, transferred, owned);
    owned.set(model, transferred.id);
    return model;
  };

  return {
    send(models) {
      const added: number[] = [];
      const entries = Object.entries(models).map(([role, model]) => [role, sendModel(model, added)] as const);
      return { transferred: Object.fromEntries(entries), release: () => added.forEach((id) => served.remove(id)) };
    },
    receive: (transferred) =>
      Object.fromEntries(Object.entries(transferred).map(([role, model]) => [role as ModelRole, receiveModel(model)])) as Partial<ModelSet>,
  };
}

type CausalTransfer = Extract<TransferredModel, { kind: "causal" }>;
type MaskedTransfer = Extract<TransferredModel, { kind: "masked" }>;

function remoteCausalModel(
  connection: Connection,
  { id, vocabSize, contextLength, capabilities }: CausalTransfer,
  owned: WeakMap<object, number>,
): CausalModel {
  const open = (state: SessionState): Session => {
    const session = remoteSession(connection, state, capabilities, open);
    owned.set(session, state.session);
    return session;
  };
  return {
    kind: "causal",
    vocabSize,
    contextLength,
    capabilities,
    createSession: async () => open(await connection.call<SessionState>("createSession", [id, undefined])),
  };
}

function remoteSession(
  connection: Connection,
  state: SessionState,
  capabilities: CausalModel["capabilities"],
  open: (state: SessionState) => Session,
): Session {
  const { pass, call, session } = remoteCalls(connection, state);
  return {
    get length() {
      return session.length;
    },
    forward: (tokens, { rows, layerStates, signal } = {}) => pass("forward", [tokens, { rows, layerStates }], signal),
    async rewindTo(length) {
      session.length = await call<number>("rewindTo", [length]);
    },
    ...(capabilities.fork && { fork: async () => open(await call<SessionState>("fork", [])) }),
    ...(capabilities.tree && {
      forwardTree: (tokens: Int32Array, parents: Int32Array, { layerStates, signal }: TreeOptions = {}) =>
        pass("forwardTree", [tokens, parents, { layerStates }], signal),
      async keepPath(nodes: Int32Array) {
        session.length = await call<number>("keepPath", [nodes]);
      },
    }),
    dispose: session.dispose,
    [Symbol.asyncDispose]: session.dispose,
  };
}

function remoteMaskedModel(
  connection: Connection,
  { id, vocabSize, contextLength, maskTokenId }: MaskedTransfer,
  owned: WeakMap<object, number>,
): MaskedModel {
  return {
    kind: "masked",
    vocabSize,
    contextLength,
    maskTokenId,
    async createSession(causalSession) {
      const state = await connection.call<SessionState>("createSession", [id, causalSession && owned.get(undecorated(causalSession))]);
      return remoteMaskedSession(connection, state, state.sharesCausalSession ? causalSession : undefined);
    },
  };
}

function remoteMaskedSession(connection: Connection, state: SessionState, causalSession: Session | undefined): MaskedSession {
  const remote = remoteCalls(connection, state);
  const { pass, session } = remote;
  return {
    get length() {
      return causalSession ? causalSession.length : session.length;
    },
    causalSession,
    predict: (canvas, { signal } = {}) => pass("predict", [canvas], signal),
    ...(state.leavesOneOut && {
      predictLeaveOneOut: (canvas: Int32Array, { signal }: { readonly signal?: AbortSignal | undefined } = {}) =>
        pass("predictLeaveOneOut", [canvas], signal),
    }),
    ...(causalSession ? sharedPrefix(remote, causalSession) : ownPrefix(remote)),
    dispose: session.dispose,
    [Symbol.asyncDispose]: session.dispose,
  };
}

type PrefixCalls = Pick<MaskedSession, "commit" | "rewindTo">;

function ownPrefix({ session, call }: RemoteCalls): PrefixCalls {
  return {
    async commit(tokens, { signal } = {}) {
      session.length = await call<number>("commit", [tokens], signal);
    },
    async rewindTo(length) {
      session.length = await call<number>("rewindTo", [length]);
    },
  };
}

/** The causal session, which may be decorated, must know what is added to its sequence and removed from it. */
function sharedPrefix({ assertOpen }: RemoteCalls, causalSession: Session): PrefixCalls {
  return {
    async commit(tokens, { signal } = {}) {
      assertOpen();
      await causalSession.forward(tokens, { signal });
    },
    async rewindTo(length) {
      assertOpen();
      await causalSession.rewindTo(length);
    },
  };
}

interface RemoteCalls {
  readonly session: { length: number; readonly dispose: () => Promise<void> };
  readonly assertOpen: () => void;
  readonly call: <Result>(name: string, args: readonly unknown[], signal?: AbortSignal) => Promise<Result>;
  readonly pass: (name: string, args: readonly unknown[], signal: AbortSignal | undefined) => Promise<Logits>;
}

/** Creates the calls of one session, which keep track of its length. */
function remoteCalls(connection: Connection, { session: id, length }: SessionState): RemoteCalls {
  let disposed = false;
  const session = {
    length,
    async dispose() {
      if (disposed) return;
      disposed = true;
      await releaseRemote(connection, "disposeSession", id);
    },
  };
  const assertOpen = (): void => {
    if (disposed) throw new DisposedError("session");
  };
  const call: RemoteCalls["call"] = async (name, args, signal) => {
    assertOpen();
    return connection.call(name, [id, ...args], signal);
  };
  return {
    session,
    assertOpen,
    call,
    async pass(name, args, signal) {
      const logits = await call<TransferredLogits>(name, args, signal);
      session.length = logits.length;
      return logitsOf(logits);
    },
  };
}

function logitsOf({ values, rows, vocabSize, hiddenStates, layerStates }: TransferredLogits): Logits {
  const row = (index: number): Float32Array => {
    if (!(index >= 0 && index < rows)) throw new RangeError(`row must be in [0, ${rows}), got ${index}`);
    return values.subarray(index * vocabSize, (index + 1) * vocabSize);
  };
  return { rows, vocabSize, row, ...(hiddenStates && { hiddenStates }), ...(layerStates && { layerStates }) };
}
