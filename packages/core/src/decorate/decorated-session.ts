import type { CausalModel, ForwardOptions, Logits, RowReads, Session, TreeOptions } from "../contracts/model.ts";
import type { TokenTree } from "../tokens/token-tree.ts";
import { chainPrefixes, type RowPrefixes, treePrefixes } from "./row-prefixes.ts";
import { TrackingSession } from "./tracking-session.ts";

/** What is done with the rows of one session. */
export interface RowDecoration {
  /** Returns what it needs of the rows of a pass whose caller reads `reads`. @defaultValue whole rows, whatever the caller reads */
  reads?(reads: RowReads | undefined): RowReads | undefined;
  /** Receives the rows of a pass, with what its caller reads; returns those that the caller receives. */
  decorate(logits: Logits, prefixes: RowPrefixes, reads: RowReads | undefined): Logits;
  /** Called before the rows of the last pass become invalid: before the next pass and at the session's end. */
  end?(): void;
}

/**
 * Returns the model with sessions whose rows are decorated, each session by a decoration of its own. A session keeps track of its tokens,
 * so that every row comes with its own prefix: through rewinds, forks and trees.
 */
export function decoratedModel(model: CausalModel, createDecoration: () => RowDecoration): CausalModel {
  return {
    ...model,
    createSession: async () => new DecoratedSession(await model.createSession(), createDecoration, new Int32Array(0)),
  };
}

class DecoratedSession extends TrackingSession {
  readonly #createDecoration: () => RowDecoration;
  readonly #decoration: RowDecoration;
  /** What the caller of the pass that is running reads. */
  #reads: RowReads | undefined;

  constructor(session: Session, createDecoration: () => RowDecoration, tokens: Int32Array) {
    super(session, tokens);
    this.#createDecoration = createDecoration;
    this.#decoration = createDecoration();
  }

  protected override startPass(): void {
    super.startPass();
    this.#decoration.end?.();
  }

  protected override read(tokens: Int32Array, options: ForwardOptions | undefined): Promise<Logits> {
    return super.read(tokens, this.#decorated(options));
  }

  protected override readTree(tree: TokenTree, options: TreeOptions | undefined): Promise<Logits> {
    return super.readTree(tree, this.#decorated(options));
  }

  protected override passed(logits: Logits, tree?: TokenTree): Logits {
    const prefixes = tree ? treePrefixes(this.tokens, tree) : chainPrefixes(this.tokens, logits.rows);
    return this.#decoration.decorate(logits, prefixes, this.#reads);
  }

  protected override forked(session: Session): Session {
    return new DecoratedSession(session, this.#createDecoration, this.tokens);
  }

  protected override end(): Promise<void> {
    this.#decoration.end?.();
    return super.end();
  }

  /** Returns the options of the pass below for a pass with `options`. */
  #decorated<Options extends Pick<ForwardOptions, "reads">>(options: Options | undefined): Options | undefined {
    this.#reads = options?.reads;
    return options && { ...options, reads: this.#decoration.reads?.(options.reads) };
  }
}
