import { type Draft, type Drafter, type DraftRequest, type ForwardEndEvent, softmax } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { testDrafter } from "./test-drafter.ts";

type Change = (draft: { tokens: number[]; probabilities: Float64Array[] }, request: DraftRequest) => Draft;

/** Writes on with the draft model, read anew for every token; `change` does something to the draft. */
function simpleDrafter(
  change: Change = ({ tokens, probabilities }) => ({ tokens: Int32Array.from(tokens), probabilities }),
): Drafter<"draft"> {
  return {
    name: "simple",
    requires: ["draft"],
    gives: "probabilities",
    async start(run) {
      const model = await run.openSession("draft");
      let known = Array.from(run.prompt);
      return {
        observe: ({ tokens }) => void (known = [...known, ...tokens]),
        async *propose(request): AsyncGenerator<ForwardEndEvent, Draft, void> {
          const draft = { tokens: [] as number[], probabilities: [] as Float64Array[] };
          while (draft.tokens.length < request.max) {
            await model.session.rewindTo(0);
            const row = softmax((yield* model.forward(Int32Array.of(...known, ...draft.tokens), "draft")).row(0));
            draft.tokens.push(request.random.fork(draft.tokens.length).categorical(row));
            draft.probabilities.push(row);
          }
          return change(draft, request);
        },
      };
    },
  };
}

describe("a good drafter", () => {
  testDrafter(test, () => simpleDrafter());
});

/** Names of the tests that fail. */
async function failuresOf(create: () => Drafter<"draft">): Promise<string> {
  const tests: (readonly [string, () => Promise<void>])[] = [];
  testDrafter((name, run) => tests.push([name, run]), create, { seeds: [1] });
  const failed: string[] = [];
  for (const [name, run] of tests) await run().catch(() => failed.push(name));
  return failed.join("; ");
}

const asDraft = (tokens: readonly number[], probabilities: readonly Float64Array[]): Draft => ({
  tokens: Int32Array.from(tokens),
  probabilities,
});
let drafts = 0;

test.each<[string, Change, string]>([
  [
    "too many tokens",
    ({ tokens, probabilities }) => asDraft([...tokens, 1], [...probabilities, probabilities[0]!]),
    "no more than were asked for",
  ],
  [
    "tokens out of range",
    ({ tokens, probabilities }) =>
      asDraft(
        tokens.map((token) => token + 1),
        probabilities,
      ),
    "tokens of the vocabulary",
  ],
  [
    "rows of its own making",
    ({ tokens, probabilities }) =>
      asDraft(
        tokens,
        probabilities.map((row) => row.toReversed()),
      ),
    "draws every token",
  ],
  [
    "the last token dropped when it is unlikely",
    ({ tokens, probabilities }) => {
      const end = probabilities.findIndex((row, place) => row[tokens[place]!]! < 0.4);
      return end < 0 ? asDraft(tokens, probabilities) : asDraft(tokens.slice(0, end), probabilities.slice(0, end));
    },
    "draws every token",
  ],
  [
    "something else each time",
    ({ tokens, probabilities }) => asDraft(tokens.slice(drafts++ % 2), probabilities.slice(0, tokens.length)),
    "the same again",
  ],
])("the kit finds out %s", async (_, change, expected) => {
  expect(await failuresOf(() => simpleDrafter(change))).toContain(expected);
});

test("the kit finds out passes that are not reported, and writing to what is told", async () => {
  const silent: Drafter<"draft"> = {
    ...simpleDrafter(),
    gives: "tokens",
    async start(run) {
      const model = await run.openSession("draft");
      return {
        observe: ({ tokens }) => void (tokens[0] = 0),
        async propose() {
          await model.session.rewindTo(0);
          await model.session.forward(run.prompt);
          return { tokens: new Int32Array(0) };
        },
      };
    },
  };
  const failures = await failuresOf(() => silent);
  expect(failures).toContain("reports every pass");
  expect(failures).toContain("does not write");
});
