import { createBirpc } from "birpc";
import { InvalidOptionError, WorkerError } from "../errors.ts";
import { type Endpoint, listen, post, whenEnded } from "./endpoint.ts";
import { handshake } from "./handshake.ts";
import { type Functions, incomingCalls } from "./incoming-calls.ts";
import { uncloneableIn } from "./uncloneable.ts";
import { type ErrorTransfer, errorTransfer, type TransferredError } from "./transfer-error.ts";
import { signalTransfer, type TransferredSignal } from "./transfer-signal.ts";

/** The outcome of a call. "aborted": it rejected with the reason of its signal. */
type Outcome = { readonly value: unknown } | { readonly error: TransferredError } | { readonly aborted: TransferredError };

/** A connection of two sides that call each other's functions, with errors and abort signals. */
export interface Connection {
  /**
   * Calls a function of the other side. An abort of `signal` reaches it at any time.
   * @throws the function's error; `signal.reason` itself if it throws that.
   * @throws WorkerError if the other side has ended. @throws InvalidOptionError if an argument cannot be sent.
   */
  call<Result>(name: string, args: readonly unknown[], signal?: AbortSignal): Promise<Result>;
  /** Calls a function of the other side without an answer. Rejects if it cannot be sent; does nothing once the connection has ended. */
  notify(name: string, ...args: readonly unknown[]): Promise<void>;
  /** Like `notify`, but ignores arguments that cannot be sent. */
  notifyIfPossible(name: string, ...args: readonly unknown[]): void;
  /** Adds functions that the other side may call. */
  expose(functions: Functions): void;
  /** Rejects later calls of this side with a WorkerError; pending calls continue. */
  refuse(problem: string): void;
  /** Returns whether new calls of this side reject. */
  isOver(): boolean;
  /** Ends the connection: all calls of both sides, also pending ones, reject with a WorkerError; objects held for the other side are freed. */
  readonly close: (problem: string, cause?: unknown) => void;
  /** Aborted when the connection ends, with the WorkerError. */
  readonly closed: AbortSignal;
  /**
   * Ends the work for the other side: refuses its later calls, aborts the running ones, and resolves when they have settled and everything
   * held for the other side is freed.
   */
  finish(problem: string): Promise<void>;
  /** Registers `free`, to be called when the connection ends or `finish` is called, in the order of registration. */
  onEnd(free: () => Promise<void>): void;
  /** The collections of objects held for the other side, by name, so that a test can detect leaks. */
  readonly held: Map<string, { readonly size: number }>;
}

interface Calls {
  call(name: string, args: readonly unknown[], signal: TransferredSignal | undefined): Promise<Outcome>;
  notify(name: string, args: readonly unknown[]): void;
}

const connections = new WeakMap<object, Connection>();

/** Returns the connection over `endpoint`, which is created at the first call. */
export function connectionTo(endpoint: Endpoint): Connection {
  let connection = connections.get(endpoint);
  if (!connection) connections.set(endpoint, (connection = connect(endpoint)));
  return connection;
}

function connect(endpoint: Endpoint): Connection {
  const errors = errorTransfer();
  const signals = signalTransfer(errors, (id, reason) => notifyIfPossible("abortSignal", id, reason));
  const incoming = incomingCalls();
  const closed = new AbortController();
  const cleanUps: (() => Promise<void>)[] = [];
  let refusal: WorkerError | undefined;

  const answer = async (name: string, args: readonly unknown[], transferred: TransferredSignal | undefined): Promise<Outcome> => {
    const { controller, release } = signals.receive(transferred);
    try {
      return { value: await incoming.run(name, args, controller) };
    } catch (error) {
      const { aborted, reason } = controller.signal;
      return aborted && error === reason ? { aborted: errors.send(reason) } : { error: errors.send(error) };
    } finally {
      release();
    }
  };
  const rpc = createBirpc<Calls, Calls>(
    { call: answer, notify: (name, args) => incoming.handleNotification(name, args) },
    {
      post: (message: unknown) => postOrExplain(endpoint, message, errors),
      on: (receive) => listen(endpoint, receive),
      eventNames: ["notify"],
      // A pass may take any time.
      timeout: -1,
    },
  );
  const notify = async (name: string, ...args: readonly unknown[]): Promise<void> => {
    if (!closed.signal.aborted) await rpc.notify(name, args);
  };
  const notifyIfPossible = (name: string, ...args: readonly unknown[]): void => {
    notify(name, ...args).catch(() => undefined);
  };
  const free = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp().catch(() => undefined);
  };

  const connection: Connection = {
    async call<Result>(name: string, args: readonly unknown[], signal?: AbortSignal): Promise<Result> {
      if (refusal) throw refusal;
      if (!greeting.isDone()) await greeting.done(signal ? AbortSignal.any([signal, closed.signal]) : closed.signal);
      const { transferred, release } = signals.send(signal);
      try {
        const outcome = await rpc.call(name, args, transferred);
        if ("error" in outcome) throw errors.receive(outcome.error);
        if ("aborted" in outcome) throw signal?.aborted ? signal.reason : errors.receive(outcome.aborted);
        return outcome.value as Result;
      } finally {
        release();
      }
    },
    notify,
    notifyIfPossible,
    expose: (functions) => incoming.expose(functions),
    refuse: (problem) => void (refusal ??= new WorkerError(problem)),
    isOver: () => refusal !== undefined,
    close(problem, cause) {
      if (closed.signal.aborted) return;
      const error = new WorkerError(problem, cause);
      refusal ??= error;
      closed.abort(error);
      void rpc.$rejectPendingCalls(({ reject }) => reject(error));
      void incoming.end(error);
      void free();
    },
    closed: closed.signal,
    async finish(problem) {
      await incoming.end(new WorkerError(problem));
      await free();
    },
    onEnd: (cleanUp) => void cleanUps.push(cleanUp),
    held: new Map<string, { readonly size: number }>([
      ["calls", incoming.running],
      ["signals", signals.received],
    ]),
  };
  const greeting = handshake((isAnswer) => notifyIfPossible("hello", isAnswer));
  connection.expose({ abortSignal: signals.abort, hello: greeting.receive });
  whenEnded(endpoint, connection.close);
  return connection;
}

/** A message of birpc: a call with its arguments, or an answer with its result. */
interface Message {
  readonly a?: readonly [name: string, args: readonly unknown[]];
  readonly r?: Outcome;
}

/** Posts a message. If an answer cannot be sent, posts an error instead; for a call, throws an error that names the argument. */
function postOrExplain(endpoint: Endpoint, message: unknown, errors: ErrorTransfer): void {
  const { a: [name, args] = ["", []], r: outcome } = message as Message;
  try {
    post(endpoint, message, portsIn(args));
  } catch (cause) {
    const part = uncloneableIn(outcome ?? args, outcome ? "result" : "arguments");
    if (!part) throw cause;
    const expected = "data that can be sent to another thread (no function, no symbol)";
    const error = new InvalidOptionError({ where: name || "worker", option: part.path, expected, actual: part.value, cause });
    if (!outcome) throw error;
    post(endpoint, { ...(message as Message), r: { error: errors.send(error) } satisfies Outcome }, []);
  }
}

/** Returns the ports among the arguments of a call, which must be transferred, not copied. */
function portsIn(args: readonly unknown[]): MessagePort[] {
  return args.flatMap((argument) => {
    const port = (argument as { readonly port?: unknown } | null)?.port;
    return port instanceof MessagePort ? [port] : [];
  });
}
