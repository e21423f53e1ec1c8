import { DisposedError } from "../errors.ts";
import type { CausalModel, ForwardOptions, Logits, MaskedModel, MaskedSession, Session } from "../model.ts";
import type { Connection, Functions } from "./connection.ts";
import type { TransferredSignal } from "./transfer-signal.ts";
import type { SessionState, TransferredLogits } from "./transferred-model.ts";

type AnyModel = CausalModel | MaskedModel;
type AnySession = Session | MaskedSession;

/** Models of this side whose sessions the other side may use, each under a number. */
export interface ServedModels {
  add(model: AnyModel): number;
  get(id: number): AnyModel;
  remove(id: number): void;
}

/** Lets the other side of `connection` open sessions of models that are added here, and run them. */
export function serveModels(connection: Connection): ServedModels {
  const models = numbered<AnyModel>("model");
  const sessions = numbered<AnySession>("session");
  connection.offer(sessionFunctions(connection, models, sessions));
  return models;
}

function sessionFunctions(connection: Connection, models: Numbered<AnyModel>, sessions: Numbered<AnySession>): Functions {
  const causal = (id: number): Session => sessions.get(id) as Session;
  const masked = (id: number): MaskedSession => sessions.get(id) as MaskedSession;
  const opened = (session: AnySession): SessionState => ({
    session: sessions.add(session),
    length: session.length,
    isOver: "over" in session && session.over !== undefined,
    leavesOneOut: "predictLeaveOneOut" in session,
  });

  const pass = async (
    id: number,
    transferred: TransferredSignal | undefined,
    run: (signal: AbortSignal | undefined) => Promise<Logits>,
  ): Promise<TransferredLogits> => {
    const { signal, release } = connection.signals.receive(transferred);
    try {
      return copyOf(await run(signal), sessions.get(id).length);
    } finally {
      release();
    }
  };

  return {
    createSession: async (model: number, over: number | undefined) =>
      opened(await models.get(model).createSession(over === undefined ? undefined : causal(over))),
    forward: (id: number, tokens: Int32Array, rows: ForwardOptions["rows"], transferred: TransferredSignal | undefined) =>
      pass(id, transferred, (signal) => causal(id).forward(tokens, { rows, signal })),
    forwardTree: (id: number, [tokens, parents]: readonly [Int32Array, Int32Array], transferred: TransferredSignal | undefined) =>
      pass(id, transferred, (signal) => causal(id).forwardTree!(tokens, parents, { signal })),
    predict: (id: number, canvas: Int32Array, transferred: TransferredSignal | undefined) =>
      pass(id, transferred, (signal) => masked(id).predict(canvas, { signal })),
    predictLeaveOneOut: (id: number, canvas: Int32Array, transferred: TransferredSignal | undefined) =>
      pass(id, transferred, (signal) => masked(id).predictLeaveOneOut!(canvas, { signal })),
    async keepPath(id: number, nodes: Int32Array) {
      await causal(id).keepPath!(nodes);
      return causal(id).length;
    },
    async commit(id: number, tokens: Int32Array, transferred: TransferredSignal | undefined) {
      const { signal, release } = connection.signals.receive(transferred);
      await masked(id).commit(tokens, { signal }).finally(release);
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
  return { values, rows, vocabSize, length };
}

interface Numbered<Item> {
  add(item: Item): number;
  get(id: number): Item;
  remove(id: number): void;
}

function numbered<Item>(what: string): Numbered<Item> {
  const items = new Map<number, Item>();
  let count = 0;
  return {
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
