import type { DecodeEvent } from "@decodekit/core";
import {
  EVENT_KINDS,
  type EventKind,
  FINISH_REASONS,
  STEPS_OF_LOGARITHM,
  STEPS_OF_PROBABILITY,
  STEPS_PER_MILLISECOND,
} from "./compact-run.ts";
import type { CompactLane, CompactRun } from "./compact-schema.ts";

/** Columns that do not fit together. */
export class CompactRunError extends Error {
  override readonly name = "CompactRunError";
}

/**
 * Returns the text of the trace file that a run in columns stands for, which `readTrace` then checks.
 * @throws CompactRunError if the columns do not fit together.
 */
export function expandRun({ model, request, chat, prompt, promptTokens, maxNewTokens, ids, texts, lanes }: CompactRun): string {
  if (texts.length !== ids.length) throw new CompactRunError("Every token must have a text.");
  const idAt = (place: number): number => ids[place] ?? missing("token");
  const vocabulary = ids.flatMap((id, place) => (texts[place] === null ? [] : [[id, texts[place]!] as const]));
  const header = {
    format: "decodekit-trace",
    version: 1,
    model,
    request,
    prompt,
    chat,
    promptTokens: promptTokens.map(idAt),
    maxNewTokens,
    vocabulary,
    lanes: lanes.map(({ specification, title, options, seed, start }) => ({
      specification,
      title,
      options,
      seed,
      start: start?.map(idAt),
    })),
  };
  const texted = new Map(vocabulary);
  return [header, ...lanes.flatMap((lane, index) => linesOf(lane, index, { idAt, textAt: (id) => texted.get(id) ?? "" }))]
    .map((line) => JSON.stringify(line))
    .join("\n");
}

interface Vocabulary {
  readonly idAt: (place: number) => number;
  readonly textAt: (id: number) => string;
}

function linesOf(compact: CompactLane, lane: number, { idAt, textAt }: Vocabulary): object[] {
  const { result, scores, error } = compact;
  const lines: object[] = [];
  let text = "";
  for (const { event, milliseconds } of eventsOf(compact, idAt)) {
    if (event.type === "tokens-commit") text += event.tokens!.map(textAt).join("");
    lines.push({ lane, milliseconds, event });
  }
  if (result) {
    const [prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds, tokensPerSecond] = result.times;
    const statistics = {
      prefillMilliseconds,
      decodeMilliseconds,
      timeToFirstTokenMilliseconds: timeToFirstTokenMilliseconds ?? undefined,
      tokensPerSecond: tokensPerSecond ?? undefined,
    };
    lines.push({ lane, result: { text: result.text ?? text, finishReason: result.finishReason, statistics } });
  }
  if (scores) lines.push({ lane, scores: expandScores(scores, idAt) });
  if (error !== undefined) lines.push({ lane, error });
  return lines;
}

function expandScores({ own, counts, ...rest }: NonNullable<CompactLane["scores"]>, idAt: Vocabulary["idAt"]): object[] {
  const columns = {
    tokens: columnOf(rest.tokens),
    probabilities: columnOf(rest.probabilities),
    ranks: columnOf(rest.ranks ?? []),
    left: columnOf(rest.left ?? []),
    masses: columnOf(rest.masses ?? []),
    after: columnOf(rest.after ?? []),
  };
  const likelihood = ({ next }: Column): number => next() / STEPS_OF_PROBABILITY;
  if (counts.length !== own.length) throw new CompactRunError("Every score must have a number of candidates.");
  const scores = own.map((probability, index) => {
    const ranked = rest.ranks ? { rank: columns.ranks.next(), left: columns.left.next() } : undefined;
    const isKnown = ranked !== undefined && ranked.left > 0;
    const cut = isKnown ? [[ranked.left, likelihood(columns.masses)]] : [];
    const candidates = columns.tokens
      .take(counts[index]!)
      .map((place) => [idAt(place), likelihood(columns.probabilities), ...(isKnown ? [likelihood(columns.after)] : [])]);
    return [probability, candidates, ...(ranked ? [ranked.rank] : []), ...cut];
  });
  mustBeRead(...Object.values(columns));
  return scores;
}

