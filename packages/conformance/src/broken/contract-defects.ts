// Stryker disable all: the kit detects these defects; nothing tests them here
import { type DecodeEvent, type RandomSource, seededRandom, softmax } from "@decodekit/core";
import type { Defects } from "./defect.ts";
import { asDecoder, good, sampling, withEvents, withOptions, withSampler } from "./plain-decoder.ts";

const isOne = (probability: number): boolean => probability > 0;
const buffer = new Int32Array(1);
let decodes = 0;
let inFlight = 0;
let current: RandomSource = seededRandom(0);

/** Defects of a decoder's state, writes, reports, randomness and refusals. */
export const keepingDefects: Defects = {
  "state kept between decodes": {
    create: withOptions((options) => ({ ...options, random: (options.random ?? seededRandom(options.seed ?? 0)).fork(decodes++ % 3) })),
    foundBy: "emits the same events for the same seed",
    message: ["seed 0: event"],
  },
  "state shared by interleaved decodes": {
    create: asDecoder((models, prompt, options) => {
      current = options.random ?? seededRandom(options.seed ?? 0);
      return sampling({ pick: (probabilities) => current.categorical(probabilities) })(models, prompt, options);
    }),
    foundBy: "emits the same events when two decodes take turns",
    message: ["next to another, compared with alone: event"],
  },
  "state shared by concurrent passes": {
    create: asDecoder(async function* (models, prompt, options) {
      const events = good(models, prompt, options);
      for (;;) {
        inFlight++;
        const next = await events.next().finally(() => inFlight--);
        if (next.done) return;
        yield next.value.type === "tokens-commit" && inFlight > 0 ? { ...next.value, tokens: Int32Array.of(1) } : next.value;
      }
    }),
    foundBy: "emits the same events when two decodes run at the same time",
    message: ["next to another, compared with alone: event"],
  },
  "a session kept open when the reader stops": {
    create: asDecoder(async function* (models, prompt, options) {
      const session = await models.causal.createSession();
      yield* good(models, prompt, options);
      await session.dispose();
    }),
    foundBy: "disposes every session when the reader stops",
    message: ["open sessions after the reader stopped at event 0 (decode-start): expected 0, got 1"],
  },
  "a session never disposed": {
    create: asDecoder(async function* (models, prompt, options) {
      await models.causal.createSession();
      yield* good(models, prompt, options);
    }),
    foundBy: "has disposed every session",
    message: ["no new tokens: open sessions: expected 0, got 1"],
  },
  "the prompt written to": {
    create: asDecoder(async function* (models, prompt, options) {
      yield* good(models, prompt, options);
      prompt[0] = 0;
    }),
    foundBy: "does not write to the prompt",
    message: ["no new tokens: prompt"],
  },
  "the options written to": {
    create: asDecoder((models, prompt, options) => {
      (options as { maxNewTokens: number }).maxNewTokens = options.maxNewTokens + 0;
      return good(models, prompt, options);
    }),
    foundBy: "does not write to the prompt",
    message: ["Cannot assign to read only property 'maxNewTokens'"],
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
    message: ["one new token: rows of logits that were written to: expected 0, got 1"],
  },
  "an emitted array reused": {
    create: withEvents("tokens-commit", (event) => {
      buffer.set(event.tokens);
      return [{ ...event, tokens: buffer }];
    }),
    foundBy: "never writes again",
    message: ["eight new tokens: event 2 at the end"],
  },
  "only prefill reported": {
    create: withEvents("forward-end", (event) => (event.phase === "prefill" ? [event] : [])),
    foundBy: "reports every pass",
    message: ["eight new tokens: positions of the passes of the causal model: expected [3,1"],
  },
  "passes reported twice": {
    create: withEvents("forward-end", (event) => [event, event]),
    foundBy: "reports every pass",
    message: ["one new token: positions of the passes of the causal model: expected [3], got [3,3]"],
  },
  "wrong positions": {
    create: withEvents("forward-end", (event) => [{ ...event, positions: 1 }]),
    foundBy: "reports every pass",
    message: ["expected [3], got [1]"],
  },
  "an unknown phase": {
    create: withEvents("forward-end", (event) => [{ ...event, phase: "guess" as "draft" }]),
    foundBy: "reports every pass",
    message: ['one new token: phase "guess"'],
  },
  "a negative time": {
    create: withEvents("forward-end", (event) => [{ ...event, milliseconds: -1 }]),
    foundBy: "reports every pass",
    message: ["one new token: a pass of -1 milliseconds"],
  },
  "a pass of a model that is not required": {
    create: withEvents("forward-end", (event) => [event, { ...event, model: "draft" }]),
    foundBy: "reports every pass",
    message: ['a pass of "draft", which is not required'],
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
    message: ["no new tokens: 1 passes of the draft model, which is not required"],
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
    message: ["one new token: passes reported before event 1 (tokens-commit): expected 1, got 0"],
  },
  "Math.random called": {
    create: withSampler({ pick: (probabilities) => (Math.random() < 1 ? probabilities.findIndex(isOne) : 0) }),
    foundBy: "uses neither Math.random",
    message: ['calls: expected [], got ["Math.random"'],
  },
  "crypto.getRandomValues called": {
    create: withSampler({
      pick: (probabilities) => (crypto.getRandomValues(new Uint8Array(1)).length === 1 ? probabilities.findIndex(isOne) : 0),
    }),
    foundBy: "uses neither Math.random",
    message: ['calls: expected [], got ["crypto.getRandomValues"'],
  },
  "`random` ignored": {
    create: withOptions((options) => ({ ...options, random: undefined })),
    foundBy: "draws from `random`",
    message: ["random: seededRandom(0), compared with seed: 0: event"],
  },
  "`seed` ignored": {
    create: withOptions((options) => ({ ...options, seed: 0 })),
    foundBy: "draws from `random`",
    message: ["random: seededRandom(1), compared with seed: 1: event"],
  },
  "another default seed": {
    create: withOptions((options) => ({ ...options, seed: options.seed ?? 9 })),
    foundBy: "uses seed 0",
    message: ["no seed, compared with seed: 0: event"],
  },
  "NaN overlooked": {
    create: withSampler({ distribution: (row) => softmax(row.map((logit) => (Number.isNaN(logit) ? -Infinity : logit))) }),
    foundBy: "rejects logits without a distribution",
    message: ["logits NaN of the causal model for token 0: none of 5 passes was rejected"],
  },
  "errors swallowed": {
    create: asDecoder(async function* (models, prompt, options) {
      try {
        yield* good(models, prompt, options);
      } catch {
        yield { type: "decode-end", finishReason: "length" };
      }
    }),
    foundBy: "passes on a model's error",
    message: ["the causal model fails at pass 0: expected an error, but it succeeded"],
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
    message: ["prompt of 33 tokens: expected an error with code CONTEXT_LENGTH, got Error: it failed"],
  },
  "an empty prompt accepted": {
    create: asDecoder((models, prompt, options) => good(models, prompt.length === 0 ? Int32Array.of(0) : prompt, options)),
    foundBy: "refuses an empty prompt",
    message: ["prompt of 0 tokens: expected an error, but it succeeded"],
  },
  "options corrected": {
    create: withOptions((options) => ({ ...options, maxNewTokens: Math.max(0, Math.min(99, Math.floor(options.maxNewTokens || 0))) })),
    foundBy: "refuses options out of range",
    message: ["prompt of 2 tokens, maxNewTokens -1: expected an error, but it succeeded"],
  },
};
