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
  const passesByModel = { causal: noPasses(), masked: noPasses(), draft: noPasses() };
  const shown = shownTokens(maskTokenId);
  let tokens = 0;
  let prefillMilliseconds = 0;
  let activeMilliseconds = 0;
  let timeToFirstTokenMilliseconds: number | undefined;
  let drafted = 0;
  let accepted = 0;

  return {
    add(event, milliseconds) {
      activeMilliseconds += milliseconds;
      switch (event.type) {
        case "forward-end":
          passesByModel[event.model][event.phase]++;
          if (event.phase === "prefill") prefillMilliseconds += event.milliseconds;
          break;
        case "tokens-propose":
          shown.show(event.start, event.tokens);
          break;
        case "draft-verify":
          drafted += event.drafted;
          accepted += event.accepted;
          shown.forget(event.start, event.drafted);
          break;
        case "tokens-commit":
          shown.commit(event.start, event.tokens);
          tokens += event.tokens.length;
          timeToFirstTokenMilliseconds ??= activeMilliseconds;
          break;
        case "decode-start":
        case "decode-end":
          break;
        default:
          event satisfies never;
      }
    },
    statistics() {
      const decodeMilliseconds = Math.max(0, activeMilliseconds - prefillMilliseconds);
      return {
        tokens,
        ...countPasses(passesByModel),
        prefillMilliseconds,
        decodeMilliseconds,
        timeToFirstTokenMilliseconds,
        tokensPerSecond: tokens > 0 && decodeMilliseconds > 0 ? (1000 * tokens) / decodeMilliseconds : undefined,
        drafted,
        accepted,
        ...shown.counts(),
      };
    },
  };
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
function shownTokens(maskTokenId: TokenId | undefined) {
  const first = new Map<number, TokenId>();
  const last = new Map<number, TokenId>();
  let revisions = 0;
  let changedTokens = 0;
  const show = (start: number, tokens: Int32Array): void => {
    for (const [offset, token] of tokens.entries()) {
      const position = start + offset;
      const before = last.get(position);
      if (before !== undefined && before !== token && before !== maskTokenId) revisions++;
      last.set(position, token);
      if (token !== maskTokenId && !first.has(position)) first.set(position, token);
    }
  };
  return {
    show,
    commit(start: number, tokens: Int32Array): void {
      show(start, tokens);
      for (const [offset, token] of tokens.entries()) if ((first.get(start + offset) ?? token) !== token) changedTokens++;
    },
    /** A draft that was checked: what stood is shown again by its commit, also where the tree's shown branch is not the one that stood. */
    forget(start: number, count: number): void {
      for (let position = start; position < start + count; position++) {
        first.delete(position);
        last.delete(position);
      }
    },
    counts: () => ({ revisions, changedTokens }),
  };
}

export interface StatisticsCounter {
  /** Counts one event that took `milliseconds` inside the decoder to come. */
  add(event: DecodeEvent, milliseconds: number): void;
  statistics(): DecodeStatistics;
}
