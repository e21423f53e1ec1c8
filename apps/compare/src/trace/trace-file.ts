import { countStatistics, type DecodeEvent, type DecodeStatistics } from "@decodekit/core";
import { FORWARD_PHASES, MODEL_ROLES } from "@decodekit/core/toolkit";
import * as v from "valibot";
import type { LaneTrace, TokenScore, Trace, TracedEvent } from "./trace.ts";

/** Size limit of trace files, in bytes. */
export const MAX_FILE_BYTES = 32 * 2 ** 20;
export const MAX_LANES = 6;
const MAX_TOKENS = 4096;
const MAX_LINES = 200_000;
const MAX_TEXT_LENGTH = 100_000;
const MAX_CANDIDATES = 32;
/** Of the probabilities of scores. */
const DIGITS = 7;

/** Where a trace file is invalid. */
interface FileFault {
  /** Counted from 1; undefined for a file that is too large. */
  readonly line?: number | undefined;
  /** The part of the line, if one is to blame. */
  readonly path?: string | undefined;
}

/** An invalid or too large trace file. The message names the line. */
export class TraceFileError extends Error {
  override readonly name = "TraceFileError";
  readonly line: number | undefined;
  readonly path: string | undefined;

  constructor(message: string, { line: number, path }: FileFault = {}) {
    super(number === undefined ? message : `Line ${number}: ${message}`);
    this.line = number;
    this.path = path;
  }
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const token = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));
const tokens = v.pipe(v.array(token), v.maxLength(MAX_TOKENS));
const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4 * MAX_TOKENS));
const text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH));
const name = v.pipe(v.string(), v.maxLength(500));
const address = v.pipe(v.string(), v.maxLength(2000));
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1 + 1e-6));
const roles = v.picklist(MODEL_ROLES);
const phases = v.picklist(FORWARD_PHASES);
/** A decoder and its options, one of which may be a schema or a grammar. */
const longText = v.pipe(v.string(), v.maxLength(10_000));
const optionValue = v.union([v.number(), v.boolean(), longText]);

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
    stopTokens: v.optional(tokens),
    rowConsistency: v.optional(v.picklist(["exact", "rounding", "approximate", "mixed"])),
    file: v.optional(v.object({ path: name, reason: v.pipe(v.string(), v.maxLength(4000)) })),
  }),
  request: v.optional(
    v.object({
      model: address,
      dtype: name,
      hub: address,
      execution: name,
      modelFile: v.optional(name),
      draftModel: v.optional(address),
    }),
  ),
  chat: v.optional(v.object({ chat: v.picklist(["auto", "on", "off"]), system: text, rendered: v.optional(text) })),
  prompt: text,
  promptTokens: tokens,
  maxNewTokens: v.pipe(count, v.maxValue(MAX_TOKENS)),
  vocabulary: v.pipe(v.array(v.tuple([token, name])), v.maxLength(MAX_LINES)),
  lanes: v.pipe(
    v.array(
      v.object({ specification: longText, title: name, options: v.record(name, optionValue), seed: count, start: v.optional(tokens) }),
    ),
    v.minLength(1),
    v.maxLength(MAX_LANES),
  ),
});

/** A draft tree: each token follows an earlier one, or with -1 the text so far. */
const tree = v.pipe(
  v.object({ tokens, parents: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))), v.maxLength(MAX_TOKENS)) }),
  v.check(
    ({ tokens: nodes, parents }) => parents.length === nodes.length && parents.every((parent, node) => parent < node),
    "must have one earlier parent, or -1, for each token",
  ),
);
const numbers = v.optional(v.pipe(v.array(v.number()), v.maxLength(MAX_TOKENS)));
const event = v.variant("type", [
  v.object({ type: v.literal("decode-start"), promptLength: place }),
  v.object({ type: v.literal("forward-end"), model: roles, phase: phases, positions: count, milliseconds }),
  v.object({ type: v.literal("tokens-propose"), start: place, tokens, probabilities: numbers, tree: v.optional(tree) }),
  v.object({ type: v.literal("tokens-withdraw"), start: place }),
  v.object({ type: v.literal("draft-verify"), start: place, drafted: place, accepted: place }),
  v.object({ type: v.literal("tokens-commit"), start: place, tokens, logProbabilities: numbers }),
  v.object({ type: v.literal("decode-end"), finishReason: v.picklist(["stop", "length", "abort"]) }),
]);

const optionalNumber = v.optional(v.number());
/** The statistics that cannot be counted from the events; all others in a file are ignored. */
const times = v.object({
  prefillMilliseconds: milliseconds,
  decodeMilliseconds: milliseconds,
  timeToFirstTokenMilliseconds: optionalNumber,
  tokensPerSecond: optionalNumber,
});
const lane = v.pipe(count, v.maxValue(MAX_LANES - 1));
/** A token, its probability under the model and, since the rank is written too, under what the decoder drew from. */
const candidate = v.tuple([token, probability, v.optional(probability)]);
const cut = v.tuple([count, probability]);
/** Probability, candidates, rank, what was left. Files of earlier versions have the first two. */
const score = v.tuple([probability, v.pipe(v.array(candidate), v.maxLength(MAX_CANDIDATES)), v.optional(count), v.optional(cut)]);
const line = v.union([
  v.object({ lane, milliseconds, event }),
  v.object({ lane, result: v.object({ text, finishReason: v.picklist(["stop", "length", "abort"]), statistics: times }) }),
  v.object({ lane, scores: v.pipe(v.array(score), v.maxLength(MAX_TOKENS)) }),
  v.object({ lane, error: name }),
]);

