import type { DecodeEvent, ForwardPhase } from "../contracts/decoder.ts";
import type { ModelRole, TokenId } from "../contracts/model.ts";

/** The cost and outcome of a decode, counted from its events. */
export interface DecodeStatistics {
  /** Committed tokens. */
  readonly tokens: number;
  /** Forward passes of all models, by phase. */
  readonly passes: Readonly<Record<ForwardPhase, number>>;
  /** The same passes, by the model's role and by phase. */
  readonly passesByModel: Readonly<Record<ModelRole, Readonly<Record<ForwardPhase, number>>>>;
  /**
   * Passes of the target in all phases: all passes but those of the role "draft", which is a separate model. This includes the drafts of
   * a target that drafts for itself, and the masked model, which shares the target's weights or is the target.
   */
  readonly targetPasses: number;
  /** Time of the prefill passes. */
  readonly prefillMilliseconds: number;
  /** All other time spent inside the decode: passes, sampling, bookkeeping. Excludes the time in which no event was requested. */
  readonly decodeMilliseconds: number;
  /** Time inside the decode until the first commit; undefined if nothing was committed. */
  readonly timeToFirstTokenMilliseconds: number | undefined;
  /** Tokens per second of `decodeMilliseconds`; undefined if nothing was committed or no time passed. */
  readonly tokensPerSecond: number | undefined;
  /** Draft tokens that were verified. */
  readonly drafted: number;
  /** Draft tokens that were accepted. */
  readonly accepted: number;
  /** Number of times that a proposed token was replaced by another one or masked again, rejected drafts aside. */
  readonly revisions: number;
  /** Committed tokens that differ from the first proposal for their position, rejected drafts aside: 0 for a text that never changed. */
  readonly changedTokens: number;
}

/** Creates a counter of statistics from events. `maskTokenId` is the token that stands for an unknown one in proposals. */
export function countStatistics({ maskTokenId }: { readonly maskTokenId?: TokenId | undefined } = {}): StatisticsCounter {
  return new EventCounter(maskTokenId);
}

class EventCounter implements StatisticsCounter {
  readonly #passesByModel = { causal: noPasses(), masked: noPasses(), draft: noPasses() };
  readonly #shown: ShownTokens;
  #tokens = 0;
  #prefillMilliseconds = 0;
  #activeMilliseconds = 0;
  #timeToFirstTokenMilliseconds: number | undefined;
  #drafted = 0;
  #accepted = 0;

  constructor(maskTokenId: TokenId | undefined) {
    this.#shown = new ShownTokens(maskTokenId);
  }

  add(event: DecodeEvent, milliseconds: number): void {
    this.#activeMilliseconds += milliseconds;
    switch (event.type) {
      case "forward-end":
        this.#passesByModel[event.model][event.phase]++;
        if (event.phase === "prefill") this.#prefillMilliseconds += event.milliseconds;
        break;
      case "tokens-propose":
        this.#shown.show(event.start, event.tokens);
        break;
      case "draft-verify":
        this.#drafted += event.drafted;
        this.#accepted += event.accepted;
        this.#shown.forget(event.start, event.drafted);
        break;
      case "tokens-commit":
        this.#shown.commit(event.start, event.tokens);
        this.#tokens += event.tokens.length;
        this.#timeToFirstTokenMilliseconds ??= this.#activeMilliseconds;
        break;
      case "tokens-withdraw":
      case "decode-start":
      case "decode-end":
        break;
      default:
        event satisfies never;
    }
  }

  statistics(): DecodeStatistics {
    const tokens = this.#tokens;
    const decodeMilliseconds = Math.max(0, this.#activeMilliseconds - this.#prefillMilliseconds);
    const { revisions, changedTokens } = this.#shown;
    return {
      tokens,
      ...countPasses(this.#passesByModel),
      prefillMilliseconds: this.#prefillMilliseconds,
      decodeMilliseconds,
      timeToFirstTokenMilliseconds: this.#timeToFirstTokenMilliseconds,
      tokensPerSecond: tokens > 0 && decodeMilliseconds > 0 ? (1000 * tokens) / decodeMilliseconds : undefined,
      drafted: this.#drafted,
      accepted: this.#accepted,
      revisions,
      changedTokens,
    };
  }
}

type Passes = Record<ForwardPhase, number>;

function noPasses(): Passes {
  return { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };
}

function countPasses(byModel: Readonly<Record<ModelRole, Passes>>): Pick<DecodeStatistics, "passes" | "passesByModel" | "targetPasses"> {
  const passes = noPasses();
  let targetPasses = 0;
  for (const [role, ofModel] of Object.entries(byModel)) {
    for (const [phase, count] of Object.entries(ofModel)) {
      passes[phase as ForwardPhase] += count;
      if (role !== "draft") targetPasses += count;
    }
  }
  return { passes, passesByModel: structuredClone(byModel), targetPasses };
}

/** The first and the last proposal for each position, and the number of changes. */
class ShownTokens {
  revisions = 0;
  changedTokens = 0;
  readonly #maskTokenId: TokenId | undefined;
  readonly #first = new Map<number, TokenId>();
  readonly #last = new Map<number, TokenId>();

  constructor(maskTokenId: TokenId | undefined) {
    this.#maskTokenId = maskTokenId;
  }

  show(start: number, tokens: Int32Array): void {
    for (let offset = 0; offset < tokens.length; offset++) {
      const position = start + offset;
      const token = tokens[offset]!;
      const before = this.#last.get(position);
      if (before !== undefined && before !== token && before !== this.#maskTokenId) this.revisions++;
      this.#last.set(position, token);
      if (token !== this.#maskTokenId && !this.#first.has(position)) this.#first.set(position, token);
    }
  }

  commit(start: number, tokens: Int32Array): void {
    this.show(start, tokens);
    for (const [offset, token] of tokens.entries()) if ((this.#first.get(start + offset) ?? token) !== token) this.changedTokens++;
  }

  /** Forgets a verified draft: the commit contains the accepted tokens, which may be another branch of the tree than the proposed one. */
  forget(start: number, count: number): void {
    for (let position = start; position < start + count; position++) {
      this.#first.delete(position);
      this.#last.delete(position);
    }
  }
}

export interface StatisticsCounter {
  /** Counts one event that took `milliseconds` inside the decoder. */
  add(event: DecodeEvent, milliseconds: number): void;
  statistics(): DecodeStatistics;
}
