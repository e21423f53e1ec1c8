import type { CausalModel, ForwardOptions, Logits, Session } from "../contracts/model.ts";
import type { TokenTree } from "../tokens/token-tree.ts";
import { chainPrefixes, type RowPrefixes, treePrefixes } from "./row-prefixes.ts";
import { TrackingSession } from "./tracking-session.ts";

/** What is done with the rows of one session. */
export interface RowDecoration {
  /** Receives the rows of a pass; returns those that the caller of the pass receives. */
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

class DecoratedSession extends TrackingSession {
  readonly #createDecoration: () => RowDecoration;
  readonly #decoration: RowDecoration;

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
    return super.read(tokens, wholeRows(options));
  }

  protected override readTree(tree: TokenTree, options: Pick<ForwardOptions, "signal" | "reads"> | undefined): Promise<Logits> {
    return super.readTree(tree, wholeRows(options));
  }

  protected override passed(logits: Logits, tree?: TokenTree): Logits {
    return this.#decoration.decorate(logits, tree ? treePrefixes(this.tokens, tree) : chainPrefixes(this.tokens, logits.rows));
  }

  protected override forked(session: Session): Session {
    return new DecoratedSession(session, this.#createDecoration, this.tokens);
  }

  protected override end(): Promise<void> {
    this.#decoration.end?.();
    return super.end();
  }
}

/** A decoration needs whole rows, whatever the caller reads of them. */
function wholeRows<Options extends Pick<ForwardOptions, "reads">>(
  options: Options | undefined,
): (Options & { reads: undefined }) | undefined {
  return options && { ...options, reads: undefined };
}
