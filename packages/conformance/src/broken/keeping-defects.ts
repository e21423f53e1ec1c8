// Stryker disable all: what the tests are about is found out by the kit, not here
import { type DecodeEvent, type RandomSource, seededRandom, softmax } from "@decodekit/core";
import type { Defects } from "./defect.ts";
import { asDecoder, good, sampling, withEvents, withOptions, withSampler } from "./plain-decoder.ts";

const isOne = (probability: number): boolean => probability > 0;
const buffer = new Int32Array(1);
let decodes = 0;
let inFlight = 0;
let current: RandomSource = seededRandom(0);

/** Defects of what a decoder keeps, writes to, reports, draws from and refuses. */
export const keepingDefects: Defects = {
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
