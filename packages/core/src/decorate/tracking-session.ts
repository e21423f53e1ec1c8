import { InvalidOptionError } from "../errors.ts";
import type { ForwardOptions, Logits, Session, TreeOptions } from "../contracts/model.ts";
import { GrowingSequence } from "../tokens/growing-sequence.ts";
import type { TokenTree } from "../tokens/token-tree.ts";

/**
 * A session that passes calls on to the one below it, `inner`, and keeps track of the tokens that it holds: through rewinds, forks and
 * trees. What a decoration does about them is in its subclass.
 */
export abstract class TrackingSession implements Session {
  declare readonly fork?: () => Promise<Session>;
  declare readonly forwardTree?: NonNullable<Session["forwardTree"]>;
  declare readonly keepPath?: NonNullable<Session["keepPath"]>;
  protected inner: Session;
  #sequence: GrowingSequence;
  #tree: TokenTree | undefined;
  /** Settles with the calls before the next one. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(session: Session, tokens: Int32Array) {
    this.inner = session;
    this.#sequence = new GrowingSequence(tokens);
    if (session.fork) this.fork = () => this.inTurn(async () => this.forked(await this.inner.fork!()));
    if (session.forwardTree) this.forwardTree = (...pass) => this.#forwardTree(...pass);
    if (session.keepPath) this.keepPath = (nodes) => this.#keepPath(nodes.slice());
  }

  get decorates(): Session {
    return this.inner;
  }

  get length(): number {
    return this.inner.length;
  }

  get cacheBytes(): number | undefined {
    return this.inner.cacheBytes;
  }

  forward(tokens: Int32Array, options?: ForwardOptions): Promise<Logits> {
    const input = tokens.slice();
    return this.inTurn(async () => {
      this.startPass();
      const logits = await this.read(input, options);
      this.#tree = undefined;
      this.#sequence.append(input);
      return this.passed(logits);
    });
  }

  rewindTo(length: number): Promise<void> {
    return this.inTurn(async () => {
      await this.inner.rewindTo(length);
      this.#tree = undefined;
      // A new sequence, since the rows of the last pass may still be read with the tokens that are removed here.
      if (length < this.#sequence.length) this.#sequence = new GrowingSequence(this.#sequence.tokens.subarray(0, length));
    });
  }

  dispose(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** The cached tokens, shape (n,): a view that later calls do not change. */
  protected get tokens(): Int32Array {
    return this.#sequence.tokens;
  }

  /** Whether the last pass read a tree of which no path was kept. */
  protected get holdsTree(): boolean {
    return this.#tree !== undefined;
  }

  /** Whether the session below holds the tokens that this one knows: false once it was changed by calls that did not come from here. */
  protected get isInStep(): boolean {
    return this.inner.length === this.#sequence.length;
  }

  /** Runs a call after those before it, so that the tokens change in the order in which the session changes. */
  protected inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#before.then(call);
    this.#before = result.catch(() => undefined);
    return result;
  }

  /** Called before each pass. @throws InvalidOptionError if the tokens of the session are not those that this one knows. */
  protected startPass(): void {
    if (this.isInStep) return;
    const expected = `changed only by calls on the session that decorates it, which have left ${this.#sequence.length} tokens`;
    throw new InvalidOptionError({ where: "Session", option: "a decorated session", expected, actual: `${this.inner.length} tokens` });
  }

  /** Runs the pass of `forward` over `tokens`, which are not written to. */
  protected read(tokens: Int32Array, options: ForwardOptions | undefined): Promise<Logits> {
    return this.inner.forward(tokens, options);
  }

  /** Runs the pass of `forwardTree` over `tree`, which is not written to. */
  protected readTree({ tokens, parents }: TokenTree, options: TreeOptions | undefined): Promise<Logits> {
    return this.inner.forwardTree!(tokens, parents, options);
  }

  /** Returns what the caller of a pass over tokens, which the sequence now holds, or over a tree receives. */
  protected abstract passed(logits: Logits, tree?: TokenTree): Logits;

  /** Returns the decoration of a fork, which holds the same tokens. */
  protected abstract forked(session: Session): Session;

  protected end(): Promise<void> {
    return this.inner.dispose();
  }

  #forwardTree(tokens: Int32Array, parents: Int32Array, options?: TreeOptions): Promise<Logits> {
    const tree = { tokens: tokens.slice(), parents: parents.slice() };
    return this.inTurn(async () => {
      this.startPass();
      const logits = await this.readTree(tree, options);
      this.#tree = tree;
      return this.passed(logits, tree);
    });
  }

  #keepPath(nodes: Int32Array): Promise<void> {
    return this.inTurn(async () => {
      await this.inner.keepPath!(nodes);
      if (this.#tree) this.#sequence.append(nodes.map((node) => this.#tree!.tokens[node]!));
      this.#tree = undefined;
    });
  }
}
