import { createBirpc } from "birpc";
import { InvalidOptionError, WorkerError } from "../errors.ts";
import { type Endpoint, listen, post, whenEnded } from "./endpoint.ts";
import { handshake } from "./handshake.ts";
import { type Functions, incomingCalls } from "./incoming-calls.ts";
import { uncloneableIn } from "./uncloneable.ts";
import { type ErrorTransfer, errorTransfer, type TransferredError } from "./transfer-error.ts";
import { signalTransfer, type TransferredSignal } from "./transfer-signal.ts";

/** How a call went. "aborted": it rejected with the reason of its signal. */
type Outcome = { readonly value: unknown } | { readonly error: TransferredError } | { readonly aborted: TransferredError };

/** Two sides that call each other's functions; errors and abort signals arrive as what they were. */
export interface Connection {
  /**
   * Calls a function of the other side. An abort of `signal` reaches it whenever it comes.
   * @throws what the function throws; `signal.reason` itself where it throws that.
   * @throws WorkerError when the other side is gone. @throws InvalidOptionError when an argument cannot be sent.
   */
  call<Result>(name: string, args: readonly unknown[], signal?: AbortSignal): Promise<Result>;
  /** Tells the other side something, without an answer. Rejects when it cannot be sent; does nothing once the connection has ended. */
  tell(name: string, ...args: readonly unknown[]): Promise<void>;
  /** Tells something that does not matter where it cannot be sent. */
  mention(name: string, ...args: readonly unknown[]): void;
  /** Adds functions that the other side may call. */
  offer(functions: Functions): void;
  /** Rejects later calls of this side with a WorkerError; those under way go on. */
  refuse(problem: string): void;
  /** Whether calls of this side reject from now on. */
  isOver(): boolean;
  /** Ends the connection: every call of either side rejects with a WorkerError, those under way too, and what was held for the other side is freed. */
  readonly close: (problem: string, cause?: unknown) => void;
  /** Aborted when the connection ends, with the WorkerError. */
  readonly closed: AbortSignal;
  /**
   * Ends what the other side has under way here: refuses its later calls, aborts those under way, and resolves when they have settled
   * and what was held for the other side is freed.
   */
  windUp(problem: string): Promise<void>;
  /** Frees what is held for the other side when the connection ends or is wound up; in the order of the calls. */
  onEnd(free: () => Promise<void>): void;
  /** How many of each thing are held for the other side, by name; so that a test can see what was left behind. */
  readonly held: Map<string, { readonly size: number }>;
}

interface Calls {
  call(name: string, args: readonly unknown[], signal: TransferredSignal | undefined): Promise<Outcome>;
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
  const signals = signalTransfer(errors, (id, reason) => mention("abortSignal", id, reason));
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
    { call: answer, tell: (name, args) => incoming.hear(name, args) },
    {
      post: (message: unknown) => postOrExplain(endpoint, message, errors),
      on: (receive) => listen(endpoint, receive),
      eventNames: ["tell"],
      // A pass may take as long as it takes.
      timeout: -1,
    },
  );
  const tell = async (name: string, ...args: readonly unknown[]): Promise<void> => {
    if (!closed.signal.aborted) await rpc.tell(name, args);
  };
  const mention = (name: string, ...args: readonly unknown[]): void => {
    tell(name, ...args).catch(() => undefined);
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
    tell,
    mention,
    offer: (functions) => incoming.offer(functions),
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
    async windUp(problem) {
      await incoming.end(new WorkerError(problem));
      await free();
    },
    onEnd: (cleanUp) => void cleanUps.push(cleanUp),
    held: new Map<string, { readonly size: number }>([
      ["calls", incoming.running],
      ["signals", signals.received],
    ]),
  };
  const greeting = handshake((isAnswer) => mention("hello", isAnswer));
  connection.offer({ abortSignal: signals.abort, hello: greeting.hear });
  whenEnded(endpoint, connection.close);
  return connection;
}

/** What birpc posts: a call with its arguments, or an answer with its result. */
interface Message {
  readonly a?: readonly [name: string, args: readonly unknown[]];
  readonly r?: Outcome;
}

/** Posts a message; where that fails, an answer that says so, or an error that says which argument cannot be sent. */
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

/** Ports among the arguments of a call: they must be handed over, not copied. */
function portsIn(args: readonly unknown[]): MessagePort[] {
  return args.flatMap((argument) => {
    const port = (argument as { readonly port?: unknown } | null)?.port;
    return port instanceof MessagePort ? [port] : [];
  });
}
