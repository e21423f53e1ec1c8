import { createBirpc } from "birpc";
import { WorkerError } from "../errors.ts";
import { type Endpoint, listen, post, whenEnded } from "./endpoint.ts";
import { errorTransfer, type TransferredError } from "./transfer-error.ts";
import { type SignalTransfer, signalTransfer } from "./transfer-signal.ts";

/** Functions that the other side may call: arguments and results must be cloneable. */
export type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

type Outcome = { readonly value: unknown } | { readonly error: TransferredError };

/** Two sides that call each other's functions; errors and abort signals arrive as what they were. */
export interface Connection {
  /** Calls a function of the other side. @throws what it throws, or WorkerError when the other side is gone. */
  call<Result>(name: string, ...args: readonly unknown[]): Promise<Result>;
  /** Tells the other side something, without an answer. */
  tell(name: string, ...args: readonly unknown[]): void;
  /** Adds functions that the other side may call. */
  offer(functions: Functions): void;
  readonly signals: SignalTransfer;
  /** Rejects everything that is under way with a WorkerError, and whatever comes later. */
  readonly close: (problem: string, cause?: unknown) => void;
}

interface Calls {
  call(name: string, args: readonly unknown[]): Promise<Outcome>;
  tell(name: string, args: readonly unknown[]): void;
}

const connections = new WeakMap<object, Connection>();

/** The connection over `endpoint`, made when it is first asked for. */
export function connectionTo(endpoint: Endpoint): Connection {
  let connection = connections.get(endpoint);
  if (!connection) connections.set(endpoint, (connection = connect(endpoint)));
  return connection;
}

function connect(endpoint: Endpoint): Connection {
  const errors = errorTransfer();
  const signals = signalTransfer(errors, (id, reason) => tell("abortSignal", id, reason));
  const offered = new Map<string, (...args: unknown[]) => unknown>();
  let closed: WorkerError | undefined;

  const run = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    const offer = offered.get(name);
    if (!offer) throw new WorkerError(`The other side offers no "${name}".`);
    return offer(...args);
  };
  const local: Calls = {
    call: (name, args) =>
      run(name, args).then(
        (value) => ({ value }),
        (error: unknown) => ({ error: errors.send(error) }),
      ),
    tell: (name, args) => void offered.get(name)?.(...args),
  };
  const rpc = createBirpc<Calls, Calls>(local, {
    post: (message: unknown) => post(endpoint, message, portsIn(message)),
    on: (receive) => listen(endpoint, receive),
    eventNames: ["tell"],
    // A pass may take as long as it takes.
    timeout: -1,
  });

  const tell = (name: string, ...args: readonly unknown[]): void => {
    if (!closed) void rpc.tell(name, args);
  };
  const connection: Connection = {
    async call<Result>(name: string, ...args: readonly unknown[]): Promise<Result> {
      if (closed) throw closed;
      const outcome = await rpc.call(name, args);
      if ("error" in outcome) throw errors.receive(outcome.error);
      return outcome.value as Result;
    },
    tell,
    offer(functions) {
      for (const [name, offer] of Object.entries(functions)) offered.set(name, offer as (...args: unknown[]) => unknown);
    },
    signals,
    close(problem, cause) {
      if (closed) return;
      closed = new WorkerError(problem, cause);
      rpc.$close(closed);
    },
  };
  connection.offer({ abortSignal: signals.abort });
  whenEnded(endpoint, connection.close);
  return connection;
}

/** Ports among the arguments of a call: they must be handed over, not copied. */
function portsIn(message: unknown): MessagePort[] {
  const [, args] = (message as { readonly a?: readonly [string, readonly unknown[]] }).a ?? [];
  return (args ?? []).flatMap((argument) => {
    const port = (argument as { readonly port?: unknown } | null)?.port;
    return port instanceof MessagePort ? [port] : [];
  });
}
