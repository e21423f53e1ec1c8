import { InvalidOptionError } from "../errors.ts";
import type { CausalModel, ForwardOptions, Logits, Session } from "../contracts/model.ts";
import { GrowingSequence } from "../tokens/growing-sequence.ts";
import type { TokenTree } from "../tokens/token-tree.ts";
import { chainPrefixes, type RowPrefixes, treePrefixes } from "./row-prefixes.ts";

/** What is done with the rows of one session. */
export interface RowDecoration {
  /** Receives the rows of a pass, which are whole rows, also if the caller asked for parts; returns those that the caller of the pass receives. */
  decorate(logits: Logits, prefixes: RowPrefixes): Logits;
  /** Called before the rows of the last pass become invalid: before the next pass and at the session's end. */
  end?(): void;
}

/**
 * Returns the model with sessions whose rows are decorated, each session by a decoration of its own. A session keeps track of its tokens,
 * so that every row comes with its own prefix: through rewinds, forks and trees.
 */
export function decoratedModel(model: CausalModel, createDecoration: () => RowDecoration): CausalModel {
  const { kind, vocabSize, contextLength, capabilities } = model;
  return {
    kind,
    vocabSize,
    contextLength,
    capabilities,
    createSession: async () => new DecoratedSession(await model.createSession(), createDecoration, new Int32Array(0)),
  };
}

class DecoratedSession implements Session {
  readonly decorates: Session;
  declare readonly fork?: () => Promise<Session>;
  declare readonly forwardTree?: NonNullable<Session["forwardTree"]>;
  declare readonly keepPath?: NonNullable<Session["keepPath"]>;
  readonly #createDecoration: () => RowDecoration;
  readonly #decoration: RowDecoration;
  #sequence: GrowingSequence;
  #tree: TokenTree | undefined;
  /** Settles with the calls before the next one. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(session: Session, createDecoration: () => RowDecoration, tokens: Int32Array) {
    this.decorates = session;
    this.#createDecoration = createDecoration;
    this.#decoration = createDecoration();
    this.#sequence = new GrowingSequence(tokens);
    if (session.fork) this.fork = () => this.#inTurn(() => this.#fork());
    if (session.forwardTree) this.forwardTree = (...pass) => this.#forwardTree(...pass);
    if (session.keepPath) this.keepPath = (nodes) => this.#keepPath(nodes.slice());
  }

  get length(): number {
    return this.decorates.length;
  }

  forward(tokens: Int32Array, options?: ForwardOptions): Promise<Logits> {
    const input = tokens.slice();
    return this.#inTurn(async () => {
      this.#startPass();
      const logits = await this.decorates.forward(input, { ...options, reads: undefined });
      this.#tree = undefined;
      this.#sequence.append(input);
      return this.#decoration.decorate(logits, chainPrefixes(this.#sequence.tokens, logits.rows));
    });
  }

  rewindTo(length: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.decorates.rewindTo(length);
      this.#tree = undefined;
      // A new sequence, since the rows of the last pass may still be read with the tokens that are removed here.
      if (length < this.#sequence.length) this.#sequence = new GrowingSequence(this.#sequence.tokens.subarray(0, length));
    });
  }

  dispose(): Promise<void> {
    return this.#inTurn(() => {
      this.#decoration.end?.();
      return this.decorates.dispose();
    });
  }

  async #fork(): Promise<Session> {
    return new DecoratedSession(await this.decorates.fork!(), this.#createDecoration, this.#sequence.tokens);
  }

  #forwardTree(tokens: Int32Array, parents: Int32Array, options?: Pick<ForwardOptions, "signal" | "reads">): Promise<Logits> {
    const tree = { tokens: tokens.slice(), parents: parents.slice() };
    return this.#inTurn(async () => {
      this.#startPass();
      const logits = await this.decorates.forwardTree!(tree.tokens, tree.parents, { ...options, reads: undefined });
      this.#tree = tree;
      return this.#decoration.decorate(logits, treePrefixes(this.#sequence.tokens, tree));
    });
  }

  #keepPath(nodes: Int32Array): Promise<void> {
    return this.#inTurn(async () => {
      await this.decorates.keepPath!(nodes);
      if (this.#tree) this.#sequence.append(nodes.map((node) => this.#tree!.tokens[node]!));
      this.#tree = undefined;
    });
  }

  /** Runs a call after those before it, so that the tokens change in the order in which the session changes. */
  #inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#before.then(call);
    this.#before = result.catch(() => undefined);
    return result;
  }

  /** Ends the rows of the last pass. @throws InvalidOptionError if the tokens of the session are not those that this one knows. */
  #startPass(): void {
    const { length } = this.decorates;
    if (length !== this.#sequence.length) {
      const expected = `changed only by calls on the session that decorates it, which have left ${this.#sequence.length} tokens`;
      throw new InvalidOptionError({ where: "Session", option: "a decorated session", expected, actual: `${length} tokens` });
    }
    this.#decoration.end?.();
  }
}
