import { expect, test } from "vitest";
import type { ForwardEndEvent } from "./decoder.ts";
import { type Draft, draftFrom, type DraftRequest, type DraftSession } from "./drafter.ts";
import { seededRandom } from "../random/random.ts";

const draft: Draft = { tokens: Int32Array.of(3, 1) };
const event: ForwardEndEvent = { type: "forward-end", model: "draft", phase: "draft", positions: 1, milliseconds: 2 };
const request: DraftRequest = { max: 4, maxDepth: 3, random: seededRandom(1) };

test.each<[string, DraftSession["propose"], readonly ForwardEndEvent[]]>([
  ["a promise", async () => draft, []],
  [
    "a generator, whose passes are reported",
    async function* () {
      yield event;
      yield { ...event, positions: 2 };
      return draft;
    },
    [event, { ...event, positions: 2 }],
  ],
])("a draft comes from %s", async (_, propose, events) => {
  const requests: DraftRequest[] = [];
  const session: DraftSession = {
    observe: () => undefined,
    propose: (received) => {
      requests.push(received);
      return propose(received);
    },
  };
  const proposing = draftFrom(session, request);
  const seen: ForwardEndEvent[] = [];
  let next = await proposing.next();
  for (; !next.done; next = await proposing.next()) seen.push(next.value);
  expect([seen, next.value, requests]).toEqual([events, draft, [request]]);
});
