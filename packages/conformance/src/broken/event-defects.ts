// Stryker disable all: what the tests are about is found out by the kit, not here
import {
  autoregressive,
  type DecodeEvent,
  type DecodeOptions,
  type Decoder,
  type RandomSource,
  type Sampler,
  seededRandom,
  softmax,
} from "@decodekit/core";
import { plainSampler } from "../lossless.ts";
import type { Defects } from "./defect.ts";

type Decode = Decoder<"causal">["decode"];

const asDecoder = (decode: Decode) => (): Decoder => ({ name: "broken", requires: ["causal"], decode });
const sampling = (changes: Partial<Sampler>): Decode => {
  const decoder = autoregressive({ name: "plain", sampler: { ...plainSampler, ...changes } });
  return (models, prompt, options) => decoder.decode(models, prompt, options);
};
const good: Decode = sampling({});
const withSampler = (changes: Partial<Sampler>) => asDecoder(sampling(changes));
const withOptions = (change: (options: DecodeOptions) => DecodeOptions) =>
  asDecoder((models, prompt, options) => good(models, prompt, change(options)));

/** The events of `good`, those of one type replaced by what `change` gives. */
const withEvents = <Type extends DecodeEvent["type"]>(
  type: Type,
  change: (event: Extract<DecodeEvent, { type: Type }>) => readonly DecodeEvent[],
) =>
  asDecoder(async function* (models, prompt, options) {
    for await (const event of good(models, prompt, options)) {
      yield* event.type === type ? change(event as Extract<DecodeEvent, { type: Type }>) : [event];
    }
  });

const isOne = (probability: number): boolean => probability > 0;
const buffer = new Int32Array(1);
let decodes = 0;
let inFlight = 0;
let current: RandomSource = seededRandom(0);

/** The plain decoder, right in every way. */
export const goodDecoder: () => Decoder = asDecoder(good);

