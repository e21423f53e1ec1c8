import type { DecodeEvent, ForwardPhase } from "./decoder.ts";
import type { ModelRole, TokenId } from "./model.ts";

/** What a decode cost and did, counted from its events. */
export interface DecodeStatistics {
  /** Committed tokens. */
  readonly tokens: number;
  /** Forward passes of all models by what they were for. */
  readonly passes: Readonly<Record<ForwardPhase, number>>;
  /** The same passes by the role of the model that ran and by what they were for. */
  readonly passesByModel: Readonly<Record<ModelRole, Readonly<Record<ForwardPhase, number>>>>;
  /**
   * Passes of the target, whatever they were for: all but those of the role "draft", which is a model of its own. A target that drafts
   * for itself pays for that here, as does the masked model, which is the causal one's other side or the target itself.
   */
  readonly targetPasses: number;
  /** Time of the prefill passes. */
  readonly prefillMilliseconds: number;
  /** All other time spent inside the decode: passes, sampling, bookkeeping. Time in which nobody asked for an event is not in it. */
  readonly decodeMilliseconds: number;
  /** Time inside the decode until the first commit; undefined when nothing was committed. */
  readonly timeToFirstTokenMilliseconds: number | undefined;
  /** Tokens per second of `decodeMilliseconds`; undefined when nothing was committed or no time passed. */
  readonly tokensPerSecond: number | undefined;
  /** Draft tokens that were verified. */
  readonly drafted: number;
  /** Draft tokens that stood. */
  readonly accepted: number;
  /** How often a token that had been shown was replaced by another one or made unknown again, rejected drafts aside. */
  readonly revisions: number;
  /** Committed tokens that are not what was first shown in their place, rejected drafts aside: 0 for a text that never changed. */
  readonly changedTokens: number;
}

/** Counts statistics as events come by. `maskTokenId` marks a position that has been shown as unknown. */
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

/** What has been shown of each position, first and last, and how often that changed. */
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

  /** Forgets a verified draft: its commit shows the accepted tokens again, also where another branch of the tree was shown. */
  forget(start: number, count: number): void {
    for (let position = start; position < start + count; position++) {
      this.#first.delete(position);
      this.#last.delete(position);
    }
  }
}

export interface StatisticsCounter {
  /** Counts one event that took `milliseconds` inside the decoder to come. */
  add(event: DecodeEvent, milliseconds: number): void;
  statistics(): DecodeStatistics;
}
