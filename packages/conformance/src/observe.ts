import type { DecodeEvent, DecodeOptions, Decoder } from "@decodekit/core";
import { certainPrompt, certainText } from "./certain-text.ts";
import { explainFailure } from "./explain-failure.ts";
import type { Progress } from "./progress.ts";
import { certainFixture, CONTEXT_LENGTH, type Fixture, prompt, uncertainFixture } from "./fixture.ts";
import type { Subject } from "./subject.ts";

const MAX_EVENTS = 1000;

/** The record of a decode. */
export interface Observation extends Progress {
  /** Copies of the events from when they were emitted. */
  readonly events: readonly DecodeEvent[];
  /** The emitted event objects, whose arrays may have been written to since. */
  readonly originals: readonly DecodeEvent[];
  /** For each event, how many passes had succeeded when it was emitted. */
  readonly passesBefore: readonly number[];
  /** Finish reason of the last event, if that is a decode-end. */
  readonly finishReason: string | undefined;
}

/** A decode to observe. */
export interface Scenario {
  readonly name: string;
  readonly fixture: Fixture;
  readonly prompt: Int32Array;
  readonly options: DecodeOptions;
}

type Decode = Omit<Scenario, "name">;
type OnEvent = (event: DecodeEvent, index: number) => "leave" | void;

const certain = (name: string, options: DecodeOptions, tokens = prompt()): Scenario => ({
  name,
  fixture: certainFixture(),
  prompt: tokens,
  options,
});

const uncertain = (seed: number): Scenario => ({
  name: `an uncertain model, seed ${seed}`,
  fixture: uncertainFixture(),
  prompt: prompt(),
  options: { maxNewTokens: 8, seed, stopTokens: [7] },
});

/** Returns decodes of every kind, each on new models. */
export function scenarios({ options: { fixedLength } }: Pick<Subject, "options">): readonly Scenario[] {
  const room = fixedLength ? (fixedLength.positions ?? fixedLength.output) : 2;
  const text = certainText(prompt(), 4);
  return [
    certain("no new tokens", { maxNewTokens: 0 }),
    certain("one new token", { maxNewTokens: 1 }),
    certain("eight new tokens", { maxNewTokens: 8 }),
    certain("a stop token", { maxNewTokens: 8, stopTokens: [text[3]!] }),
    certain("a stop token that comes first", { maxNewTokens: 8, stopTokens: [text[0]!] }),
    certain("the end of the context", { maxNewTokens: 8 }, certainPrompt(CONTEXT_LENGTH - room)),
    ...[0, 1, 2, 3].map(uncertain),
  ];
}

/**
 * Runs a decode that should succeed, to its end or until `onEvent` returns "leave".
 * @throws Error if it fails, with an explanation from the use of the models if there is one.
 */
export async function observe(decoder: Decoder, scenario: Scenario, onEvent?: OnEvent): Promise<Observation> {
  const { name, fixture } = scenario;
  const record = startRecord(scenario);
  try {
    await run(decoder, scenario, record, onEvent);
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const reason = explainFailure(error, record, fixture);
    throw new Error(`${name}: the decode failed after ${record.events.length} events with ${problem}${reason && `\n${reason}`}`, {
      cause: error,
    });
  }
  return observationOf(record);
}

/** Runs a decode that may fail; its error is passed on. */
export async function observeFailing(decoder: Decoder, decode: Decode): Promise<Observation> {
  const record = startRecord(decode);
  await run(decoder, decode, record);
  return observationOf(record);
}

interface Record {
  readonly events: DecodeEvent[];
  readonly originals: DecodeEvent[];
  readonly passesBefore: number[];
  readonly tokens: number[];
  readonly prompt: readonly number[];
  readonly limit: number;
  readonly firstRead: number;
  readonly commits: { readonly readsBefore: number; readonly tokens: readonly number[] }[];
}

function startRecord({ prompt: tokens, options, fixture }: Decode): Record {
  return {
    events: [],
    originals: [],
    passesBefore: [],
    tokens: [],
    prompt: [...tokens],
    limit: Math.min(options.maxNewTokens, CONTEXT_LENGTH - tokens.length),
    firstRead: fixture.reads.length,
    commits: [],
  };
}

async function run(decoder: Decoder, { fixture, prompt: tokens, options }: Decode, record: Record, onEvent?: OnEvent): Promise<void> {
  const { events } = record;
  for await (const event of decoder.decode(fixture.models, tokens, options)) {
    checkEvent(event, events.length);
    record.originals.push(event);
    events.push(structuredClone(event));
    record.passesBefore.push(fixture.passes());
    if (event.type === "tokens-commit") {
      record.tokens.push(...event.tokens);
      record.commits.push({ readsBefore: fixture.reads.length, tokens: [...event.tokens] });
    }
    if (onEvent?.(event, events.length - 1) === "leave") return;
    if (events.length === MAX_EVENTS) throw new Error(`no end after ${MAX_EVENTS} events`);
  }
}

function observationOf(record: Record): Observation {
  const last = record.events.at(-1);
  return { ...record, finishReason: last?.type === "decode-end" ? last.finishReason : undefined };
}

/** @throws Error for a generator in place of its result, which means that a `yield*` was forgotten. */
function checkEvent(event: DecodeEvent, index: number): void {
  const isGenerator = (value: unknown): boolean => typeof (value as Generator | null | undefined)?.next === "function";
  if (isGenerator(event)) throw new Error(`event ${index} is a generator: write \`yield*\` instead of \`yield\``);
  if (event.type === "decode-end" && isGenerator(event.finishReason)) {
    throw new Error("the finish reason is a generator: write `yield* context.commit(tokens)`; without `yield*` nothing is committed");
  }
}

/** Decodes on new certain models. */
export function observeCertain({ create }: Subject, options: DecodeOptions, tokens: Int32Array = prompt()): Promise<Observation> {
  return observe(create(), { name: "a certain model", fixture: certainFixture(), prompt: tokens, options });
}

/** Decodes on new uncertain models. */
export function observeUncertain({ create }: Subject, options: DecodeOptions): Promise<Observation> {
  const name = `an uncertain model, ${options.seed === undefined ? "no seed" : `seed ${options.seed}`}`;
  return observe(create(), { name, fixture: uncertainFixture(), prompt: prompt(), options });
}
