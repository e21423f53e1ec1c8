import { certainPrompt } from "./certain-text.ts";
import type { Check } from "./check.ts";
import { expect, expectError, expectSame } from "./expect.ts";
import { certainFixture, CONTEXT_LENGTH } from "./fixture.ts";
import { observe, observeCertain, observeFailing, observeUncertain } from "./observe.ts";
import { minTokens, maxTokens } from "./subject.ts";

const MANY = 8;

/** Rule 3 without aborts: limits and stop tokens. */
export const endingChecks: readonly Check[] = [
  {
    rule: 3,
    name: 'commits maxNewTokens tokens, or its fixed length, and ends with "length" when nothing stops it, also for 0 and 1',
    async run(subject) {
      for (const maxNewTokens of [0, 1, 2, 7]) {
        const { tokens, finishReason } = await observeCertain(subject, { maxNewTokens });
        const [minimum, maximum] = [minTokens(subject, maxNewTokens), maxTokens(subject, maxNewTokens)];
        const expected = minimum === maximum ? `${maximum}` : `${minimum} to ${maximum}`;
        expect(
          tokens.length >= minimum && tokens.length <= maximum,
          `number of tokens for maxNewTokens ${maxNewTokens}: expected ${expected}, got ${tokens.length}`,
        );
        expectSame(finishReason, "length", `finish reason for maxNewTokens ${maxNewTokens}`);
      }
    },
  },
  {
    rule: 3,
    name: 'fills the context of the model and ends with "length"',
    inapplicable: ({ options: { fixedLength } }) => fixedLength && "has a fixed length, which a longer context does not change",
    async run({ create }) {
      for (const room of [0, 1, 5]) {
        const name = `room for ${room} tokens`;
        const scenario = {
          name,
          fixture: certainFixture(),
          prompt: certainPrompt(CONTEXT_LENGTH - room),
          options: { maxNewTokens: 3 * MANY },
        };
        const observed = await observe(create(), scenario);
        expectSame(observed.tokens.length, room, `number of tokens with room for ${room}`);
        expectSame(observed.finishReason, "length", `finish reason with room for ${room}`);
      }
    },
  },
  {
    rule: 3,
    name: "refuses a prompt that leaves no room for its fixed length with CONTEXT_LENGTH",
    inapplicable: ({ options: { fixedLength } }) => (fixedLength ? undefined : "has no fixed length (option fixedLength)"),
    async run({ create, options: { fixedLength } }) {
      const { output, positions = output } = fixedLength!;
      for (const length of [CONTEXT_LENGTH - positions + 1, CONTEXT_LENGTH - 1]) {
        const fixture = certainFixture();
        const decode = { fixture, prompt: certainPrompt(length), options: { maxNewTokens: MANY } };
        const what = `a prompt of ${length} tokens, ${positions} positions after it and a context of ${CONTEXT_LENGTH}`;
        // A decoder that needs one position always has room.
        if (length + positions > CONTEXT_LENGTH) await expectError("CONTEXT_LENGTH", () => observeFailing(create(), decode), what);
        expectSame(fixture.openSessions(), 0, `${what}: open sessions after the error`);
      }
    },
  },
  {
    rule: 3,
    name: 'ends before a stop token with "stop", wherever it comes',
    async run(subject) {
      const { tokens: free } = await observeCertain(subject, { maxNewTokens: MANY });
      for (const stopToken of new Set(free)) {
        const { tokens, finishReason } = await observeCertain(subject, { maxNewTokens: MANY, stopTokens: [stopToken] });
        const place = `with stop token ${stopToken} at index ${free.indexOf(stopToken)}`;
        expectSame(tokens, free.slice(0, free.indexOf(stopToken)), `tokens ${place}`);
        expectSame(finishReason, "stop", `finish reason ${place}`);
      }
    },
  },
  {
    rule: 3,
    name: "ends at the first of several stop tokens, and not because the prompt holds one",
    async run(subject) {
      const { tokens: free } = await observeCertain(subject, { maxNewTokens: MANY });
      const stopTokens = [free.at(-1)!, free[free.length >> 1]!];
      const both = await observeCertain(subject, { maxNewTokens: MANY, stopTokens });
      const end = Math.min(...stopTokens.map((token) => free.indexOf(token)));
      expectSame(both.tokens, free.slice(0, end), `tokens with the stop tokens ${stopTokens.join(" and ")}`);
      for (const first of [1, 2, 3]) {
        const tokens = certainPrompt(3, first);
        const alone = await observeCertain(subject, { maxNewTokens: 3 }, tokens);
        const onlyInPrompt = [...tokens].filter((token) => !alone.tokens.includes(token));
        const observed = await observeCertain(subject, { maxNewTokens: 3, stopTokens: onlyInPrompt }, tokens);
        const what = `with stop tokens that only the prompt holds (${onlyInPrompt.join(", ")})`;
        expectSame(observed.tokens, alone.tokens, `tokens ${what}`);
        expectSame(observed.finishReason, "length", `finish reason ${what}`);
      }
    },
  },
  {
    rule: 3,
    name: 'never commits a stop token of an uncertain model, and ends with "stop" exactly when it reached one',
    async run(subject) {
      const [minimum, maximum] = [minTokens(subject, MANY), maxTokens(subject, MANY)];
      for (let seed = 0; seed < 20; seed++) {
        const { tokens, finishReason } = await observeUncertain(subject, { maxNewTokens: MANY, stopTokens: [2, 7], seed });
        expect(!tokens.includes(2) && !tokens.includes(7), `seed ${seed}: a stop token was committed: ${tokens.join(", ")}`);
        const what = `seed ${seed}: finish reason after ${tokens.length} tokens`;
        if (tokens.length < minimum) expectSame(finishReason, "stop", what);
        else if (tokens.length === maximum) expectSame(finishReason, "length", what);
        else
          expect(finishReason === "stop" || finishReason === "length", `${what}: expected "stop" or "length", got ${String(finishReason)}`);
      }
    },
  },
];
