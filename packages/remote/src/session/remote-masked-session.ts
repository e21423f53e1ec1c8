import {
  checkTokens,
  ContextLengthError,
  DisposedError,
  type ForwardOptions,
  InvalidOptionError,
  type Logits,
  type MaskedSession,
} from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";
import { remoteLogits } from "./remote-logits.ts";
import { inTurns } from "./in-turns.ts";

/** A served masked model: what a session needs of it. */
export interface CanvasServer {
  readonly vocabSize: number;
  /** Returns the last `rows` rows for `tokens`, which predict the tokens at their own positions. */
  lastRows(
    tokens: Int32Array,
    rows: number,
    call: { readonly session: string; readonly signal: AbortSignal | undefined },
  ): Promise<readonly Float32Array[]>;
}

interface MaskedFacts {
  readonly server: CanvasServer;
  readonly contextLength: number;
  /** Name of the session, for a router. */
  readonly name: string;
}

type CallOptions = Pick<ForwardOptions, "signal">;

/** A prefix and a canvas of a served masked model. It holds the prefix's tokens alone: every prediction sends them with the canvas. */
export class RemoteMaskedSession implements MaskedSession {
  readonly #facts: MaskedFacts;
  readonly #inTurn = inTurns(() => this.#checkOpen());
  #prefix: Int32Array = new Int32Array(0);
  #disposed = false;

  constructor(facts: MaskedFacts) {
    this.#facts = facts;
  }

  get length(): number {
    return this.#prefix.length;
  }

  async predict(canvas: Int32Array, { signal }: CallOptions = {}): Promise<Logits> {
    const input = canvas.slice();
    return this.#inTurn(async () => {
      const { server, name } = this.#facts;
      signal?.throwIfAborted();
      this.#check("predict", "canvas", input);
      const rows = await server.lastRows(concatTokens(this.#prefix, input), input.length, { session: name, signal });
      return remoteLogits({ vocabSize: server.vocabSize, rows });
    });
  }

  async commit(tokens: Int32Array, { signal }: CallOptions = {}): Promise<void> {
    const input = tokens.slice();
    return this.#inTurn(async () => {
      signal?.throwIfAborted();
      this.#check("commit", "tokens", input);
      this.#prefix = concatTokens(this.#prefix, input);
    });
  }

  async rewindTo(length: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!(Number.isInteger(length) && length >= 0 && length <= this.length)) {
        const expected = `an integer in [0, ${this.length}]`;
        throw new InvalidOptionError({ where: "rewindTo", option: "length", expected, actual: length });
      }
      this.#prefix = this.#prefix.subarray(0, length);
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #check(where: string, option: string, tokens: Int32Array): void {
    const { server, contextLength } = this.#facts;
    if (tokens.length === 0) throw new InvalidOptionError({ where, option, expected: "at least 1 token", actual: 0 });
    checkTokens(where, option, tokens, server.vocabSize);
    const length = this.length + tokens.length;
    if (length > contextLength) throw new ContextLengthError(length, contextLength);
  }

  #checkOpen(): void {
    if (this.#disposed) throw new DisposedError("session");
  }
}
