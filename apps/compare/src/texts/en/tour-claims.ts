import { expect } from "vitest";
import { makeLane } from "../../lab/decoders.ts";
import { outputOf } from "../../lab/lane-figures.ts";
import { natsPerToken, scoreTokens } from "../../lab/score-tokens.ts";
import { runScene, type SceneRun } from "../../tour/scene-run.ts";
import type { SceneId } from "../../tour/scenes.ts";
import { solvesSudoku } from "../../tour/sudoku-scene.ts";
import type { LaneState } from "../../trace/fold.ts";
import { type Check, type Claims, laneOf, textOf as text } from "./tour-checks.ts";
import { controlClaims } from "./tour-claims-control.ts";
import type { LaneTrace } from "../../trace/trace.ts";

const forwards = ({ events }: LaneTrace) => events.flatMap(({ event }) => (event.type === "forward-end" ? [event] : []));
const isLossless = (specification: string): boolean => makeLane(specification).decoder.lossless === true;

/** Counts the pairs of tokens that were written from right to left. */
const backwards = (passes: readonly number[]): number =>
  passes.reduce((sum, pass, index) => sum + passes.slice(index + 1).filter((later) => later < pass).length, 0);

const onePassOneToken: Check = ({ trace, lanes }) => {
  const [a] = trace.lanes;
  expect(forwards(a!).map(({ phase, positions }) => `${phase} ${positions}`)).toEqual([
    `prefill ${trace.promptTokens.length}`,
    ...Array.from({ length: lanes[0]!.tokens - 1 }, () => "decode 1"),
  ]);
  expect(a!.events.filter(({ event }) => event.type === "tokens-commit")).toHaveLength(lanes[0]!.passes);
};

const allTheSame = ({ lanes }: SceneRun): void => expect(lanes.map(({ sameAsFirst }) => sameAsFirst)).not.toContain(false);
const acceptanceFalls = (rates: readonly number[]): void => expect(rates).toEqual(rates.toSorted((a, b) => b - a));
const acceptanceOf = ({ drafted, accepted }: LaneState["drafts"]): number[] => accepted.map((count, place) => count / drafted[place]!);