/** An event as in a trace file. */
interface PlainEvent {
  readonly type: DecodeEvent["type"];
  readonly start?: number;
  readonly tokens?: readonly number[];
  readonly promptLength?: number;
  readonly [name: string]: unknown;
}

function* eventsOf(lane: CompactLane, idAt: Vocabulary["idAt"]): Generator<{ readonly milliseconds: number; readonly event: PlainEvent }> {
  const columns = {
    numbers: columnOf(lane.numbers),
    times: columnOf(lane.times),
    durations: columnOf(lane.durations),
    tokens: columnOf(lane.tokens),
    parents: columnOf(lane.parents),
    probabilities: columnOf(lane.probabilities),
  };
  let steps = 0;
  let end = 0;
  for (const kind of lane.kinds) {
    const pass = lane.passes[kind - EVENT_KINDS.length];
    const duration = pass === undefined ? 0 : columns.durations.next();
    const event =
      pass === undefined ? eventOf(EVENT_KINDS[kind] ?? missing("kind"), columns, { end, idAt }) : passOf(pass, duration, columns);
    steps += columns.times.next() + duration;
    if (event.type === "tokens-commit") end = event.start! + event.tokens!.length;
    if (event.type === "decode-start") end = event.promptLength!;
    yield { milliseconds: steps / STEPS_PER_MILLISECOND, event };
  }
  mustBeRead(...Object.values(columns));
}

type Columns = Readonly<Record<"numbers" | "tokens" | "parents" | "probabilities", Column>>;

function passOf(pass: string, duration: number, { numbers }: Columns): PlainEvent {
  const [model, phase] = pass.split(" ");
  return { type: "forward-end", model, phase, positions: numbers.next(), milliseconds: duration / STEPS_PER_MILLISECOND };
}

function eventOf(
  kind: EventKind,
  { numbers, tokens, parents, probabilities }: Columns,
  { end, idAt }: { readonly end: number; readonly idAt: Vocabulary["idAt"] },
): PlainEvent {
  switch (kind) {
    case "start":
      return { type: "decode-start", promptLength: numbers.next() };
    case "withdraw":
      return { type: "tokens-withdraw", start: end + numbers.next() };
    case "verify":
      return { type: "draft-verify", start: end + numbers.next(), drafted: numbers.next(), accepted: numbers.next() };
    case "end":
      return { type: "decode-end", finishReason: FINISH_REASONS[numbers.next()] };
    case "commit":
    case "commit-with-logarithms": {
      const start = end + numbers.next();
      const ids = tokens.take(numbers.next()).map(idAt);
      if (kind === "commit") return { type: "tokens-commit", start, tokens: ids };
      const logProbabilities = probabilities.take(ids.length).map((each) => each / STEPS_OF_LOGARITHM);
      return { type: "tokens-commit", start, tokens: ids, logProbabilities };
    }
    default: {
      const start = end + numbers.next();
      const chain = numbers.next();
      const nodes = kind.startsWith("propose-tree") ? numbers.next() : undefined;
      const ids = tokens.take(chain).map(idAt);
      return {
        type: "tokens-propose",
        start,
        tokens: ids,
        ...(nodes !== undefined && {
          tree: { tokens: tokens.take(nodes).map(idAt), parents: parents.take(nodes).map((distance, node) => node - distance) },
        }),
        ...(kind.endsWith("-with-probabilities") && {
          probabilities: probabilities.take(ids.length).map((each) => each / STEPS_OF_PROBABILITY),
        }),
      };
    }
  }
}

/** A list that is read from its start. */
interface Column {
  readonly next: () => number;
  readonly take: (count: number) => readonly number[];
  readonly isRead: () => boolean;
}

function columnOf(values: readonly number[]): Column {
  let at = 0;
  return {
    next: () => values[at++] ?? missing("number"),
    take(count) {
      if (!(count >= 0 && at + count <= values.length)) missing("number");
      return values.slice(at, (at += count));
    },
    isRead: () => at === values.length,
  };
}

function mustBeRead(...columns: readonly Column[]): void {
  if (columns.some((column) => !column.isRead())) throw new CompactRunError("A column is longer than its events.");
}

function missing(what: string): never {
  throw new CompactRunError(`A ${what} is missing.`);
}
