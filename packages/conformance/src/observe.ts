import type { DecodeEvent, DecodeOptions, Decoder } from "@decodekit/core";
import { certainFixture, CONTEXT_LENGTH, type Fixture, prompt, uncertainFixture } from "./fixture.ts";

const MOST_EVENTS = 10_000;

/** What a decode did. */
export interface Observation {
  /** The events as they were when they came. */
  readonly events: readonly DecodeEvent[];
  /** The very events that came, whose arrays may have been written to since. */
  readonly originals: readonly DecodeEvent[];
  /** For each event, how many passes had ended well when it came. */
  readonly passesBefore: readonly number[];
  /** Committed tokens. */
  readonly tokens: readonly number[];
  /** Finish reason of the last event, if that is a decode-end. */
  readonly finishReason: string | undefined;
}

/** A decode to watch. */
export interface Scenario {
  readonly name: string;
  readonly fixture: Fixture;
  readonly prompt: Int32Array;
  readonly options: DecodeOptions;
}

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

/** Decodes of every kind, each on fresh models. */
export function scenarios(): readonly Scenario[] {
  const long = Int32Array.from({ length: CONTEXT_LENGTH - 2 }, (_, index) => index % 3);
  return [
    certain("no new tokens", { maxNewTokens: 0 }),
    certain("one new token", { maxNewTokens: 1 }),
    certain("eight new tokens", { maxNewTokens: 8 }),
    certain("a stop token", { maxNewTokens: 8, stopTokens: [8] }),
    certain("a stop token that comes first", { maxNewTokens: 8, stopTokens: [5] }),
    certain("the end of the context", { maxNewTokens: 8 }, long),
    ...[0, 1, 2, 3].map(uncertain),
  ];
}

/** Runs a decode to its end, or until `onEvent` returns "leave". */
export async function observe(
  decoder: Decoder,
  { fixture, prompt: promptTokens, options }: Omit<Scenario, "name">,
  onEvent: (event: DecodeEvent, index: number) => "leave" | void = () => undefined,
): Promise<Observation> {
  const originals: DecodeEvent[] = [];
  const events: DecodeEvent[] = [];
  const passesBefore: number[] = [];
  for await (const event of decoder.decode(fixture.models, promptTokens, options)) {
    originals.push(event);
    events.push(structuredClone(event));
    passesBefore.push(fixture.passes());
    if (onEvent(event, events.length - 1) === "leave") break;
    if (events.length === MOST_EVENTS) throw new Error(`no end after ${MOST_EVENTS} events`);
  }
  const last = events.at(-1);
  return {
    events,
    originals,
    passesBefore,
    tokens: events.flatMap((event) => (event.type === "tokens-commit" ? [...event.tokens] : [])),
    finishReason: last?.type === "decode-end" ? last.finishReason : undefined,
  };
}

/** Decodes on fresh certain models. */
export function observeCertain(decoder: Decoder, options: DecodeOptions): Promise<Observation> {
  return observe(decoder, { fixture: certainFixture(), prompt: prompt(), options });
}

/** Decodes on fresh uncertain models. */
export function observeUncertain(decoder: Decoder, options: DecodeOptions): Promise<Observation> {
  return observe(decoder, { fixture: uncertainFixture(), prompt: prompt(), options });
}
