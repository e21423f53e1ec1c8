import {
  checkTokens,
  ContextLengthError,
  DisposedError,
  type ForwardOptions,
  InvalidOptionError,
  type Logits,
  type Session,
} from "@decodekit/core";

/** What a session reads from. */
export interface SessionSource {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** Logits of the token after `token`, shape (vocabSize,). */
  readonly rowAfter: (token: number) => Float32Array;
}

/** Opens a session that holds `start`. Calls run in the order in which they were made. */
export function openSession(source: SessionSource, start: readonly number[]): Session {
  const tokens = [...start];
  let isDisposed = false;
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(call: () => Result): Promise<Result> => {
    if (isDisposed) return Promise.reject(new DisposedError("session"));
    const result = before.then(call);
    before = result.catch(() => undefined);
    return result;
  };
  return {
    get length() {
      return tokens.length;
    },
    forward(input, { rows = "last", signal } = {}) {
      // The caller may write to its array while the pass waits.
      const added = [...input];
      return inTurn(() => {
        signal?.throwIfAborted();
        const count = countOf(rows, added.length);
        checkPass(source, tokens.length, added);
        tokens.push(...added);
        return logitsOf(
          added.slice(added.length - count).map((token) => source.rowAfter(token).slice()),
          source.vocabSize,
        );
      });
    },
    rewindTo: (length) =>
      inTurn(() => {
        if (!(Number.isInteger(length) && length >= 0 && length <= tokens.length)) {
          const expected = `an integer in [0, ${tokens.length}]`;
          throw new InvalidOptionError({ where: "rewindTo", option: "length", expected, actual: length });
        }
        tokens.length = length;
      }),
    fork: () => inTurn(() => openSession(source, tokens)),
    async dispose() {
      isDisposed = true;
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
}

function logitsOf(read: readonly Float32Array[], vocabSize: number): Logits {
  const row = (index: number): Float32Array => {
    const found = read[index];
    if (!found) throw new RangeError(`row must be in [0, ${read.length}), got ${index}`);
    return found;
  };
  return { rows: read.length, vocabSize, row };
}

function countOf(rows: ForwardOptions["rows"], length: number): number {
  const count = rows === "all" ? length : rows === "last" || rows === undefined ? 1 : rows;
  if (length > 0 && Number.isInteger(count) && count >= 1 && count <= length) return count;
  throw new InvalidOptionError({ where: "forward", option: "rows", expected: `an integer in [1, ${length}]`, actual: rows });
}

function checkPass({ vocabSize, contextLength }: SessionSource, length: number, added: readonly number[]): void {
  checkTokens("forward", "tokens", Int32Array.from(added), vocabSize);
  if (length + added.length > contextLength) throw new ContextLengthError(length + added.length, contextLength);
}