/** Defects of what a decoder tells, of how it ends, and of what it takes its randomness from. */
export const eventDefects: Defects = {
  "no decode-start": {
    create: withEvents("decode-start", () => []),
    foundBy: "starts with decode-start",
    says: ["no new tokens", "first event"],
  },
  "decode-start twice": {
    create: withEvents("decode-start", (event) => [event, event]),
    foundBy: "starts with decode-start",
    says: ["number of decode-start events: expected 1, got 2"],
  },
  "a wrong prompt length": {
    create: withEvents("decode-start", (event) => [{ ...event, promptLength: 1 }]),
    foundBy: "starts with decode-start",
    says: ['first event: expected {"type":"decode-start","promptLength":3}'],
  },
  "no decode-end": { create: withEvents("decode-end", () => []), foundBy: "ends with decode-end", says: ["last event"] },
  "an event after the end": {
    create: withEvents("decode-end", (event) => [event, { type: "draft-verify", start: 40, drafted: 0, accepted: 0 }]),
    foundBy: "ends with decode-end",
    says: ['last event: expected "decode-end", got "draft-verify"'],
  },
  "positions without the prompt": {
    create: withEvents("tokens-commit", (event) => [{ ...event, start: event.start - 3 }]),
    foundBy: "commits from the end of the prompt on",
    says: ["start of a commit: expected 3, got 0"],
  },
  "empty commits": {
    create: withEvents("tokens-commit", (event) => [event, { ...event, start: event.start + 1, tokens: new Int32Array() }]),
    foundBy: "commits from the end of the prompt on",
    says: ["a commit holds no token"],
  },
  "a token outside the vocabulary": {
    create: withEvents("tokens-commit", (event) => [{ ...event, tokens: event.tokens.map((token) => token + 100) }]),
    foundBy: "commits from the end of the prompt on",
    says: ["a commit holds a token outside the vocabulary: 10"],
  },
  "too few log probabilities": {
    create: withEvents("tokens-commit", (event) => [{ ...event, logProbabilities: new Float32Array(0) }]),
    foundBy: "commits from the end of the prompt on",
    says: ["number of log probabilities: expected 1, got 0"],
  },
  "log probabilities above 0": {
    create: withEvents("tokens-commit", (event) => [{ ...event, logProbabilities: Float32Array.of(0.5) }]),
    foundBy: "commits from the end of the prompt on",
    says: ["a log probability is above 0"],
  },
  "one token too many": {
    create: withOptions((options) => ({ ...options, maxNewTokens: options.maxNewTokens + 1 })),
    foundBy: "commits at most maxNewTokens",
    says: ["a commit of 1 tokens at 3, where maxNewTokens 0 leaves room for 0"],
  },
  "one token too few": {
    create: withOptions((options) => ({ ...options, maxNewTokens: Math.max(0, options.maxNewTokens - 1) })),
    foundBy: "commits maxNewTokens tokens",
    says: ["number of tokens for maxNewTokens 1: expected 1, got 0"],
  },
  "the context not filled": {
    create: asDecoder((models, prompt, options) => good({ causal: { ...models.causal, contextLength: 31 } }, prompt, options)),
    foundBy: "fills the context",
    says: ["ContextLengthError"],
  },
  "the context filled but for one": {
    create: asDecoder((models, prompt, options) =>
      good(models, prompt, { ...options, maxNewTokens: Math.min(options.maxNewTokens, Math.max(0, 31 - prompt.length)) }),
    ),
    foundBy: "fills the context",
    says: ["number of tokens with room for 1: expected 1, got 0"],
  },
  "stop tokens ignored": {
    create: withOptions((options) => ({ ...options, stopTokens: [] })),
    foundBy: "ends before a stop token",
    says: ["at place 0: expected []"],
  },
  "only the first stop token heeded": {
    create: withOptions((options) => ({ ...options, stopTokens: options.stopTokens?.slice(0, 1) })),
    foundBy: "never commits a stop token",
    says: ["a stop token was committed"],
  },
  "stopped by a token in the prompt": {
    create: asDecoder((models, prompt, options) => {
      const stops = options.stopTokens?.some((token) => prompt.includes(token));
      return good(models, prompt, { ...options, maxNewTokens: stops ? 0 : options.maxNewTokens });
    }),
    foundBy: "ends at the first of several stop tokens",
    says: ["with stop tokens that only the prompt holds"],
  },
  "always the finish reason length": {
    create: withEvents("decode-end", () => [{ type: "decode-end", finishReason: "length" }]),
    foundBy: "ends before a stop token",
    says: ["finish reason with stop token", 'expected "stop", got "length"'],
  },
  "aborts ignored": {
    create: withOptions((options) => ({ ...options, signal: undefined })),
    foundBy: 'ends with "abort" when the signal is aborted during any pass',
    says: ['aborted during pass 0 of the causal model: finish reason: expected "abort"'],
  },
  "an abort before the start overlooked": {
    create: withOptions((options) => ({ ...options, signal: options.signal?.aborted ? undefined : options.signal })),
    foundBy: 'ends with "abort" when the signal was aborted before it began',
    says: ['aborted before the start: finish reason: expected "abort"'],
  },
  "aborts thrown": {
    create: asDecoder(async function* (models, prompt, options) {
      for await (const event of good(models, prompt, options)) {
        options.signal?.throwIfAborted();
        yield event;
      }
    }),
    foundBy: 'ends with "abort" within one pass',
    says: ["aborted after event 0 (decode-start): the decode failed after 1 events with Error: enough"],
  },
  "a proposal over a committed position": {
    create: withEvents("tokens-commit", (event) => [event, { type: "tokens-propose", start: event.start, tokens: Int32Array.of(1) }]),
    foundBy: "proposes and verifies drafts",
    says: ["a proposal starts at 3, but everything before 4 is committed"],
  },
  "more accepted than drafted": {
    create: withEvents("tokens-commit", (event) => [{ type: "draft-verify", start: event.start, drafted: 1, accepted: 2 }, event]),
    foundBy: "proposes and verifies drafts",
    says: ["2 of 1 draft tokens were accepted"],
  },
  "a draft verified after it was committed": {
    create: withEvents("tokens-commit", (event) => [event, { type: "draft-verify", start: event.start, drafted: 1, accepted: 1 }]),
    foundBy: "proposes and verifies drafts",
    says: ["a draft was verified at 3, but everything before 4 is committed"],
  },
  "proposed probabilities out of range": {
    create: withEvents("tokens-commit", (event) => [
      { type: "tokens-propose", start: event.start, tokens: event.tokens, probabilities: Float32Array.of(1.5) },
      event,
    ]),
    foundBy: "proposes and verifies drafts",
    says: ["a probability of a proposal is not in [0, 1]"],
  },
  "state kept between decodes": {
    create: withOptions((options) => ({ ...options, random: (options.random ?? seededRandom(options.seed ?? 0)).fork(decodes++ % 3) })),
    foundBy: "gives the same events for the same seed",
    says: ["seed 0: event"],
  },
  "state shared by decodes that run together": {
    create: asDecoder((models, prompt, options) => {
      current = options.random ?? seededRandom(options.seed ?? 0);
      return sampling({ pick: (probabilities) => current.categorical(probabilities) })(models, prompt, options);
    }),
    foundBy: "gives the same events when two decodes take turns",
    says: ["next to another, compared with alone: event"],
  },
  "state shared by passes that run together": {
    create: asDecoder(async function* (models, prompt, options) {
      const events = good(models, prompt, options);
      for (;;) {
        inFlight++;
        const next = await events.next().finally(() => inFlight--);
        if (next.done) return;
        yield next.value.type === "tokens-commit" && inFlight > 0 ? { ...next.value, tokens: Int32Array.of(1) } : next.value;
      }
    }),
    foundBy: "gives the same events when two decodes run at the same time",
    says: ["next to another, compared with alone: event"],
  },
  "a session kept when the reader leaves": {
    create: asDecoder(async function* (models, prompt, options) {
      const session = await models.causal.createSession();
      yield* good(models, prompt, options);
      await session.dispose();
    }),
    foundBy: "disposes every session when the reader leaves",
    says: ["open sessions after leaving at event 0 (decode-start): expected 0, got 1"],
  },
  "a session kept for good": {
    create: asDecoder(async function* (models, prompt, options) {
      await models.causal.createSession();
      yield* good(models, prompt, options);
    }),
    foundBy: "has disposed every session",
    says: ["no new tokens: open sessions: expected 0, got 1"],
  },
  "the prompt written to": {
    create: asDecoder(async function* (models, prompt, options) {
      yield* good(models, prompt, options);
      prompt[0] = 0;
    }),
    foundBy: "does not write to the prompt",
    says: ["no new tokens: prompt"],
  },
  "the options written to": {
    create: asDecoder((models, prompt, options) => {
      (options as { maxNewTokens: number }).maxNewTokens = options.maxNewTokens + 0;
      return good(models, prompt, options);
    }),
    foundBy: "does not write to the prompt",
    says: ["Cannot assign to read only property 'maxNewTokens'"],
  },
  "logits written to": {
    create: withSampler({
      distribution(row) {
        const probabilities = softmax(row);
        row.set(probabilities);
        return probabilities;
      },
    }),
    foundBy: "does not write to the rows of logits",
    says: ["one new token: rows of logits that were written to: expected 0, got 1"],
  },
  "an emitted array reused": {
    create: withEvents("tokens-commit", (event) => {
      buffer.set(event.tokens);
      return [{ ...event, tokens: buffer }];
    }),
    foundBy: "never writes again",
    says: ["eight new tokens: event 2 at the end"],
  },
  "only prefill reported": {
    create: withEvents("forward-end", (event) => (event.phase === "prefill" ? [event] : [])),
    foundBy: "reports every pass",
    says: ["eight new tokens: positions of the passes of the causal model: expected [3,1"],
  },
  "passes reported twice": {
    create: withEvents("forward-end", (event) => [event, event]),
    foundBy: "reports every pass",
    says: ["one new token: positions of the passes of the causal model: expected [3], got [3,3]"],
  },
  "wrong positions": {
    create: withEvents("forward-end", (event) => [{ ...event, positions: 1 }]),
    foundBy: "reports every pass",
    says: ["expected [3], got [1]"],
  },
  "an unknown phase": {
    create: withEvents("forward-end", (event) => [{ ...event, phase: "guess" as "draft" }]),
    foundBy: "reports every pass",
    says: ['one new token: phase "guess"'],
  },
  "a negative time": {
    create: withEvents("forward-end", (event) => [{ ...event, milliseconds: -1 }]),
    foundBy: "reports every pass",
    says: ["one new token: a pass of -1 milliseconds"],
  },
  "a pass of a model that is not required": {
    create: withEvents("forward-end", (event) => [event, { ...event, model: "draft" }]),
    foundBy: "reports every pass",
    says: ['a pass of "draft", which is not required'],
  },
  "a model read that is not required": {
    create: asDecoder(async function* (models, prompt, options) {
      const { draft } = models as unknown as { readonly draft: (typeof models)["causal"] };
      yield* good(models, prompt, options);
      const session = await draft.createSession();
      await session.forward(Int32Array.of(1));
      await session.dispose();
    }),
    foundBy: "reports every pass",
    says: ["no new tokens: 1 passes of the draft model, which is not required"],
  },
  "passes reported late": {
    create: asDecoder(async function* (models, prompt, options) {
      const held: DecodeEvent[] = [];
      for await (const event of good(models, prompt, options)) {
        if (event.type === "decode-end") yield* held.splice(0);
        if (event.type === "forward-end") held.push(event);
        else yield event;
      }
    }),
    foundBy: "reports a pass before",
    says: ["one new token: passes reported before event 1 (tokens-commit): expected 1, got 0"],
  },
  "Math.random called": {
    create: withSampler({ pick: (probabilities) => (Math.random() < 1 ? probabilities.findIndex(isOne) : 0) }),
    foundBy: "uses neither Math.random",
    says: ['calls: expected [], got ["Math.random"'],
  },
  "crypto.getRandomValues called": {
    create: withSampler({
      pick: (probabilities) => (crypto.getRandomValues(new Uint8Array(1)).length === 1 ? probabilities.findIndex(isOne) : 0),
    }),
    foundBy: "uses neither Math.random",
    says: ['calls: expected [], got ["crypto.getRandomValues"'],
  },
  "`random` ignored": {
    create: withOptions((options) => ({ ...options, random: undefined })),
    foundBy: "draws from `random`",
    says: ["random: seededRandom(0), compared with seed: 0: event"],
  },
  "`seed` ignored": {
    create: withOptions((options) => ({ ...options, seed: 0 })),
    foundBy: "draws from `random`",
    says: ["random: seededRandom(1), compared with seed: 1: event"],
  },
  "another default seed": {
    create: withOptions((options) => ({ ...options, seed: options.seed ?? 9 })),
    foundBy: "takes seed 0",
    says: ["no seed, compared with seed: 0: event"],
  },
  "NaN overlooked": {
    create: withSampler({ distribution: (row) => softmax(row.map((logit) => (Number.isNaN(logit) ? -Infinity : logit))) }),
    foundBy: "rejects logits without a distribution",
    says: ["logits NaN of the causal model for token 0: no pass of 5 was rejected"],
  },
  "errors swallowed": {
    create: asDecoder(async function* (models, prompt, options) {
      try {
        yield* good(models, prompt, options);
      } catch {
        yield { type: "decode-end", finishReason: "length" };
      }
    }),
    foundBy: "passes on the error of a model",
    says: ["the causal model fails at pass 0: expected an error, but it ended well"],
  },
  "errors replaced": {
    create: asDecoder(async function* (models, prompt, options) {
      try {
        yield* good(models, prompt, options);
      } catch (error) {
        throw new Error("it failed", { cause: error });
      }
    }),
    foundBy: "refuses a prompt over the context length",
    says: ["prompt of 33 tokens: expected an error with code CONTEXT_LENGTH, got Error: it failed"],
  },
  "an empty prompt let through": {
    create: asDecoder((models, prompt, options) => good(models, prompt.length === 0 ? Int32Array.of(0) : prompt, options)),
    foundBy: "refuses an empty prompt",
    says: ["prompt of 0 tokens: expected an error, but it ended well"],
  },
  "options corrected": {
    create: withOptions((options) => ({ ...options, maxNewTokens: Math.max(0, Math.min(99, Math.floor(options.maxNewTokens || 0))) })),
    foundBy: "refuses options out of range",
    says: ["prompt of 2 tokens, maxNewTokens -1: expected an error, but it ended well"],
  },
};
