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
import { describe, expect, test } from "vitest";
import { checkTitle, decoderChecks } from "./test-decoder.ts";

type Decode = Decoder<"causal">["decode"];

/** A decoder with one defect: the check that is there to find it, and the other rules that it breaks along the way. */
interface Defect {
  readonly decode: Decode;
  readonly foundBy: string;
  readonly alsoBreaks?: readonly string[];
}

const sampler: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};
const withSampler = (changes: Partial<Sampler>): Decode => {
  const decoder = autoregressive({ name: "plain", sampler: { ...sampler, ...changes } });
  return (models, prompt, options) => decoder.decode(models, prompt, options);
};
const good: Decode = withSampler({});

const withOptions =
  (change: (options: DecodeOptions) => DecodeOptions): Decode =>
  (models, prompt, options) =>
    good(models, prompt, change(options));

/** The events of `good`, those of one type replaced by what `change` gives. */
const withEvents = <Type extends DecodeEvent["type"]>(
  type: Type,
  change: (event: Extract<DecodeEvent, { type: Type }>) => readonly DecodeEvent[],
): Decode =>
  async function* (models, prompt, options) {
    for await (const event of good(models, prompt, options)) {
      yield* event.type === type ? change(event as Extract<DecodeEvent, { type: Type }>) : [event];
    }
  };

const isOne = (probability: number): boolean => probability > 0;
const buffer = new Int32Array(1);
let decodes = 0;
let current: RandomSource = seededRandom(0);

