import { type ForwardOptions, InvalidOptionError, type Logits, type Session } from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";
import { guidedLogits } from "./guided-logits.ts";

interface GuidedSessionOptions {
  readonly scale: number;
  readonly promptLength: number;
  readonly unconditional: Int32Array | undefined;
}

type TreeOptions = Omit<ForwardOptions, "rows">;

/** A session of the model and one of the unconditional prediction, which has the same output after another prompt. It owns both. */
export class GuidedSession implements Session {
  declare readonly fork?: () => Promise<Session>;
  declare readonly forwardTree?: NonNullable<Session["forwardTree"]>;
  declare readonly keepPath?: NonNullable<Session["keepPath"]>;
  readonly #conditional: Session;
  readonly #unconditional: Session;
  readonly #options: GuidedSessionOptions;
  /** Length of the prompt of the unconditional session. */
  #otherPromptLength: number;
  /** Settles with the calls before the next one. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(conditional: Session, unconditional: Session, options: GuidedSessionOptions, otherPromptLength = 0) {
    this.#conditional = conditional;
    this.#unconditional = unconditional;
    this.#options = options;
    this.#otherPromptLength = otherPromptLength;
    if (conditional.fork && unconditional.fork) this.fork = () => this.#inTurn(() => this.#fork());
    if (conditional.forwardTree && unconditional.forwardTree)
      this.forwardTree = (tokens, parents, how) => this.#forwardTree(tokens.slice(), parents.slice(), how);
    if (conditional.keepPath && unconditional.keepPath) this.keepPath = (nodes) => this.#keepPath(nodes.slice());
  }

  get length(): number {
    return this.#conditional.length;
  }

  get cacheBytes(): number | undefined {
    const [a, b] = [this.#conditional.cacheBytes, this.#unconditional.cacheBytes];
    return a === undefined || b === undefined ? undefined : a + b;
  }

  forward(tokens: Int32Array, options: ForwardOptions = {}): Promise<Logits> {
    const input = tokens.slice();
    return this.#inTurn(async () => {
      const before = this.length;
      const { promptLength } = this.#options;
      const logits = await this.#conditional.forward(input, { ...options, reads: undefined });
      const ends = before < promptLength && before + input.length >= promptLength;
      const output = input.subarray(Math.max(0, promptLength - before));
      const rows = Math.min(logits.rows, output.length + (ends ? 1 : 0));
      if (rows === 0) return logits;
      try {
        if (ends) await this.#unconditional.rewindTo(0);
        const prompt = ends ? (this.#options.unconditional ?? input.slice(0, promptLength - before).subarray(-1)) : new Int32Array(0);
        const other = await this.#unconditional.forward(concatTokens(prompt, output), { rows, signal: options.signal });
        if (ends) this.#otherPromptLength = prompt.length;
        return new GuidedRows(logits, other, this.#options.scale);
      } catch (error) {
        await this.#conditional.rewindTo(before);
        throw error;
      }
    });
  }

  rewindTo(length: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#conditional.rewindTo(length);
      const { promptLength } = this.#options;
      const kept = length < promptLength ? 0 : this.#otherPromptLength + length - promptLength;
      await this.#unconditional.rewindTo(Math.min(kept, this.#unconditional.length));
    });
  }

  dispose(): Promise<void> {
    return this.#inTurn(async () => void (await Promise.all([this.#conditional.dispose(), this.#unconditional.dispose()])));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #fork(): Promise<Session> {
    const conditional = await this.#conditional.fork!();
    try {
      return new GuidedSession(conditional, await this.#unconditional.fork!(), this.#options, this.#otherPromptLength);
    } catch (error) {
      await conditional.dispose();
      throw error;
    }
  }

  #forwardTree(tokens: Int32Array, parents: Int32Array, options?: TreeOptions): Promise<Logits> {
    return this.#inTurn(async () => {
      const { promptLength, scale } = this.#options;
      if (this.length < promptLength)
        throw new InvalidOptionError({
          where: "forwardTree",
          option: "length",
          expected: `at least ${promptLength}, the length of the guided prompt`,
          actual: this.length,
        });
      const how = { signal: options?.signal };
      const logits = await this.#conditional.forwardTree!(tokens, parents, how);
      return new GuidedRows(logits, await this.#unconditional.forwardTree!(tokens, parents, how), scale);
    });
  }

  #keepPath(nodes: Int32Array): Promise<void> {
    return this.#inTurn(async () => {
      await this.#conditional.keepPath!(nodes);
      await this.#unconditional.keepPath!(nodes);
    });
  }

  #inTurn<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#before.then(call);
    this.#before = result.catch(() => undefined);
    return result;
  }
}

/** The rows of a pass, of which the last ones, those of `unconditional`, are guided. */
class GuidedRows implements Logits {
  readonly rows: number;
  readonly vocabSize: number;
  readonly hiddenStates?: Logits["hiddenStates"];
  readonly layerStates?: Logits["layerStates"];
  readonly #conditional: Logits;
  readonly #unconditional: Logits;
  readonly #scale: number;
  readonly #guided: Float32Array[] = [];

  constructor(conditional: Logits, unconditional: Logits, scale: number) {
    this.rows = conditional.rows;
    this.vocabSize = conditional.vocabSize;
    if (conditional.hiddenStates) this.hiddenStates = conditional.hiddenStates;
    if (conditional.layerStates) this.layerStates = conditional.layerStates;
    this.#conditional = conditional;
    this.#unconditional = unconditional;
    this.#scale = scale;
  }

  row(index: number): Float32Array {
    const conditional = this.#conditional.row(index);
    const other = index - (this.rows - this.#unconditional.rows);
    if (other < 0) return conditional;
    return (this.#guided[index] ??= guidedLogits(conditional, this.#unconditional.row(other), this.#scale));
  }
}
