import type { DecodeEvent, ForwardPhase } from "./decoder.ts";
import type { TokenId } from "./model.ts";

/** What a decode cost and did, counted from its events. */
export interface DecodeStatistics {
  /** Committed tokens. */
  readonly tokens: number;
  /** Forward passes by what they were for. */
  readonly passes: Readonly<Record<ForwardPhase, number>>;
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
  /** How often a token that had been shown was replaced by another one, rejected drafts aside. */
  readonly revisions: number;
}

/** Counts statistics as events come by. `maskTokenId` marks a position that has been shown as unknown. */
export function countStatistics({ maskTokenId }: { readonly maskTokenId?: TokenId | undefined } = {}): StatisticsCounter {
  const passes: Record<ForwardPhase, number> = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };
  const shown = new Map<number, TokenId>();
  let tokens = 0;
  let prefillMilliseconds = 0;
  let activeMilliseconds = 0;
  let timeToFirstTokenMilliseconds: number | undefined;
  let drafted = 0;
  let accepted = 0;
  let revisions = 0;

  const show = (start: number, replacements: Int32Array): void => {
    for (const [offset, token] of replacements.entries()) {
      const before = shown.get(start + offset);
      if (before !== undefined && before !== token && before !== maskTokenId) revisions++;
      shown.set(start + offset, token);
    }
  };

  return {
    add(event, milliseconds) {
      activeMilliseconds += milliseconds;
      switch (event.type) {
        case "forward-end":
          passes[event.phase]++;
          if (event.phase === "prefill") prefillMilliseconds += event.milliseconds;
          break;
        case "tokens-propose":
          show(event.start, event.tokens);
          break;
        case "draft-verify":
          drafted += event.drafted;
          accepted += event.accepted;
          for (let position = event.start; position < event.start + event.drafted; position++) shown.delete(position);
          break;
        case "tokens-commit":
          show(event.start, event.tokens);
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
      const tokensPerSecond = tokens > 0 && decodeMilliseconds > 0 ? (1000 * tokens) / decodeMilliseconds : undefined;
      return {
        tokens,
        passes: { ...passes },
        prefillMilliseconds,
        decodeMilliseconds,
        timeToFirstTokenMilliseconds,
        tokensPerSecond,
        drafted,
        accepted,
        revisions,
      };
    },
  };
}

export interface StatisticsCounter {
  /** Counts one event that took `milliseconds` inside the decoder to come. */
  add(event: DecodeEvent, milliseconds: number): void;
  statistics(): DecodeStatistics;
}