/** The check of each claim, by scene and by the beginning of its sentence. */
export const claims: Readonly<Record<SceneId, Claims>> = {
  ...controlClaims,
  tokens: {
    "It is 40": onePassOneToken,
    "Greedy decoding takes the likeliest": ({ trace: { lanes } }) =>
      expect(lanes[0]!.scores!.map(({ candidates }) => candidates[0]!.token)).toEqual(outputOf(lanes[0]!)),
    "The first pass reads": onePassOneToken,
    "This is called prefill, and it is what you wait for": onePassOneToken,
    "40 passes for 40 tokens": onePassOneToken,
    "The prompt's 14 tokens were read in one pass": onePassOneToken,
    "Step through the run": onePassOneToken,
    "Select a token to see": ({ trace: { lanes } }) => {
      for (const { candidates } of lanes[0]!.scores!) expect(candidates).toHaveLength(8);
    },
    "Reading is parallel, writing is not": onePassOneToken,
  },
  sampling: {
    "It is A, greedy": ({ lanes: [a, ...others] }) => {
      for (const { nats } of others) expect(a!.nats).toBeLessThan(nats!);
    },
    "The same seed produces the same text again": async (run) => {
      const again = await runScene(run.models, run.settings);
      for (const lane of run.lanes.keys()) expect(text(again, lane)).toBe(text(run, lane));
    },
    "Nats per token": ({ lanes: [a, b, c] }) => {
      expect(a!.nats).toBeLessThan(b!.nats!);
      expect(b!.nats).toBeLessThan(c!.nats!);
    },
    "Taking the likeliest token each time produces the likeliest": ({ lanes: [a, ...others] }) => {
      for (const { nats } of others) expect(a!.nats).toBeLessThan(nats!);
    },
    "Find the first token where B differs from A": ({ lanes }) => expect(lanes[1]!.sameAsFirst).toBe(false),
    "Change the seed in Compare": async (run) => {
      const other = await runScene(run.models, { ...run.settings, seed: run.settings.seed + 1 });
      expect([0, 1, 2].map((lane) => text(other, lane) === text(run, lane))).toEqual([true, false, false]);
    },
    "Same model, other rules, other text": (run) => expect(new Set([0, 1, 2].map((lane) => text(run, lane))).size).toBe(3),
  },
  serial: {
    "It is few": ({ lanes }) => expect(lanes[1]!.accepted / lanes[1]!.drafted).toBeLessThan(0.1),
    "Lane B tries anyway": (run) => {
      const { draftingPasses, drafts } = laneOf(run, 1);
      expect(draftingPasses).toBe(0);
      expect(drafts.drafted).toHaveLength(4);
    },
    "3 of 134 (2%)": ({ lanes }) => expect(lanes[1]!.accepted / lanes[1]!.drafted).toBeLessThan(0.1),
    "B took 37 passes": allTheSame,
    "In lane B, notches mark": (run) => expect(laneOf(run, 1).undone.length).toBeGreaterThan(0),
    "The text is the same in both lanes": allTheSame,
  },
  speculative: {
    "It is B, masked draft": ({ lanes: [a, b, c] }) => expect(b!.passes).toBeLessThan(Math.min(a!.passes, c!.passes)),
    "Tokens that agree are accepted": (run) => {
      for (const index of [1, 2]) {
        const states = new Set(laneOf(run, index).cells.map(({ state }) => state));
        expect(states).toContain("accepted");
        expect(states).toContain("corrected");
      }
    },
    "B lets the model itself draft": (run) => {
      const { drafts, trace } = laneOf(run, 1);
      expect(drafts.drafted).toHaveLength(4);
      expect(new Set(forwards(trace).flatMap(({ phase, model }) => (phase === "draft" ? [model] : [])))).toEqual(new Set(["masked"]));
    },
    "C looks for the last words": (run) => expect(laneOf(run, 2).draftingPasses).toBe(0),
    "A 48, B 31 (15 for drafting), C 47": ({ lanes: [a, b, c] }) => {
      expect(b!.passes).toBeLessThan(c!.passes);
      expect(c!.passes).toBeLessThan(a!.passes);
    },
    "55% of B's drafted tokens were accepted": ({ lanes }) => expect(lanes[1]!.accepted / lanes[1]!.drafted).toBeGreaterThan(0.5),
    "Acceptance falls": (run) => {
      for (const index of [1, 2]) acceptanceFalls(acceptanceOf(laneOf(run, index).drafts));
    },
    "Verification keeps the text the same": allTheSame,
    "Drafting pays off when drafts are good and cheap: in this story": ({ lanes: [a, , c] }) => {
      expect(c!.accepted / c!.drafted).toBeLessThan(0.05);
      expect(a!.passes - c!.passes).toBeLessThan(3);
    },
  },
  gap: {
    "It is about as many": ({ lanes: [a, b] }) => expect(b!.passes / a!.passes).toBeCloseTo(1, 0.5),
    "Every pass predicts all of them at once": (run) => {
      const passes = forwards(laneOf(run, 1).trace).filter(({ phase }) => phase === "refine");
      expect(Math.max(...passes.map(({ positions }) => positions))).toBeGreaterThanOrEqual(8);
    },
    "The order is the model's": (run) => expect(backwards(laneOf(run, 1).cells.map(({ pass }) => pass))).toBeGreaterThan(0),
    "B writes a story this way, in blocks of eight": ({ settings }) => {
      expect(makeLane(settings.lanes[1]!.decoder).options).toMatchObject({ blockLength: 8 });
      expect(makeLane(settings.lanes[2]!.decoder).options).toMatchObject({ length: 16 });
    },
    "C fills a gap of sixteen tokens": ({ lanes }) => expect(lanes[2]!.tokens).toBe(16),
    "A 40 passes for 40 tokens, B 43": ({ lanes: [a, b] }) => expect(b!.passes / a!.passes).toBeCloseTo(1, 0.5),
    "A story can continue in many ways": ({ lanes: [, b, c] }) => {
      for (const { passes, tokens } of [b!, c!]) expect(passes).toBeGreaterThanOrEqual(tokens);
    },
    "Step through B: lines above": (run) => expect(backwards(laneOf(run, 1).cells.map(({ pass }) => pass))).toBeGreaterThan(0),
    "The model finds the ending likelier": endingIsLikelier,
    "On a story with this small model": ({ lanes: [a, b] }) => expect(b!.passes).toBeGreaterThanOrEqual(a!.passes),
  },
  sudoku: {
    "It is C, with revising": onlyTheLastSolves,
    "A second small model solves 6×6 grids: 36 clues": ({ settings }) => expect(settings.prompt).toHaveLength(37),
    "B fills every cell that is at least 90 % certain": ({ settings: { lanes } }) =>
      expect(makeLane(lanes[1]!.decoder).plugin.options["threshold"]!.default).toBe(0.9),
    "C does too, and may revise": ({ settings: { lanes } }) =>
      expect(makeLane(lanes[2]!.decoder).options).toMatchObject({ threshold: 0.9 }),
    "Solved by C": onlyTheLastSolves,
    "A wrote 36 of 36 digits": (run) => {
      expect(run.lanes.map(({ tokens }) => tokens)).toEqual([36, 36, 36]);
      onlyTheLastSolves(run);
    },
    "Step through B and C: several digits": (run) => {
      for (const index of [1, 2]) {
        const passes = laneOf(run, index).cells.map(({ pass }) => pass);
        expect(new Set(passes).size).toBeLessThan(passes.length / 2);
        expect(backwards(passes)).toBeGreaterThan(0);
      }
    },
    "In C, double underlines": (run) => expect(laneOf(run, 2).cells.filter(({ state }) => state === "revised").length).toBeGreaterThan(0),
    "Fewer passes cost correctness": onlyTheLastSolves,
    "Revising repairs some": (run) => {
      onlyTheLastSolves(run);
      expect(run.lanes[2]!.revisions).toBeGreaterThan(0);
    },
  },
  "same-text": {
    "It is C, judged tree": ({ lanes: [a, b, c] }) => expect(c!.passes).toBeLessThan(Math.min(a!.passes, b!.passes)),
    "B, denoised drafts, fills six draft tokens": (run) => {
      const { drafts, trace } = laneOf(run, 1);
      expect(drafts.drafted).toHaveLength(6);
      const denoising = forwards(trace).filter(({ phase }) => phase === "draft").length;
      expect(denoising / forwards(trace).filter(({ phase }) => phase === "verify").length).toBeCloseTo(2, 0);
    },
    "C, the judged tree, drafts with no passes": (run) => {
      expect(laneOf(run, 2).draftingPasses).toBe(0);
      expect(Math.max(...forwards(laneOf(run, 2).trace).map(({ positions }) => positions))).toBeGreaterThan(16);
    },
    "Both are lossless": (run) => {
      expect(run.settings.lanes.slice(1).map(({ decoder }) => isLossless(decoder))).toEqual([true, true]);
      allTheSame(run);
    },
    "A 48, B 38 (24 for drafting), C 22": ({ lanes: [a, b, c] }) => {
      expect(c!.passes).toBeLessThan(b!.passes);
      expect(b!.passes).toBeLessThan(a!.passes);
    },
    "B wrote the same text as A, C the same": allTheSame,
    "B verifies its drafts in fewer passes than C": ({ lanes: [, b, c] }) => {
      expect(b!.passes - b!.draftingPasses).toBeLessThan(c!.passes);
      expect(b!.passes).toBeGreaterThan(c!.passes);
    },
    "C's passes read many candidates": (run) => {
      const positions = forwards(laneOf(run, 2).trace).map((forward) => forward.positions);
      expect(positions.filter((count) => count > 8).length).toBeGreaterThan(positions.length / 2);
    },
    "Verification makes a draft free of risk": (run) => {
      allTheSame(run);
      expect(run.lanes[1]!.draftingPasses).toBeGreaterThan(0);
    },
  },
  "another-text": {
    "It is D, which refines": onlyTheFourthIsLikelier,
    "These hybrids are not lossless": ({ settings, lanes }) => {
      expect(settings.lanes.slice(1).some(({ decoder }) => isLossless(decoder))).toBe(false);
      expect(lanes.slice(1).some(({ sameAsFirst }) => sameAsFirst)).toBe(false);
    },
    "B is the judged tree again": ({ settings: { lanes } }) =>
      expect(makeLane(lanes[1]!.decoder).options).toMatchObject({ natsPerToken: 2 }),
    "C, the critic, fills eight": (run) => {
      expect(makeLane(run.settings.lanes[2]!.decoder).plugin.options["blockLength"]!.default).toBe(8);
      expect(laneOf(run, 2).undone.length).toBeGreaterThan(0);
    },
    "D writes as A does, then predicts a quarter": ({ settings: { lanes } }) => {
      const { blockLength, share } = makeLane(lanes[3]!.decoder).plugin.options;
      expect([blockLength!.default, share!.default]).toEqual([16, 0.25]);
    },
    "D keeps a change only where": onlyTheFourthIsLikelier,
    "E, the cascade, fills": ({ settings: { lanes } }) => expect(makeLane(lanes[4]!.decoder).options).toMatchObject({ threshold: 0.5 }),
    "Nats per token": onlyTheFourthIsLikelier,
    "Passes: A 48": ({ lanes: [a, b, c] }) => {
      for (const lane of [b!, c!]) expect(lane.passes).toBeLessThan(a!.passes);
    },
    "B and C take fewer passes than A": ({ lanes: [a, b, c] }) => {
      for (const lane of [b!, c!]) {
        expect(lane.passes).toBeLessThan(a!.passes);
        expect(lane.nats).toBeGreaterThan(a!.nats!);
      }
    },
    "It differs from A's text in one word": (run) => {
      const [a, d] = [0, 3].map((lane) => text(run, lane).split(" "));
      expect(d!.filter((word, index) => word !== a![index])).toHaveLength(1);
      expect(laneOf(run, 3).cells.filter(({ state }) => state === "revised").length).toBeGreaterThan(0);
      expect(run.lanes[3]!.passes).toBeGreaterThan(run.lanes[0]!.passes);
    },
    "E spends more passes than A here": ({ lanes }) => expect(lanes[4]!.passes).toBeGreaterThan(lanes[0]!.passes),
    "On this model, fewer passes cost likelihood": ({ lanes: [a, b, c, d, e] }) => {
      for (const lane of [b!, c!]) expect(lane.nats).toBeGreaterThan(a!.nats!);
      for (const lane of [d!, e!]) expect(lane.passes).toBeGreaterThan(a!.passes);
      expect(a!.nats! - d!.nats!).toBeLessThan(0.05);
    },
  },
};

async function endingIsLikelier({ models, settings, trace }: SceneRun): Promise<void> {
  const { model } = await models.get(settings.model);
  const gap = outputOf(trace.lanes[2]!);
  const ending = [...model.tokenizer.encode(` ${String(trace.lanes[2]!.options["after"])}`, { addSpecialTokens: false })];
  const after = async (middle: readonly number[]): Promise<number> =>
    natsPerToken(await scoreTokens(model.causal, [...trace.promptTokens, ...middle], ending))!;
  expect(await after(gap)).toBeLessThan(await after(outputOf(trace.lanes[0]!).slice(0, gap.length)));
}

function onlyTheLastSolves({ lanes }: SceneRun): void {
  expect(lanes.map(solvesSudoku)).toEqual([false, false, true]);
}

function onlyTheFourthIsLikelier({ lanes: [a, ...others] }: SceneRun): void {
  expect(others.map(({ nats }) => nats! < a!.nats!)).toEqual([false, false, true, false]);
}
