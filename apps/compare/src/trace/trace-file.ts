import { countStatistics, type DecodeEvent, type DecodeStatistics } from "@decodekit/core";
import * as v from "valibot";
import type { LaneTrace, Trace, TracedEvent } from "./trace.ts";

/** Largest file that is read, in bytes. */
export const LARGEST_FILE = 32 * 2 ** 20;
export const MOST_LANES = 6;
const MOST_TOKENS = 4096;
const MOST_LINES = 200_000;
const LONGEST_TEXT = 100_000;

/** A trace file is not one, or holds more than is shown. The message says in which line. */
export class TraceFileError extends Error {
  override readonly name = "TraceFileError";
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const token = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));
const tokens = v.pipe(v.array(token), v.maxLength(MOST_TOKENS));
const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4 * MOST_TOKENS));
const text = v.pipe(v.string(), v.maxLength(LONGEST_TEXT));
const name = v.pipe(v.string(), v.maxLength(500));
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1 + 1e-6));
const roles = v.picklist(["causal", "masked", "draft"]);
const phases = v.picklist(["prefill", "decode", "draft", "verify", "refine"]);
const optionValue = v.union([v.number(), v.boolean(), name]);

const header = v.object({
  format: v.literal("decodekit-trace"),
  version: v.literal(1),
  model: v.object({
    name,
    execution: name,
    parameters: count,
    vocabSize: count,
    roles: v.array(roles),
    maskTokenId: v.optional(token),
  }),
  prompt: text,
  promptTokens: tokens,
  maxNewTokens: v.pipe(count, v.maxValue(MOST_TOKENS)),
  vocabulary: v.pipe(v.array(v.tuple([token, name])), v.maxLength(MOST_LINES)),
  lanes: v.pipe(
    v.array(v.object({ specification: name, title: name, options: v.record(name, optionValue), seed: count })),
    v.minLength(1),
    v.maxLength(MOST_LANES),
  ),
});

const numbers = v.optional(v.pipe(v.array(v.number()), v.maxLength(MOST_TOKENS)));
const event = v.variant("type", [
  v.object({ type: v.literal("decode-start"), promptLength: place }),
  v.object({ type: v.literal("forward-end"), model: roles, phase: phases, positions: count, milliseconds }),
  v.object({ type: v.literal("tokens-propose"), start: place, tokens, probabilities: numbers }),
  v.object({ type: v.literal("draft-verify"), start: place, drafted: place, accepted: place }),
  v.object({ type: v.literal("tokens-commit"), start: place, tokens, logProbabilities: numbers }),
  v.object({ type: v.literal("decode-end"), finishReason: v.picklist(["stop", "length", "abort"]) }),
]);

const optionalNumber = v.optional(v.number());
/** What cannot be counted from the events; what a file says of the rest is not read. */
const times = v.object({
  prefillMilliseconds: milliseconds,
  decodeMilliseconds: milliseconds,
  timeToFirstTokenMilliseconds: optionalNumber,
  tokensPerSecond: optionalNumber,
});
const lane = v.pipe(count, v.maxValue(MOST_LANES - 1));
const score = v.tuple([probability, v.pipe(v.array(v.tuple([token, probability])), v.maxLength(32))]);
const line = v.union([
  v.object({ lane, milliseconds, event }),
  v.object({ lane, result: v.object({ text, finishReason: v.picklist(["stop", "length", "abort"]), statistics: times }) }),
  v.object({ lane, scores: v.pipe(v.array(score), v.maxLength(MOST_TOKENS)) }),
  v.object({ lane, error: name }),
]);

/** A trace as JSON Lines: a header, then one line per event, in the order of lanes. */
export function writeTrace(trace: Trace): string {
  const { model, prompt, promptTokens, maxNewTokens, vocabulary, lanes } = trace;
  const lines: unknown[] = [
    {
      format: "decodekit-trace",
      version: 1,
      model,
      prompt,
      promptTokens,
      maxNewTokens,
      vocabulary: [...vocabulary],
      lanes: lanes.map(({ specification, title, options, seed }) => ({ specification, title, options, seed })),
    },
  ];
  for (const [index, { events, result, scores, error }] of lanes.entries()) {
    for (const traced of events) lines.push({ lane: index, milliseconds: traced.milliseconds, event: plain(traced.event) });
    if (result) lines.push({ lane: index, result });
    if (scores)
      lines.push({ lane: index, scores: scores.map((each) => [each.probability, each.candidates.map((c) => [c.token, c.probability])]) });
    if (error !== undefined) lines.push({ lane: index, error });
  }
  return `${lines.map((each) => JSON.stringify(each)).join("\n")}\n`;
}

