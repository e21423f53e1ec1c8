import { DisposedError } from "../errors.ts";
import type { CausalModel, ForwardOptions, HiddenStates, Logits, MaskedModel, MaskedSession, Session } from "../contracts/model.ts";
import type { Connection } from "./connection.ts";
import type { Functions } from "./incoming-calls.ts";
import type { SessionState, TransferredLogits } from "./transferred-model.ts";

type AnyModel = CausalModel | MaskedModel;
type AnySession = Session | MaskedSession;

/** Models of this side whose sessions the other side may use, by number. */
export interface ServedModels {
  add(model: AnyModel): number;
  get(id: number): AnyModel;
  remove(id: number): void;
}

/** Lets the other side of `connection` open and run sessions of the models added here. */
export function serveModels(connection: Connection): ServedModels {
  const models = numbered<AnyModel>("model");
  const sessions = numbered<AnySession>("session");
  connection.expose(sessionFunctions(connection, models, sessions));
  connection.held.set("models", models.items).set("sessions", sessions.items);
  connection.onEnd(async () => {
    const open = [...sessions.items.values()];
    sessions.items.clear();
    models.items.clear();
    await Promise.all(open.map((session) => session.dispose()));
  });
  return models;
}

function sessionFunctions(connection: Connection, models: Numbered<AnyModel>, sessions: Numbered<AnySession>): Functions {
  const causal = (id: number): Session => sessions.get(id) as Session;
  const masked = (id: number): MaskedSession => sessions.get(id) as MaskedSession;
  const opened = async (session: AnySession): Promise<SessionState> => {
    // The other side may have ended while the session was created; then only this disposes it.
    if (connection.closed.aborted) await session.dispose();
    connection.closed.throwIfAborted();
    return {
      session: sessions.add(session),
      length: session.length,
      sharesCausalSession: "causalSession" in session && session.causalSession !== undefined,
      leavesOneOut: "predictLeaveOneOut" in session && session.predictLeaveOneOut !== undefined,
    };
  };

  const pass = async (id: number, run: () => Promise<Logits>): Promise<TransferredLogits> => copyOf(await run(), sessions.get(id).length);

  return {
    createSession: async (model: number, over: number | undefined) =>
      opened(await models.get(model).createSession(over === undefined ? undefined : causal(over))),
    forward: (id: number, tokens: Int32Array, options: Pick<ForwardOptions, "rows" | "layerStates">, signal: AbortSignal) =>
      pass(id, () => causal(id).forward(tokens, { ...options, signal })),
    forwardTree: (id: number, tokens: Int32Array, parents: Int32Array, options: Pick<ForwardOptions, "layerStates">, signal: AbortSignal) =>
      pass(id, () => causal(id).forwardTree!(tokens, parents, { ...options, signal })),
    predict: (id: number, canvas: Int32Array, signal: AbortSignal) => pass(id, () => masked(id).predict(canvas, { signal })),
    predictLeaveOneOut: (id: number, canvas: Int32Array, signal: AbortSignal) =>
      pass(id, () => masked(id).predictLeaveOneOut!(canvas, { signal })),
    async keepPath(id: number, nodes: Int32Array) {
      await causal(id).keepPath!(nodes);
      return causal(id).length;
    },
    async commit(id: number, tokens: Int32Array, signal: AbortSignal) {
      await masked(id).commit(tokens, { signal });
      return masked(id).length;
    },
    async rewindTo(id: number, length: number) {
      await sessions.get(id).rewindTo(length);
      return sessions.get(id).length;
    },
    fork: async (id: number) => opened(await causal(id).fork!()),
    async disposeSession(id: number) {
      const session = sessions.get(id);
      sessions.remove(id);
      await session.dispose();
    },
  };
}

function copyOf(logits: Logits, length: number): TransferredLogits {
  const { rows, vocabSize } = logits;
  const values = new Float32Array(rows * vocabSize);
  for (let index = 0; index < rows; index++) values.set(logits.row(index), index * vocabSize);
  const { hiddenStates, layerStates } = logits;
  return {
    values,
    rows,
    vocabSize,
    length,
    ...(hiddenStates && { hiddenStates: copyOfStates(hiddenStates) }),
    ...(layerStates && { layerStates: copyOfStates(layerStates) }),
  };
}

function copyOfStates({ size, values }: HiddenStates): HiddenStates {
  return { size, values: values.slice() };
}

interface Numbered<Item> {
  readonly items: Map<number, Item>;
  add(item: Item): number;
  get(id: number): Item;
  remove(id: number): void;
}

function numbered<Item>(what: string): Numbered<Item> {
  const items = new Map<number, Item>();
  let count = 0;
  return {
    items,
    add(item) {
      items.set(++count, item);
      return count;
    },
    get(id) {
      const item = items.get(id);
      if (item === undefined) throw new DisposedError(what);
      return item;
    },
    remove: (id) => void items.delete(id),
  };
}
