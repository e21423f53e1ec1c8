import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { apiErrorOf } from "../error-answer.ts";
import { type ServerState, shuttingDown, waitedTooLong } from "../server-state.ts";
import type { RequestEnd } from "./request-end.ts";

/** The answer to a request: a JSON object, or the pieces of one. Nothing is decoded before one of them is read. */
export interface Answer {
  whole(signal: AbortSignal): Promise<object>;
  pieces(signal: AbortSignal): AsyncGenerator<object, void, void>;
}

/** Answers a request when it is its turn. Its turn ends with the answer, or when the client leaves. */
export async function respond(context: Context, state: ServerState, { answer, stream }: Responding): Promise<Response> {
  const { end, leave } = state.running.begin(context.req.raw.signal, state.limits);
  let endTurn: () => void = () => undefined;
  const finish = (): void => {
    endTurn();
    leave();
  };
  try {
    endTurn = await state.gate.enter(end.signal);
    const made = answer();
    if (!stream) {
      const body = await made.whole(end.signal);
      throwIfLost(end);
      finish();
      return context.json(body);
    }
    const pieces = made.pieces(end.signal);
    // An error before the first piece still has a status of its own.
    const first = await pieces.next();
    throwIfLost(end);
    return streamed(context, state, { pieces: following(first, pieces), end, finish });
  } catch (error) {
    finish();
    throw endingError(end, state, error);
  }
}

export interface Responding {
  /** Makes the answer when it is its turn; what it throws is answered. */
  readonly answer: () => Answer;
  /** Whether the client asked for pieces. */
  readonly stream: boolean;
}

interface Streaming {
  readonly pieces: AsyncGenerator<object, void, void>;
  readonly end: RequestEnd;
  readonly finish: () => void;
}

function streamed(context: Context, state: ServerState, { pieces, end, finish }: Streaming): Response {
  return streamSSE(context, async (stream) => {
    stream.onAbort(() => end.end("disconnect"));
    const write = (data: object): Promise<void> => stream.writeSSE({ data: JSON.stringify(data) });
    try {
      for await (const piece of pieces) {
        if (end.reason === "disconnect") break;
        throwIfLost(end);
        await write(piece);
      }
      if (end.reason !== "disconnect") await stream.writeSSE({ data: "[DONE]" });
    } catch (error) {
      await write(apiErrorOf(endingError(end, state, error), state.report).body);
    } finally {
      finish();
    }
  });
}

async function* following(
  first: IteratorResult<object, void>,
  rest: AsyncGenerator<object, void, void>,
): AsyncGenerator<object, void, void> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/** A text that the shutdown has cut is not an answer. */
function throwIfLost({ reason }: RequestEnd): void {
  if (reason === "shutdown") throw shuttingDown();
}

/** What to answer instead of the reason of an abort. */
function endingError(end: RequestEnd, { limits }: ServerState, error: unknown): unknown {
  if (error !== end.signal.reason || !end.signal.aborted) return error;
  return end.reason === "timeout" ? waitedTooLong(limits) : shuttingDown();
}
