import type { DecodeEvent, TokensProposeEvent } from "@decodekit/core";
import { findInvalidParent, firstChain, type TokenTree } from "@decodekit/core/toolkit";
import type { Check } from "./check.ts";
import { expect, expectSame } from "./expect.ts";
import { VOCAB_SIZE } from "./certain-text.ts";
import { type Observation, observe, type Scenario, scenarios } from "./observe.ts";

/** Rules 1, 2 and 4, checked on the events of one decode in order. */
export const eventChecks: readonly Check[] = [
  {
    rule: 1,
    name: "starts with decode-start, once, with the prompt's length",
    run: onEveryScenario(({ events }, { prompt }) => {
      expectSame(events[0], { type: "decode-start", promptLength: prompt.length }, "first event");
      expectSame(count(events, "decode-start"), 1, "number of decode-start events");
    }),
  },
  {
    rule: 1,
    name: "ends with decode-end, once, and nothing comes after",
    run: onEveryScenario(({ events }) => {
      expectSame(events.at(-1)?.type, "decode-end", "last event");
      expectSame(count(events, "decode-end"), 1, "number of decode-end events");
    }),
  },
  {
    rule: 2,
    name: "commits from the end of the prompt on, without gap or overlap",
    run: onEveryScenario(({ events }, { prompt }) => {
      let end = prompt.length;
      for (const event of events) {
        if (event.type !== "tokens-commit") continue;
        expectSame(event.start, end, "start of a commit");
        expect(event.tokens.length > 0, "a commit holds no token");
        expect(event.tokens.every(isToken), `a commit holds a token outside the vocabulary: ${event.tokens.join(", ")}`);
        expectSame(event.logProbabilities?.length ?? event.tokens.length, event.tokens.length, "number of log probabilities");
        expect(event.logProbabilities?.every((value) => value <= 1e-6) ?? true, "a log probability is above 0");
        end += event.tokens.length;
      }
    }),
  },
  {
    rule: 2,
    name: "commits at most maxNewTokens tokens",
    run: onEveryScenario(({ events }, { options: { maxNewTokens } }) => {
      let committed = 0;
      for (const event of events) {
        if (event.type !== "tokens-commit") continue;
        const room = maxNewTokens - committed;
        const { length } = event.tokens;
        expect(
          length <= room,
          `a commit of ${length} tokens at ${event.start}, where maxNewTokens ${maxNewTokens} leaves room for ${room}; context.commit cuts such a commit`,
        );
        committed += length;
      }
    }),
  },
  {
    rule: 4,
    name: "proposes, withdraws and verifies drafts for uncommitted positions only",
    run: onEveryScenario(({ events }, { prompt }) => {
      let end = prompt.length;
      let tree: TokenTree | undefined;
      let accepted = 0;
      for (const event of events) {
        if (event.type === "tokens-commit") {
          if (tree) checkPath(tree, event.tokens.slice(0, accepted));
          end += event.tokens.length;
          tree = undefined;
          accepted = 0;
        }
        if (event.type === "tokens-propose") {
          checkProposal(event, end);
          ({ tree } = event);
        }
        if (event.type === "tokens-withdraw")
          expect(event.start >= end, `proposals were withdrawn from ${event.start} on, but everything before ${end} is committed`);
        if (event.type !== "draft-verify") continue;
        ({ accepted } = event);
        expect(event.start >= end, `a draft was verified at ${event.start}, but everything before ${end} is committed`);
        expect(event.accepted >= 0 && event.accepted <= event.drafted, `${event.accepted} of ${event.drafted} draft tokens were accepted`);
      }
    }),
  },
];

function checkProposal({ start, tokens, probabilities, tree }: TokensProposeEvent, committedEnd: number): void {
  expect(start >= committedEnd, `a proposal starts at ${start}, but everything before ${committedEnd} is committed`);
  expect(tokens.length > 0, "a proposal holds no token");
  expect(tokens.every(isToken), `a proposal holds a token outside the vocabulary: ${tokens.join(", ")}`);
  expectSame(probabilities?.length ?? tokens.length, tokens.length, "number of probabilities of a proposal");
  expect(probabilities?.every((value) => value >= 0 && value <= 1 + 1e-6) ?? true, "a probability of a proposal is not in [0, 1]");
  if (tree) checkTree(tree, tokens);
}

function checkTree({ tokens, parents }: TokenTree, chain: Int32Array): void {
  expectSame(parents.length, tokens.length, "number of parents of a proposal's tree");
  const invalid = findInvalidParent(parents);
  expect(invalid === undefined, `node ${invalid} of a proposal's tree has the parent ${parents[invalid ?? 0]}, which is no earlier node`);
  expect(tokens.every(isToken), `a proposal's tree holds a token outside the vocabulary: ${tokens.join(", ")}`);
  expectSame([...chain], [...firstChain({ tokens, parents })], "tokens of a proposal with a tree, whose first chain they are");
}

/** Checks that the accepted tokens of a tree follow each other in it. */
function checkPath({ tokens, parents }: TokenTree, accepted: Int32Array): void {
  let node = -1;
  for (const token of accepted) {
    node = parents.findIndex((parent, index) => parent === node && tokens[index] === token);
    expect(node >= 0, `the accepted tokens ${accepted.join(", ")} are not a path of the proposal's tree`);
  }
}

function onEveryScenario(check: (observation: Observation, scenario: Scenario) => void): Check["run"] {
  return async (subject) => {
    for (const scenario of scenarios(subject)) {
      const observation = await observe(subject.create(), scenario);
      try {
        check(observation, scenario);
      } catch (error) {
        throw new Error(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  };
}

function count(events: readonly DecodeEvent[], type: DecodeEvent["type"]): number {
  return events.filter((event) => event.type === type).length;
}

function isToken(token: number): boolean {
  return token >= 0 && token < VOCAB_SIZE;
}