/** Writes a trace as JSON Lines: a header, then the events, result, scores and error of each lane. */
export function writeTrace(trace: Trace): string {
  const { model, request, prompt, chat, promptTokens, maxNewTokens, vocabulary, lanes } = trace;
  const lines: unknown[] = [
    {
      format: "decodekit-trace",
      version: 1,
      model,
      request,
      prompt,
      chat,
      promptTokens,
      maxNewTokens,
      vocabulary: [...vocabulary],
      lanes: lanes.map(({ specification, title, options, seed, start }) => ({ specification, title, options, seed, start })),
    },
  ];
  for (const [index, { events, result, scores, error }] of lanes.entries()) {
    for (const traced of events) lines.push({ lane: index, milliseconds: traced.milliseconds, event: traced.event });
    if (result) lines.push({ lane: index, result });
    if (scores) lines.push({ lane: index, scores: scores.map(fromScore) });
    if (error !== undefined) lines.push({ lane: index, error });
  }
  return `${lines.map((each) => JSON.stringify(each, plain)).join("\n")}\n`;
}

/** Reads a trace file. @throws TraceFileError for a file that does not match the schema. */
export function readTrace(file: string): Trace {
  if (file.length > MAX_FILE_BYTES) throw new TraceFileError(`The file must have at most ${MAX_FILE_BYTES} bytes.`);
  const lines = file.split("\n").filter((each) => each.trim() !== "");
  if (lines.length > MAX_LINES) throw new TraceFileError(`The file must have at most ${MAX_LINES} lines, got ${lines.length}.`);
  const { vocabulary, lanes, model, request, prompt, chat, promptTokens, maxNewTokens } = parse(header, lines[0] ?? "", 1);
  const read: (LaneTrace & { events: TracedEvent[] })[] = lanes.map((each) => ({ ...each, events: [] }));
  for (const [index, each] of lines.slice(1).entries()) {
    const number = index + 2;
    const { lane: laneIndex, ...content } = parse(line, each, number);
    const target = read[laneIndex];
    if (!target)
      throw new TraceFileError(`\`lane\` must be less than ${read.length}, the number of lanes, got ${laneIndex}.`, {
        line: number,
        path: "lane",
      });
    if ("event" in content) addEvent(target.events, content as unknown as TracedEvent, number);
    else if ("scores" in content) Object.assign(target, { scores: content.scores.map(toScore) });
    else Object.assign(target, content);
  }
  for (const each of read) if (each.result) Object.assign(each.result, { statistics: recount(each.result.statistics, each.events, model) });
  // The parts of `request` are checked where they are used: a run whose model cannot be named again is still a run.
  return {
    model,
    request: request as Trace["request"],
    prompt,
    chat,
    promptTokens,
    maxNewTokens,
    vocabulary: new Map(vocabulary),
    lanes: read,
  };
}

/** Returns the statistics of a lane: its recorded times, and counts from its events. */
function recount(given: v.InferOutput<typeof times>, events: readonly TracedEvent[], { maskTokenId }: Trace["model"]): DecodeStatistics {
  const counter = countStatistics({ maskTokenId });
  for (const { event: each } of events) counter.add(each, 0);
  const { prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds, tokensPerSecond } = given;
  return { ...counter.statistics(), prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds, tokensPerSecond };
}

function addEvent(events: TracedEvent[], { event: given, milliseconds: time }: TracedEvent, number: number): void {
  const before = events.at(-1);
  if (before && time < before.milliseconds)
    throw new TraceFileError("`milliseconds` must not decrease.", { line: number, path: "milliseconds" });
  if ((given.type === "decode-start") !== (before === undefined))
    throw new TraceFileError("a lane must start with exactly one decode-start.", { line: number });
  const first = events[0]?.event;
  if (first?.type === "decode-start" && "start" in given && given.start < first.promptLength)
    throw new TraceFileError(`\`start\` must be at least ${first.promptLength}, the length of the prompt, got ${given.start}.`, {
      line: number,
      path: "start",
    });
  events.push({ event: typed(given), milliseconds: time });
}

function fromScore({ probability: of, rank, candidates, cut: left }: TokenScore): readonly unknown[] {
  const written = candidates.map(({ token: id, probability: p, after }) => [id, short(p), ...(after === undefined ? [] : [short(after)])]);
  const ranked = rank === undefined ? [] : left ? [rank, [left.left, short(left.mass)]] : [rank];
  return [short(of), written, ...ranked];
}

/** Scores come from float32 logits: more digits say nothing. */
function short(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

function toScore([of, candidates, rank, left]: v.InferOutput<typeof score>): TokenScore {
  return {
    probability: of,
    ...(rank !== undefined && { rank }),
    candidates: candidates.map(([id, p, after]) => ({ token: id, probability: p, ...(after !== undefined && { after }) })),
    ...(left && { cut: { left: left[0], mass: left[1] } }),
  };
}

function parse<Schema extends v.GenericSchema>(schema: Schema, json: string, number: number): v.InferOutput<Schema> {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    throw new TraceFileError("not valid JSON. A trace file has one JSON object per line.", { line: number });
  }
  const result = v.safeParse(schema, data, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? undefined;
  throw new TraceFileError(`${path === undefined ? "" : `${path}: `}${issue.message}`, { line: number, path });
}

/** Replaces a typed array by an array. */
function plain(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value;
}

/** Restores the typed arrays of an event. */
function typed(given: DecodeEvent): DecodeEvent {
  if (given.type === "tokens-propose") {
    const { type, start, tokens: ids, probabilities, tree: candidates } = given;
    return {
      type,
      start,
      tokens: Int32Array.from(ids),
      ...(probabilities && { probabilities: Float32Array.from(probabilities) }),
      ...(candidates && { tree: { tokens: Int32Array.from(candidates.tokens), parents: Int32Array.from(candidates.parents) } }),
    };
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
