import { builtInDecoders } from "@decodekit/compare";
import { countStatistics, type DecodeEvent, seededRandom } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, randomTable, tableModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { foldLane } from "./fold.ts";
import { axisLength, eventsAt } from "./timeline.ts";
import type { TracedEvent } from "./trace.ts";

const MASK = 0;
const VOCAB = 8;

const traced = (events: readonly DecodeEvent[]): TracedEvent[] => events.map((event, index) => ({ event, milliseconds: index }));
const pass = (
  phase: "prefill" | "decode" | "draft" | "verify" | "refine",
  model: "causal" | "masked" | "draft" = "causal",
): DecodeEvent => ({
  type: "forward-end",
  model,
  phase,
  positions: 1,
  milliseconds: 2,
});
const start: DecodeEvent = { type: "decode-start", promptLength: 3 };
const propose = (at: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-propose", start: at, tokens: Int32Array.from(tokens) });
const commit = (at: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-commit", start: at, tokens: Int32Array.from(tokens) });
const states = (events: readonly DecodeEvent[], count?: number): string[] =>
  foldLane(traced(events), MASK, { count }).cells.map((cell) => (cell ? `${cell.state} ${cell.token}${cell.isFinal ? "." : ""}` : "-"));

describe("a lane", () => {
  const round = [
    start,
    pass("prefill"),
    commit(3, 5),
    pass("draft", "draft"),
    propose(4, 6, 7, 2),
    pass("verify"),
    { type: "draft-verify", start: 4, drafted: 3, accepted: 1 } as const,
    commit(4, 6, 4),
  ];

  test("shows a draft as proposed, then its accepted and rejected tokens, then the correction", () => {
    expect(states(round, 3)).toEqual(["plain 5."]);
    expect(states(round, 5)).toEqual(["plain 5.", "proposed 6", "proposed 7", "proposed 2"]);
    expect(states(round, 7)).toEqual(["plain 5.", "accepted 6", "rejected 7", "rejected 2"]);
    expect(states(round)).toEqual(["plain 5.", "accepted 6.", "corrected 4."]);
  });

  test("keeps rejected tokens at their positions, with their pass and proposer", () => {
    const { undone, drafts, statistics } = foldLane(traced(round), MASK);
    expect(undone.get(2)).toMatchObject([{ token: 7, why: "rejected", pass: 2, undoneAtPass: 3, by: { model: "draft", phase: "draft" } }]);
    expect(undone.get(3)).toMatchObject([{ token: 2, why: "rejected" }]);
    expect(drafts).toEqual({ drafted: [1, 1, 1], accepted: [1, 0, 0] });
    expect(statistics).toMatchObject({ drafted: 3, accepted: 1, tokens: 3 });
  });

  test("takes withdrawn proposals from the board, and remembers them", () => {
    const events = [start, pass("refine"), propose(3, 6, 7, 2), { type: "tokens-withdraw", start: 4 } as const];
    expect(states(events)).toEqual(["revealed 6"]);
    expect(foldLane(traced(events), MASK).undone.get(1)).toMatchObject([{ token: 7 }]);
    expect(states([...events, pass("refine"), propose(4, 5)])).toEqual(["revealed 6", "revised 5"]);
  });

  test("attributes a draft from a lookup to no model", () => {
    const lookedUp = [start, pass("prefill"), commit(3, 5), propose(4, 6)];
    expect(foldLane(traced(lookedUp), MASK).cells[1]!.by).toEqual({ model: "none", phase: "lookup" });
  });

  test("shows refinement: masked, revealed and revised tokens, and a token that is taken back", () => {
    const refined = [
      start,
      pass("refine", "masked"),
      propose(3, 5, MASK, MASK),
      pass("refine", "masked"),
      propose(3, 6, 7, MASK),
      pass("refine", "masked"),
      propose(3, 6, MASK, 4),
      pass("refine", "masked"),
      propose(3, 6, 2, 4),
      commit(3, 6, 2, 4),
    ];
    expect(states(refined, 3)).toEqual(["revealed 5", "masked 0", "masked 0"]);
    expect(states(refined, 5)).toEqual(["revised 6", "revealed 7", "masked 0"]);
    expect(states(refined, 7)).toEqual(["revised 6", "masked 0", "revealed 4"]);
    expect(states(refined)).toEqual(["revised 6.", "revised 2.", "revealed 4."]);
    expect(foldLane(traced(refined), MASK).undone.get(1)).toMatchObject([{ token: 7, why: "replaced", pass: 2, undoneAtPass: 3 }]);
  });
});

describe("a lane whose decoder reads draft trees", () => {
  // 6 with 7 below it, which are shown, and 8 with 2 below it, which are accepted; the model adds 4.
  const tree = { tokens: Int32Array.of(6, 8, 7, 2), parents: Int32Array.of(-1, -1, 0, 1) };
  const round = [
    start,
    pass("prefill"),
    commit(3, 5),
    { type: "tokens-propose", start: 4, tokens: Int32Array.of(6, 7), tree } as const,
    pass("verify"),
    { type: "draft-verify", start: 4, drafted: 4, accepted: 2 } as const,
    commit(4, 8, 2, 4),
    propose(7, 3),
  ];

  test("shows as accepted what the accepted path holds, not what was shown of another", () => {
    expect(states(round, 4)).toEqual(["plain 5.", "proposed 6", "proposed 7"]);
    expect(states(round, 6)).toEqual(["plain 5.", "rejected 6", "rejected 7"]);
    expect(states(round, 7)).toEqual(["plain 5.", "accepted 8.", "accepted 2.", "plain 4."]);
    const { undone, cells } = foldLane(traced(round), MASK);
    expect([1, 2].map((position) => undone.get(position)!.map(({ token, why }) => `${token} ${why}`))).toEqual([
      ["6 rejected"],
      ["7 rejected"],
    ]);
    expect(cells[1]).toMatchObject({ pass: 1, by: { model: "none", phase: "lookup" } });
  });

  test("has at each position the tree that was read for it, and its outcome", () => {
    const treesAt = (count: number) => {
      const { trees } = foldLane(traced(round), MASK, { count });
      return [...trees].map(([position, { pass: read, accepted, next }]) => ({ position, read, accepted, next }));
    };
    expect(treesAt(3)).toEqual([]);
    expect(treesAt(4)).toEqual([1, 2].map((position) => ({ position, read: undefined, accepted: undefined, next: undefined })));
    expect(treesAt(6)).toEqual([1, 2, 3].map((position) => ({ position, read: 2, accepted: [8, 2], next: undefined })));
    expect(treesAt(8)).toEqual([1, 2, 3].map((position) => ({ position, read: 2, accepted: [8, 2], next: 4 })));
    expect(foldLane(traced(round), MASK).trees.get(1)).toMatchObject({ start: 1, tree });
  });

  test("counts acceptance by depth", () => {
    expect(foldLane(traced(round), MASK).drafts).toEqual({ drafted: [1, 1], accepted: [1, 1] });
    expect(foldLane(traced(round), MASK).statistics).toMatchObject({ drafted: 4, accepted: 2, revisions: 0 });
  });
});

test("a step is half a pass: first the pass itself, then its commits", () => {
  const events = traced([
    start,
    pass("prefill"),
    commit(3, 5),
    pass("decode"),
    commit(4, 6),
    { type: "decode-end", finishReason: "length" },
  ]);
  expect((["passes", "tokens", "time"] as const).map((axis) => axisLength([events, []], axis))).toEqual([4, 2, 5]);
  expect([0, 1, 2, 3, 4, 9].map((step) => eventsAt(events, "passes", step))).toEqual([1, 2, 3, 4, 6, 6]);
  expect([-1, 0, 2.5, 99].map((time) => eventsAt(events, "time", time))).toEqual([0, 1, 3, 6]);
  expect([0, 1, 1.5, 2, 99].map((tokens) => eventsAt(events, "tokens", tokens))).toEqual([0, 3, 3, 6, 6]);
});

test("tokens after a gap are not part of the output", () => {
  const events = traced([start, propose(3, MASK, MASK, 7, 8), pass("refine"), propose(3, 5, 6, 7, 8), commit(3, 5, 6)]);
  const shown = foldLane(events, MASK, { positions: 2 });
  expect(shown.cells.map((cell) => cell?.token)).toEqual([5, 6]);
  expect(shown.undone.size).toBe(0);
  expect(foldLane(events, MASK, { count: 2, positions: 2 }).cells).toHaveLength(2);
});

const table = randomTable(seededRandom(3), VOCAB);
const masked = memoryMaskedModel({
  vocabSize: VOCAB,
  contextLength: 64,
  maskTokenId: MASK,
  logitsAt: (prefix, canvas, index) =>
    Float32Array.from(table[(prefix.at(-1)! + index + (canvas[index - 1] ?? 0)) % VOCAB]!, (p, token) =>
      token === MASK ? -Infinity : Math.log(p),
    ),
});
const hiddenStateAfter = (prefix: Int32Array): Float32Array => Float32Array.of(prefix.at(-1)!, prefix.length, 1);
const causal = tableModel({ probabilities: table, contextLength: 64, tree: true, hiddenStateAfter });
const draft = tableModel({ probabilities: randomTable(seededRandom(4), VOCAB), contextLength: 64 });

const cases = builtInDecoders.flatMap((plugin) =>
  (plugin.presets.length > 0 ? plugin.presets : [{}]).map(
    (options) => [plugin.name, JSON.stringify(options), plugin.create(options)] as const,
  ),
);

describe.each(cases)("%s %s", (_name, _options, decoder) => {
  test.each([1, 2, 3, 4, 5])(
    "folding all events yields the output and core's statistics, and steps never go back, seed %d",
    async (seed) => {
      const { events, tokens } = await collectDecode(
        decoder.decode({ causal, draft, masked }, Int32Array.of(2, 3), { maxNewTokens: 16, seed }),
      );
      const all = traced(events);
      const final = foldLane(all, MASK);
      expect(final.cells.map((cell) => cell?.token)).toEqual([...tokens]);
      expect(final.cells.every((cell) => cell?.isFinal)).toBe(true);
      const counter = countStatistics({ maskTokenId: MASK });
      for (const [index, event] of events.entries()) counter.add(event, index === 0 ? 0 : 1);
      expect(final.statistics).toEqual(counter.statistics());
      for (let step = 0, before = 0; step <= axisLength([all], "passes"); step++) {
        const count = eventsAt(all, "passes", step);
        expect(count).toBeGreaterThanOrEqual(before);
        const { passes } = foldLane(all, MASK, { count });
        expect(passes).toBe(Math.ceil(step / 2));
        before = count;
      }
      expect(eventsAt(all, "passes", axisLength([all], "passes"))).toBe(events.length);
      for (let limit = 0; limit <= axisLength([all], "tokens"); limit++) {
        const { statistics } = foldLane(all, MASK, { count: eventsAt(all, "tokens", limit) });
        const commits = events.flatMap((event) => (event.type === "tokens-commit" ? [event.start - 2 + event.tokens.length] : []));
        expect(statistics.tokens).toBe(Math.max(0, ...commits.filter((count) => count <= limit)));
      }
      expect(eventsAt(all, "tokens", axisLength([all], "tokens"))).toBe(events.length);
    },
  );
});
