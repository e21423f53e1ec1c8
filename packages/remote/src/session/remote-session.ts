import {
  checkTokens,
  ContextLengthError,
  DisposedError,
  type ForwardOptions,
  InvalidOptionError,
  type Logits,
  type Session,
} from "@decodekit/core";
import { checkReads, concatTokens, findInvalidParent, nodeDepths, type TokenTree } from "@decodekit/core/toolkit";
import { inTurns } from "./in-turns.ts";
import { remoteLogits } from "./remote-logits.ts";
import type { PassRequest, RowServer } from "./row-server.ts";

/**
 * A sequence of a served model. It holds the tokens alone, and each pass sends all of them: so rewinding, forking and keeping a path send
 * nothing, and a request can be repeated, also after the server was restarted or by another one.
 */
export class RemoteSession implements Session {
  declare readonly forwardTree?: NonNullable<Session["forwardTree"]>;
  declare readonly keepPath?: NonNullable<Session["keepPath"]>;
  readonly #server: RowServer;
  readonly #name: string;
  readonly #newName: () => string;
  readonly #inTurn = inTurns(() => this.#checkOpen());
  #tokens: Int32Array;
  #tree: TokenTree | undefined;
  /** Counts what ends the validity of rows. */
  #pass = 0;
  #disposed = false;

  /** @param newName returns a name for a session, unique for the model */
  constructor(server: RowServer, tokens: Int32Array, newName: () => string) {
    this.#server = server;
    this.#tokens = tokens;
    this.#newName = newName;
    this.#name = newName();
    if (!server.tree) return;
    this.forwardTree = (...pass) => this.#forwardTree(...pass);
    this.keepPath = (nodes) => this.#keepPath(nodes);
  }

  get length(): number {
    return this.#tokens.length;
  }

  async forward(tokens: Int32Array, { rows = "last", reads, signal }: ForwardOptions = {}): Promise<Logits> {
    const where = "forward";
    const input = tokens.slice();
    checkReads(where, reads);
    return this.#inTurn(async () => {
      signal?.throwIfAborted();
      this.#checkInput(where, input, this.length + input.length);
      const count = countOf(rows, input.length);
      const wanted = Array.from({ length: count }, (_, index) => input.length - count + index);
      const request = { committed: this.#tokens, tokens: input, wanted, reads, signal, session: this.#name };
      const logits = await this.#read(request);
      this.#tokens = concatTokens(this.#tokens, input);
      return logits;
    });
  }

  async rewindTo(length: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!(Number.isInteger(length) && length >= 0 && length <= this.length)) {
        const expected = `an integer in [0, ${this.length}]`;
        throw new InvalidOptionError({ where: "rewindTo", option: "length", expected, actual: length });
      }
      this.#tree = undefined;
      this.#tokens = this.#tokens.subarray(0, length);
    });
  }

  async fork(): Promise<Session> {
    return this.#inTurn(async () => new RemoteSession(this.#server, this.#tokens, this.#newName));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#pass++;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #forwardTree(tokens: Int32Array, parents: Int32Array, { reads, signal }: Omit<ForwardOptions, "rows"> = {}): Promise<Logits> {
    const where = "forwardTree";
    const tree = { tokens: tokens.slice(), parents: parents.slice() };
    checkReads(where, reads);
    return this.#inTurn(async () => {
      signal?.throwIfAborted();
      checkTree(tree);
      this.#checkInput(where, tree.tokens, this.length + Math.max(...nodeDepths(tree.parents)));
      const logits = await this.#read({
        ...tree,
        committed: this.#tokens,
        wanted: [...tree.tokens.keys()],
        reads,
        signal,
        session: this.#name,
      });
      this.#tree = tree;
      return logits;
    });
  }

  async #keepPath(nodes: Int32Array): Promise<void> {
    const path = nodes.slice();
    return this.#inTurn(async () => {
      const tree = this.#tree;
      if (!tree || path.some((node, depth) => tree.parents[node] !== (path[depth - 1] ?? -1)))
        throw new InvalidOptionError({ where: "keepPath", option: "nodes", expected: "a path of the last tree", actual: path });
      this.#tree = undefined;
      this.#tokens = concatTokens(
        this.#tokens,
        path.map((node) => tree.tokens[node]!),
      );
    });
  }

  async #read(request: PassRequest): Promise<Logits> {
    const rows = await this.#server.rowsOf(request);
    this.#checkOpen();
    this.#tree = undefined;
    const pass = ++this.#pass;
    const parts = request.reads &&
      !rows.some((row) => row instanceof Float32Array) && {
        readWhole: async (index: number) => {
          const [row] = await this.#server.rowsOf({ ...request, wanted: [request.wanted[index]!], reads: undefined });
          return row as Float32Array;
        },
        isOver: () => pass !== this.#pass,
      };
    return remoteLogits({ vocabSize: this.#server.vocabSize, rows, parts: parts || undefined });
  }

  #checkInput(where: string, tokens: Int32Array, length: number): void {
    if (tokens.length === 0) throw new InvalidOptionError({ where, option: "tokens", expected: "at least 1 token", actual: 0 });
    checkTokens(where, "tokens", tokens, this.#server.vocabSize);
    if (length > this.#server.contextLength) throw new ContextLengthError(length, this.#server.contextLength);
  }

  #checkOpen(): void {
    if (this.#disposed) throw new DisposedError("session");
  }
}

function countOf(rows: NonNullable<ForwardOptions["rows"]>, tokens: number): number {
  const count = rows === "last" ? 1 : rows === "all" ? tokens : rows;
  if (Number.isInteger(count) && count >= 1 && count <= tokens) return count;
  const expected = `"last", "all" or an integer in [1, ${tokens}]`;
  throw new InvalidOptionError({ where: "forward", option: "rows", expected, actual: rows });
}

function checkTree({ tokens, parents }: TokenTree): void {
  const invalid = parents.length === tokens.length ? findInvalidParent(parents) : parents.length;
  if (invalid === undefined) return;
  const expected = "one earlier node, or -1, per token";
  throw new InvalidOptionError({ where: "forwardTree", option: `parents[${invalid}]`, expected, actual: parents[invalid] });
}
