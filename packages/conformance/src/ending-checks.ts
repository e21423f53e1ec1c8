import type { Check } from "./check.ts";
import { expect, expectSame } from "./expect.ts";
import { certainFixture, CONTEXT_LENGTH, prompt, VOCAB_SIZE } from "./fixture.ts";
import { observe, observeCertain, observeUncertain } from "./observe.ts";

const MANY = 8;

/** Rule 3 without aborts: limits and stop tokens. */
export const endingChecks: readonly Check[] = [
  {
    rule: 3,
    name: 'commits maxNewTokens tokens and says "length" when nothing stops it, also for 0 and 1',
    async run(create) {
      for (const maxNewTokens of [0, 1, 2, 7]) {
        const { tokens, finishReason } = await observeCertain(create(), { maxNewTokens });
        expectSame(tokens.length, maxNewTokens, `number of tokens for maxNewTokens ${maxNewTokens}`);
        expectSame(finishReason, "length", `finish reason for maxNewTokens ${maxNewTokens}`);
      }
    },
  },
  {
    rule: 3,
    name: 'fills the context of the model and says "length"',
    async run(create) {
      for (const room of [0, 1, 5]) {
        const tokens = Int32Array.from({ length: CONTEXT_LENGTH - room }, (_, index) => index % VOCAB_SIZE);
        const observed = await observe(create(), { fixture: certainFixture(), prompt: tokens, options: { maxNewTokens: 3 * MANY } });
        expectSame(observed.tokens.length, room, `number of tokens with room for ${room}`);
        expectSame(observed.finishReason, "length", `finish reason with room for ${room}`);
      }
    },
  },
  {
    rule: 3,
    name: 'ends before a stop token and says "stop", wherever it comes',
    async run(create) {
      const { tokens: free } = await observeCertain(create(), { maxNewTokens: MANY });
      for (const stopToken of new Set(free)) {
        const { tokens, finishReason } = await observeCertain(create(), { maxNewTokens: MANY, stopTokens: [stopToken] });
        const place = `with stop token ${stopToken} at place ${free.indexOf(stopToken)}`;
        expectSame(tokens, free.slice(0, free.indexOf(stopToken)), `tokens ${place}`);
        expectSame(finishReason, "stop", `finish reason ${place}`);
      }
    },
  },
  {
    rule: 3,
    name: "ends at the first of several stop tokens, and not because the prompt holds one",
    async run(create) {
      const { tokens: free } = await observeCertain(create(), { maxNewTokens: MANY });
      const both = await observeCertain(create(), { maxNewTokens: MANY, stopTokens: [free[5]!, free[2]!] });
      expectSame(both.tokens, free.slice(0, Math.min(free.indexOf(free[5]!), free.indexOf(free[2]!))), "tokens with two stop tokens");
      const inPrompt = prompt().find((token) => !free.includes(token));
      if (inPrompt === undefined) return;
      const { tokens, finishReason } = await observeCertain(create(), { maxNewTokens: MANY, stopTokens: [inPrompt] });
      expectSame(tokens, free, "tokens with a stop token that only the prompt holds");
      expectSame(finishReason, "length", "finish reason with a stop token that only the prompt holds");
    },
  },
  {
    rule: 3,
    name: 'never commits a stop token of an uncertain model, and says "stop" exactly when it came to one',
    async run(create) {
      for (let seed = 0; seed < 20; seed++) {
        const { tokens, finishReason } = await observeUncertain(create(), { maxNewTokens: MANY, stopTokens: [2, 7], seed });
        expect(!tokens.includes(2) && !tokens.includes(7), `seed ${seed}: a stop token was committed: ${tokens.join(", ")}`);
        expectSame(finishReason, tokens.length < MANY ? "stop" : "length", `seed ${seed}: finish reason after ${tokens.length} tokens`);
      }
    },
  },
];