const defects: Readonly<Record<string, Defect>> = {
  "no decode-start": { decode: withEvents("decode-start", () => []), foundBy: "starts with decode-start" },
  "decode-start twice": { decode: withEvents("decode-start", (event) => [event, event]), foundBy: "starts with decode-start" },
  "a wrong prompt length": {
    decode: withEvents("decode-start", (event) => [{ ...event, promptLength: 1 }]),
    foundBy: "starts with decode-start",
  },
  "no decode-end": { decode: withEvents("decode-end", () => []), foundBy: "ends with decode-end", alsoBreaks: ["rule 3"] },
  "an event after the end": {
    decode: withEvents("decode-end", (event) => [event, { type: "draft-verify", start: 40, drafted: 0, accepted: 0 }]),
    foundBy: "ends with decode-end",
    alsoBreaks: ["rule 3"],
  },
  "positions without the prompt": {
    decode: withEvents("tokens-commit", (event) => [{ ...event, start: event.start - 3 }]),
    foundBy: "commits from the end of the prompt on",
  },
  "empty commits": {
    decode: withEvents("tokens-commit", (event) => [event, { ...event, start: event.start + 1, tokens: new Int32Array() }]),
    foundBy: "commits from the end of the prompt on",
  },
  "one token too many": {
    decode: withOptions((options) => ({ ...options, maxNewTokens: options.maxNewTokens + 1 })),
    foundBy: "commits at most maxNewTokens",
    alsoBreaks: ["rule 3", "errors"],
  },
  "one token too few": {
    decode: withOptions((options) => ({ ...options, maxNewTokens: Math.max(0, options.maxNewTokens - 1) })),
    foundBy: "commits maxNewTokens tokens",
    alsoBreaks: ["errors"],
  },
  "the context not filled": {
    decode: (models, prompt, options) => good({ causal: { ...models.causal, contextLength: 31 } }, prompt, options),
    foundBy: "fills the context",
  },
  "stop tokens ignored": {
    decode: withOptions((options) => ({ ...options, stopTokens: [] })),
    foundBy: "ends before a stop token",
    alsoBreaks: ["errors"],
  },
  "only the first stop token heeded": {
    decode: withOptions((options) => ({ ...options, stopTokens: options.stopTokens?.slice(0, 1) })),
    foundBy: "never commits a stop token",
  },
  "stopped by a token in the prompt": {
    decode: (models, prompt, options) =>
      good(models, prompt, {
        ...options,
        maxNewTokens: options.stopTokens?.some((token) => prompt.includes(token)) ? 0 : options.maxNewTokens,
      }),
    foundBy: "ends at the first of several stop tokens",
  },
  "always the finish reason length": {
    decode: withEvents("decode-end", () => [{ type: "decode-end", finishReason: "length" }]),
    foundBy: "ends before a stop token",
  },
  "aborts ignored": {
    decode: withOptions((options) => ({ ...options, signal: undefined })),
    foundBy: 'ends with "abort" when the signal is aborted during any pass',
  },
  "an abort before the start overlooked": {
    decode: withOptions((options) => ({ ...options, signal: options.signal?.aborted ? undefined : options.signal })),
    foundBy: 'ends with "abort" when the signal was aborted before it began',
  },
  "aborts thrown": {
    decode: async function* (models, prompt, options) {
      for await (const event of good(models, prompt, options)) {
        options.signal?.throwIfAborted();
        yield event;
      }
    },
    foundBy: 'ends with "abort" within one pass',
  },
  "a proposal over a committed position": {
    decode: withEvents("tokens-commit", (event) => [event, { type: "tokens-propose", start: event.start, tokens: Int32Array.of(1) }]),
    foundBy: "proposes and verifies drafts",
  },
  "more accepted than drafted": {
    decode: withEvents("tokens-commit", (event) => [{ type: "draft-verify", start: event.start, drafted: 1, accepted: 2 }, event]),
    foundBy: "proposes and verifies drafts",
  },
  "state kept between decodes": {
    decode: withOptions((options) => ({ ...options, random: (options.random ?? seededRandom(options.seed ?? 0)).fork(decodes++ % 3) })),
    foundBy: "gives the same events for the same seed",
    alsoBreaks: ["rule 9"],
  },
  "state shared by decodes that run together": {
    decode(models, prompt, options) {
      current = options.random ?? seededRandom(options.seed ?? 0);
      return withSampler({ pick: (probabilities) => current.categorical(probabilities) })(models, prompt, options);
    },
    foundBy: "gives the same events when two decodes take turns",
  },
  "a session kept when the reader leaves": {
    decode: async function* (models, prompt, options) {
      const session = await models.causal.createSession();
      yield* good(models, prompt, options);
      await session.dispose();
    },
    foundBy: "disposes every session when the reader leaves",
    alsoBreaks: ["errors"],
  },
  "a session kept for good": {
    decode: async function* (models, prompt, options) {
      await models.causal.createSession();
      yield* good(models, prompt, options);
    },
    foundBy: "has disposed every session",
    alsoBreaks: ["rule 3", "errors"],
  },
  "the prompt written to": {
    decode: async function* (models, prompt, options) {
      yield* good(models, prompt, options);
      prompt[0] = 0;
    },
    foundBy: "does not write to the prompt",
  },
  "logits written to": {
    decode: withSampler({
      distribution(row) {
        const probabilities = softmax(row);
        row.set(probabilities);
        return probabilities;
      },
    }),
    foundBy: "does not write to the rows of logits",
  },
  "an emitted array reused": {
    decode: withEvents("tokens-commit", (event) => {
      buffer.set(event.tokens);
      return [{ ...event, tokens: buffer }];
    }),
    foundBy: "never writes again",
    alsoBreaks: ["rule 5"],
  },
  "only prefill reported": {
    decode: withEvents("forward-end", (event) => (event.phase === "prefill" ? [event] : [])),
    foundBy: "reports every pass",
  },
  "passes reported twice": { decode: withEvents("forward-end", (event) => [event, event]), foundBy: "reports every pass" },
  "wrong positions": { decode: withEvents("forward-end", (event) => [{ ...event, positions: 1 }]), foundBy: "reports every pass" },
  "passes reported late": {
    decode: async function* (models, prompt, options) {
      const held: DecodeEvent[] = [];
      for await (const event of good(models, prompt, options)) {
        if (event.type === "decode-end") yield* held.splice(0);
        if (event.type === "forward-end") held.push(event);
        else yield event;
      }
    },
    foundBy: "reports a pass before",
  },
  "Math.random called": {
    decode: withSampler({ pick: (probabilities) => (Math.random() < 1 ? probabilities.findIndex(isOne) : 0) }),
    foundBy: "uses neither Math.random",
  },
  "crypto.getRandomValues called": {
    decode: withSampler({
      pick: (probabilities) => (crypto.getRandomValues(new Uint8Array(1)).length === 1 ? probabilities.findIndex(isOne) : 0),
    }),
    foundBy: "uses neither Math.random",
  },
  "`random` ignored": { decode: withOptions((options) => ({ ...options, random: undefined })), foundBy: "draws from `random`" },
  "`seed` ignored": { decode: withOptions((options) => ({ ...options, seed: 0 })), foundBy: "draws from `random`", alsoBreaks: ["errors"] },
  "another default seed": { decode: withOptions((options) => ({ ...options, seed: options.seed ?? 9 })), foundBy: "takes seed 0" },
  "NaN overlooked": {
    decode: withSampler({ distribution: (row) => softmax(row.map((logit) => (Number.isNaN(logit) ? -Infinity : logit))) }),
    foundBy: "rejects logits without a distribution",
  },
  "errors swallowed": {
    decode: async function* (models, prompt, options) {
      try {
        yield* good(models, prompt, options);
      } catch {
        yield { type: "decode-end", finishReason: "length" };
      }
    },
    foundBy: "passes on the error of a model",
  },
  "errors replaced": {
    decode: async function* (models, prompt, options) {
      try {
        yield* good(models, prompt, options);
      } catch (error) {
        throw new Error("it failed", { cause: error });
      }
    },
    foundBy: "refuses a prompt over the context length",
  },
  "an empty prompt let through": {
    decode: (models, prompt, options) => good(models, prompt.length === 0 ? Int32Array.of(0) : prompt, options),
    foundBy: "refuses an empty prompt",
  },
  "options corrected": {
    decode: withOptions((options) => ({ ...options, maxNewTokens: Math.max(0, Math.min(99, Math.floor(options.maxNewTokens || 0))) })),
    foundBy: "refuses options out of range",
  },
};

async function failuresOf(decode: Decode): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const check of decoderChecks) {
    await check.run(() => ({ name: "broken", requires: ["causal"], decode })).catch(() => failed.push(checkTitle(check)));
  }
  return failed;
}

const ruleOf = (title: string): string => title.slice(0, title.indexOf(":"));
const found = new Set<string>();

describe("the kit", () => {
  test("passes a good decoder", async () => {
    expect(await failuresOf(good)).toEqual([]);
  });

  test.each(Object.entries(defects))("finds out %s", async (_, { decode, foundBy, alsoBreaks = [] }) => {
    const failed = await failuresOf(decode);
    for (const title of failed) found.add(title);
    const expected = failed.find((title) => title.includes(`: ${foundBy}`));
    expect(expected, `failed: ${failed.join("; ")}`).toBeDefined();
    const others = new Set(failed.map(ruleOf));
    others.delete(ruleOf(expected!));
    expect([...others]).toEqual(alsoBreaks);
  });

  test("has no check that nothing fails", () => {
    expect(decoderChecks.map(checkTitle).filter((title) => !found.has(title))).toEqual([]);
  });
});
