import type { DecodeEvent, TokenId } from "@decodekit/core";
import { outputOf } from "../lab/lane-figures.ts";
import { eventTokens } from "../trace/event-tokens.ts";
import type { LaneTrace, TokenScore, Trace, TracedEvent } from "../trace/trace.ts";
import type { CompactLane, CompactRun } from "./compact-schema.ts";

/** Times are in steps of 10 µs, finer than most clocks of browsers. */
export const STEPS_PER_MILLISECOND = 100;
/** Probabilities of candidates are in steps of 0.01 %. */
export const STEPS_OF_PROBABILITY = 1e4;
/** Logarithms of probabilities are in steps of a thousandth. */
export const STEPS_OF_LOGARITHM = 1e3;
/** Significant digits of the score of a token. */
const DIGITS_OF_SCORE = 4;

/** Kinds of events; a forward pass has the kind `EVENT_KINDS.length` plus the index of its model and phase. */
export const EVENT_KINDS = [
  "start",
  "propose",
  "propose-with-probabilities",
  "propose-tree",
  "propose-tree-with-probabilities",
  "withdraw",
  "verify",
  "commit",
  "commit-with-logarithms",
  "end",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What is kept of a run beside its other events. */
export interface Kept {
  /** Candidates per score; undefined for no scores at all. */
  readonly candidates: number | undefined;
  /** Whether draft trees have all of their candidates, or only the first chain. */
  readonly trees: boolean;
}

/**
 * Writes a trace in columns, which compress well: the numbers of all events of a lane in few lists, differences in place of positions and
 * times, and token ids as indices of a list with the most frequent first. Times and probabilities are rounded, and texts of tokens that do
 * not occur are left out.
 */
export function compactRun(trace: Trace, kept: Kept): CompactRun {
  const { model, request, chat, prompt, promptTokens, maxNewTokens, vocabulary, lanes: all, ...nothing } = trace;
  nothing satisfies Record<string, never>;
  const lanes = all.map((lane) => withoutSome(lane, kept));
  const ids = idsByFrequency([...promptTokens, ...lanes.flatMap(tokensOf)]);
  const places = new Map(ids.map((id, place) => [id, place]));
  const placeOf = (id: TokenId): number => places.get(id)!;
  return {
    model,
    ...(request && { request }),
    prompt,
    ...(chat && { chat }),
    promptTokens: promptTokens.map(placeOf),
    maxNewTokens,
    ids,
    texts: ids.map((id) => vocabulary.get(id) ?? null),
    lanes: lanes.map((lane) => compactLane(lane, vocabulary, placeOf)),
  };
}

function withoutSome(lane: LaneTrace, { candidates, trees }: Kept): LaneTrace {
  const output = outputOf(lane);
  const scores =
    candidates === undefined ? undefined : lane.scores?.map((score, place) => withoutCandidates(score, output[place], candidates));
  const events = trees ? lane.events : lane.events.map((traced) => ({ ...traced, event: withoutTree(traced.event) }));
  return { ...lane, events, scores };
}

/** Keeps the first candidates, and with any of them the token itself. */
function withoutCandidates(score: TokenScore, own: TokenId | undefined, kept: number): TokenScore {
  const isKept = (token: TokenId, place: number): boolean => place < kept || (kept > 0 && token === own);
  return { ...score, candidates: score.candidates.filter(({ token }, place) => isKept(token, place)) };
}

function withoutTree(event: DecodeEvent): DecodeEvent {
  if (event.type !== "tokens-propose") return event;
  const { tree: _, ...chain } = event;
  return chain;
}

function idsByFrequency(tokens: readonly TokenId[]): TokenId[] {
  const counts = new Map<TokenId, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts].toSorted(([a, countA], [b, countB]) => countB - countA || a - b).map(([id]) => id);
}

function tokensOf({ start = [], events, scores = [] }: LaneTrace): TokenId[] {
  return [
    ...start,
    ...events.flatMap(({ event }) => eventTokens(event)),
    ...scores.flatMap(({ candidates }) => candidates.map(({ token }) => token)),
  ];
}

type PlaceOf = (id: TokenId) => number;

function compactLane(lane: LaneTrace, vocabulary: Trace["vocabulary"], placeOf: PlaceOf): CompactLane {
  const { specification, title, options, seed, start, events, result, scores, error, ...nothing } = lane;
  nothing satisfies Record<string, never>;
  return {
    specification,
    title,
    options,
    seed,
    ...(start && { start: start.map(placeOf) }),
    ...compactEvents(events, placeOf),
    ...(result && { result: compactResult(result, textOf(events, vocabulary)) }),
    ...(scores && { scores: compactScores(scores, placeOf) }),
    ...(error !== undefined && { error }),
  };
}

/** Returns the texts of the committed tokens, one after the other; a result's text is left out where it is the same. */
function textOf(events: readonly TracedEvent[], vocabulary: Trace["vocabulary"]): string {
  const tokens = events.flatMap(({ event }) => (event.type === "tokens-commit" ? [...event.tokens] : []));
  return tokens.map((token) => vocabulary.get(token) ?? "").join("");
}