/** @throws TraceFileError for anything that `writeTrace` could not have written. */
export function readTrace(file: string): Trace {
  if (file.length > LARGEST_FILE) throw new TraceFileError(`The file must have at most ${LARGEST_FILE} bytes.`);
  const lines = file.split("\n").filter((each) => each.trim() !== "");
  if (lines.length > MOST_LINES) throw new TraceFileError(`The file must have at most ${MOST_LINES} lines, got ${lines.length}.`);
  const { vocabulary, lanes, model, prompt, promptTokens, maxNewTokens } = parse(header, lines[0] ?? "", 1);
  const read: (LaneTrace & { events: TracedEvent[] })[] = lanes.map((each) => ({ ...each, events: [] }));
  for (const [index, each] of lines.slice(1).entries()) {
    const number = index + 2;
    const { lane: laneIndex, ...content } = parse(line, each, number);
    const target = read[laneIndex];
    if (!target) throw new TraceFileError(`Line ${number}: there is no lane ${laneIndex}.`);
    if ("event" in content) addEvent(target.events, content as unknown as TracedEvent, number);
    else if ("scores" in content) Object.assign(target, { scores: content.scores.map(toScore) });
    else Object.assign(target, content);
  }
  for (const each of read) if (each.result) Object.assign(each.result, { statistics: recount(each.result.statistics, each.events, model) });
  return { model, prompt, promptTokens, maxNewTokens, vocabulary: new Map(vocabulary), lanes: read };
}

/** The statistics of a lane: its times, and what its events count. */
function recount(given: v.InferOutput<typeof times>, events: readonly TracedEvent[], { maskTokenId }: Trace["model"]): DecodeStatistics {
  const counter = countStatistics({ maskTokenId });
  for (const { event: each } of events) counter.add(each, 0);
  const { prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds, tokensPerSecond } = given;
  return { ...counter.statistics(), prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds, tokensPerSecond };
}

function addEvent(events: TracedEvent[], { event: given, milliseconds: time }: TracedEvent, number: number): void {
  const before = events.at(-1);
  if (before && time < before.milliseconds) throw new TraceFileError(`Line ${number}: time must not run backwards.`);
  if ((given.type === "decode-start") !== (before === undefined))
    throw new TraceFileError(`Line ${number}: a lane starts with one decode-start.`);
  const first = events[0]?.event;
  if (first?.type === "decode-start" && "start" in given && given.start < first.promptLength)
    throw new TraceFileError(`Line ${number}: start must be at least ${first.promptLength}, the length of the prompt.`);
  events.push({ event: typed(given), milliseconds: time });
}

function toScore([of, candidates]: v.InferOutput<typeof score>): NonNullable<LaneTrace["scores"]>[number] {
  return { probability: of, candidates: candidates.map(([id, p]) => ({ token: id, probability: p })) };
}

function parse<Schema extends v.GenericSchema>(schema: Schema, json: string, number: number): v.InferOutput<Schema> {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    throw new TraceFileError(`Line ${number}: this is no JSON. A trace file has one JSON object per line.`);
  }
  const result = v.safeParse(schema, data, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new TraceFileError(`Line ${number}: ${path ? `${path}: ` : ""}${issue.message}`);
}

/** Typed arrays as arrays. */
function plain(given: DecodeEvent): unknown {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value]),
  );
}

/** The event as core gives it. */
function typed(given: DecodeEvent): DecodeEvent {
  if (given.type === "tokens-propose") {
    const { type, start, tokens: ids, probabilities } = given;
    return { type, start, tokens: Int32Array.from(ids), ...(probabilities && { probabilities: Float32Array.from(probabilities) }) };
  }
  if (given.type === "tokens-commit") {
    const { type, start, tokens: ids, logProbabilities } = given;
    return {
      type,
      start,
      tokens: Int32Array.from(ids),
      ...(logProbabilities && { logProbabilities: Float32Array.from(logProbabilities) }),
    };
  }
  return given;
}