function compactResult(result: NonNullable<LaneTrace["result"]>, text: string): CompactLane["result"] {
  const { prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds, tokensPerSecond } = result.statistics;
  return {
    ...(result.text !== text && { text: result.text }),
    finishReason: result.finishReason,
    times: [prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds ?? null, tokensPerSecond ?? null],
  };
}

function compactScores(scores: NonNullable<LaneTrace["scores"]>, placeOf: PlaceOf): CompactLane["scores"] {
  const candidates = scores.flatMap((score) => score.candidates);
  const ranks = scores.flatMap(({ rank }) => (rank === undefined ? [] : [rank]));
  const known = scores.flatMap(({ cut, candidates: kept }) => (cut ? [{ cut, kept }] : []));
  return {
    own: scores.map(({ probability }) => Number(probability.toPrecision(DIGITS_OF_SCORE))),
    counts: scores.map((score) => score.candidates.length),
    tokens: candidates.map(({ token }) => placeOf(token)),
    probabilities: candidates.map(({ probability }) => likelihood(probability)),
    ...(ranks.length === scores.length && {
      ranks,
      left: scores.map(({ cut }) => cut?.left ?? 0),
      masses: known.map(({ cut }) => likelihood(cut.mass)),
      after: known.flatMap(({ kept }) => kept.map(({ after = 0 }) => likelihood(after))),
    }),
  };
}

/** In steps; what is likelier than nothing stays so. */
function likelihood(probability: number): number {
  return probability > 0 ? Math.max(1, rounded(probability, STEPS_OF_PROBABILITY)) : 0;
}

type Columns = Pick<CompactLane, "passes" | "kinds" | "numbers" | "times" | "durations" | "tokens" | "parents" | "probabilities">;

function compactEvents(events: readonly TracedEvent[], placeOf: PlaceOf): Columns {
  const passes: string[] = [];
  const columns = { kinds: [], numbers: [], times: [], durations: [], tokens: [], parents: [], probabilities: [] } as Record<
    Exclude<keyof Columns, "passes">,
    number[]
  >;
  let before = 0;
  let end = 0;
  for (const { event, milliseconds } of events) {
    const time = rounded(milliseconds, STEPS_PER_MILLISECOND);
    const duration = event.type === "forward-end" ? rounded(event.milliseconds, STEPS_PER_MILLISECOND) : 0;
    // A pass takes nearly all of the time since the event before it.
    columns.times.push(time - before - duration);
    before = time;
    if (event.type === "forward-end") {
      const pass = `${event.model} ${event.phase}`;
      if (!passes.includes(pass)) passes.push(pass);
      columns.kinds.push(EVENT_KINDS.length + passes.indexOf(pass));
      columns.durations.push(duration);
    } else columns.kinds.push(EVENT_KINDS.indexOf(kindOf(event)));
    columns.numbers.push(...numbersOf(event, end));
    columns.tokens.push(...eventTokens(event).map(placeOf));
    if (event.type === "tokens-propose") columns.parents.push(...Array.from(event.tree?.parents ?? [], (parent, node) => node - parent));
    columns.probabilities.push(...probabilitiesOf(event));
    end = endAfter(event, end);
  }
  return { passes, ...columns };
}

function kindOf(event: Exclude<DecodeEvent, { type: "forward-end" }>): EventKind {
  switch (event.type) {
    case "decode-start":
      return "start";
    case "tokens-propose":
      return `${event.tree ? "propose-tree" : "propose"}${event.probabilities ? "-with-probabilities" : ""}`;
    case "tokens-withdraw":
      return "withdraw";
    case "draft-verify":
      return "verify";
    case "tokens-commit":
      return event.logProbabilities ? "commit-with-logarithms" : "commit";
    case "decode-end":
      return "end";
    default:
      return event satisfies never;
  }
}

export const FINISH_REASONS = ["stop", "length", "abort"] as const;

/** `end` is the position after the last committed token: most events start there. */
function numbersOf(event: DecodeEvent, end: number): number[] {
  switch (event.type) {
    case "decode-start":
      return [event.promptLength];
    case "forward-end":
      return [event.positions];
    case "tokens-withdraw":
      return [event.start - end];
    case "draft-verify":
      return [event.start - end, event.drafted, event.accepted];
    case "decode-end":
      return [FINISH_REASONS.indexOf(event.finishReason)];
    case "tokens-propose":
      return [event.start - end, event.tokens.length, ...(event.tree ? [event.tree.tokens.length] : [])];
    case "tokens-commit":
      return [event.start - end, event.tokens.length];
    default:
      return event satisfies never;
  }
}

function probabilitiesOf(event: DecodeEvent): number[] {
  if (event.type === "tokens-propose") return Array.from(event.probabilities ?? [], (each) => rounded(each, STEPS_OF_PROBABILITY));
  if (event.type === "tokens-commit") return Array.from(event.logProbabilities ?? [], (each) => rounded(each, STEPS_OF_LOGARITHM));
  return [];
}

function endAfter(event: DecodeEvent, before: number): number {
  if (event.type === "decode-start") return event.promptLength;
  return event.type === "tokens-commit" ? event.start + event.tokens.length : before;
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps);
}
