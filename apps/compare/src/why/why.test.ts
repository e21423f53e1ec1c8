import { type DecodeEvent, seededRandom } from "@decodekit/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordingModels } from "../../build/recording-models.ts";
import { makeLane } from "../lab/decoders.ts";
import { runScene, type SceneRun } from "../tour/scene-run.ts";
import { foldLane } from "../trace/fold.ts";
import type { LaneTrace, TokenScore, Trace, TracedEvent } from "../trace/trace.ts";
import { defaultSettings, lanesOf } from "../url/settings.ts";
import { acceptanceProbability, drafterOf, draftRuleOf } from "./acceptance.ts";
import { whyOf, type Why } from "./why.ts";

const models = recordingModels();
afterAll(() => models.dispose());

/** A lane of each family, by its name here. */
const families = {
  greedy: "greedy",
  "top-p": "top-p:p=0.8,temperature=1.2",
  preset: "sample:preset=llama-cpp,temperature=1.1",
  ratio: "speculative:drafter=draft-model,draftLength=4,verify=ratio,temperature=0.9",
  match: "speculative:drafter=masked-draft,draftLength=3,temperature=1",
  lookup: "speculative:drafter=suffix,draftLength=4",
  tree: "judged-tree",
  refinement: "mask-predict:blockLength=8,steps=5",
  hybrid: "confidence-cascade:threshold=0.5",
  beam: "beam:beams=2",
  samples: "best-of-n:n=2",
  gap: "infill:length=5",
} as const;
type Family = keyof typeof families;
const names = Object.keys(families) as Family[];

let run: Pick<SceneRun, "trace" | "states">;
beforeAll(async () => {
  const all = lanesOf(...Object.values(families));
  const settings = { ...defaultSettings, prompt: "Tom had a red ball. Mia had a blue ball. Tom and Mia", maxNewTokens: 20, seed: 2 };
  // A run has at most 6 lanes.
  const first = await runScene(models, { ...settings, lanes: all.slice(0, 6) });
  const second = await runScene(models, { ...settings, lanes: all.slice(6) });
  run = {
    trace: { ...first.trace, lanes: [...first.trace.lanes, ...second.trace.lanes] },
    states: [...first.states, ...second.states],
  };
}, 240_000);

const laneOf = (family: Family): number => names.indexOf(family);
const traceOf = (family: Family): LaneTrace => run.trace.lanes[laneOf(family)]!;
const whys = (family: Family): readonly Why[] => {
  const lane = laneOf(family);
  return run.states[lane]!.cells.map((_, position) => whyOf(run.trace, lane, position, run.states[lane]!));
};

describe.each(names)("in a %s lane", (family) => {
  test("every final token is among its candidates, once, with its rank and its probability", () => {
    expect(whys(family).length).toBeGreaterThan(4);
    for (const { cell, candidates, score } of whys(family)) {
      const chosen = candidates.filter(({ isChosen }) => isChosen);
      expect(chosen).toMatchObject([{ token: cell!.token, before: score!.probability, rank: score!.rank }]);
      expect(candidates.map(({ before }) => before)).toEqual(candidates.map(({ before }) => before).toSorted((a, b) => b - a));
      expect(candidates.slice(0, 8).map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  test("it is known what a token was chosen from, or there is a reason why not", () => {
    const isKnown = makeLane(families[family]).decoder.sampler !== undefined;
    for (const { cut, unknown, candidates } of whys(family)) {
      expect(cut !== undefined).toBe(isKnown);
      expect(unknown === undefined).toBe(isKnown);
      for (const { after } of candidates) expect(after !== undefined).toBe(isKnown);
    }
  });

  test("nothing is told about what has not happened yet", () => {
    const lane = laneOf(family);
    const { events } = traceOf(family);
    for (let count = 1; count < events.length; count += 7) {
      const state = foldLane(events, run.trace.model.maskTokenId, { count });
      for (const [position, cell] of state.cells.entries()) {
        const why = whyOf(run.trace, lane, position, state);
        if (!cell?.isFinal) expect([why.score, why.unknown, why.candidates]).toEqual([undefined, undefined, []]);
        for (const { draft, undoneAtPass } of why.takenBack) {
          expect(undoneAtPass).toBeLessThanOrEqual(state.passes);
          if (draft) expect(draft.pass).toBeLessThanOrEqual(state.passes);
        }
        if (why.draft) expect(why.draft.pass).toBeLessThanOrEqual(state.passes);
      }
    }
  });
});

test("reasons why it is not known are those of the family", () => {
  const reasons = (family: Family) => new Set(whys(family).map(({ unknown }) => unknown));
  expect(reasons("tree")).toEqual(new Set(["judged-tree"]));
  expect(reasons("refinement")).toEqual(new Set(["masked"]));
  expect(reasons("hybrid")).toEqual(new Set(["masked", "two-models"]));
  expect(reasons("beam")).toEqual(new Set(["search"]));
  expect(reasons("gap")).toEqual(new Set(["masked"]));
  expect(names.filter((family) => whys(family)[0]!.drewSeveral)).toEqual(["samples"]);
});

test("greedy decoding leaves one token, sampling several; what is cut has the rest", () => {
  for (const family of ["greedy", "lookup"] as const)
    for (const { cut, candidates } of whys(family)) {
      expect([cut!.left, candidates[0]!.after]).toEqual([1, 1]);
      expect(cut!.mass).toBeCloseTo(1 - candidates[0]!.before, 6);
    }
  const cuts = whys("top-p").map(({ cut }) => cut!);
  expect(Math.max(...cuts.map(({ left }) => left))).toBeGreaterThan(10);
  for (const { left, mass } of cuts) expect(left === run.trace.model.vocabSize ? mass : 1 - mass).toBeLessThanOrEqual(1);
  const tokens = whys("top-p").flatMap(({ candidates }) => candidates);
  expect(tokens.filter(({ after, before }) => after === 0 && before > 0).length).toBeGreaterThan(5);
  for (const { isChosen, after } of tokens) if (isChosen) expect(after).toBeGreaterThan(0);
});

test("a sampled token outside the likeliest eight is the last of its list, with its rank", () => {
  const unlikely = whys("top-p").filter(({ score }) => score!.rank! > 8);
  expect(unlikely.length).toBeGreaterThan(0);
  for (const { candidates, score, cell } of unlikely) {
    expect(candidates.at(-1)).toMatchObject({ token: cell!.token, isChosen: true, rank: score!.rank });
    expect(candidates.length).toBe(9);
  }
});

describe("drafts", () => {
  const drafted = (family: Family) => whys(family).flatMap(({ draft, cell }) => (draft ? [{ ...draft, cell: cell! }] : []));
  const rejected = (family: Family) => whys(family).flatMap(({ takenBack }) => takenBack.filter(({ why }) => why === "rejected"));

  test.each(["ratio", "match", "lookup"] as const)("accepted by %s, of which the run tells the place, have their drafter", (family) => {
    const accepted = drafted(family);
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBe(traceOf(family).result!.statistics.accepted);
    for (const { place, accepted: count, drafted: of, cell } of accepted) {
      expect(place).toBeLessThanOrEqual(count);
      expect(count).toBeLessThanOrEqual(of);
      expect(cell.state).toBe("accepted");
    }
    expect(new Set(whys(family).map(({ drafter }) => drafter))).toEqual(new Set([traceOf(family).options["drafter"]]));
  });

  test("under ratio have p, q and min(1, p / q), accepted or not", () => {
    const all = [...drafted("ratio"), ...rejected("ratio").map(({ draft }) => draft!)];
    expect(rejected("ratio").length).toBeGreaterThan(0);
    for (const { p, q, acceptance, rule } of all) {
      expect(rule).toBe("ratio");
      expect(q).toBeGreaterThan(0);
      expect(acceptance).toBeCloseTo(Math.min(1, p! / q!), 12);
    }
    // A token that is accepted for certain is not rejected.
    for (const { draft } of rejected("ratio")) expect(draft!.acceptance).toBeLessThan(1);
  });

  test("under match are accepted with the probability of the model's own draw", () => {
    for (const { p, acceptance } of drafted("match")) {
      expect(p).toBeGreaterThan(0);
      expect(acceptance).toBe(p);
    }
  });

  test("under greedy decoding are accepted for certain or never", () => {
    expect(new Set(drafted("lookup").map(({ acceptance }) => acceptance))).toEqual(new Set([1]));
    expect(new Set(rejected("lookup").map(({ draft }) => draft!.acceptance))).toEqual(new Set([0]));
  });

  test("that are rejected name what replaced them; those after them were not judged", () => {
    for (const family of ["ratio", "match", "lookup"] as const) {
      const lane = laneOf(family);
      for (const [position, { takenBack, cell }] of whys(family).entries())
        for (const token of takenBack) {
          if (token.why === "rejected") {
            expect(token.replacedBy).toBe(cell!.token);
            expect(cell!.state).toBe("corrected");
            expect(token.draft!.place).toBe(token.draft!.accepted + 1);
          }
          if (token.why !== "dropped") continue;
          expect(token.draft!.place).toBeGreaterThan(token.draft!.accepted + 1);
          expect([token.draft!.p, token.draft!.acceptance]).toEqual([undefined, undefined]);
          expect(run.states[lane]!.undone.get(position)!.length).toBe(takenBack.length);
        }
    }
  });
});

test("a token of refinement was unmasked with the probability that the masked model reported, and says what replaced what", () => {
  const all = whys("refinement");
  for (const { cell } of all) {
    expect(cell!.by).toEqual({ model: "masked", phase: "refine" });
    expect(cell!.probability).toBeGreaterThan(0);
  }
  const takenBack = all.flatMap((why) => why.takenBack);
  expect(takenBack.length).toBeGreaterThan(0);
  for (const { why, replacedBy, token } of takenBack) {
    expect(["replaced", "withdrawn"]).toContain(why);
    expect(replacedBy === undefined).toBe(why === "withdrawn");
    expect(replacedBy).not.toBe(token);
  }
});

describe("made runs", () => {
  const traced = (events: readonly DecodeEvent[]): TracedEvent[] => events.map((event, index) => ({ event, milliseconds: index }));
  const pass = (phase: "prefill" | "verify" | "draft"): DecodeEvent => ({
    type: "forward-end",
    model: "causal",
    phase,
    positions: 1,
    milliseconds: 1,
  });
  const scoreOf = (token: number, ...candidates: readonly (readonly [number, number, number])[]): TokenScore => ({
    probability: candidates.find(([id]) => id === token)![1],
    rank: 1,
    candidates: candidates.map(([id, probability, after]) => ({ token: id, probability, after })),
    cut: { left: 2, mass: 0 },
  });
  const traceWith = (lane: Partial<LaneTrace>): Trace => ({
    model: { name: "m", execution: "wasm", parameters: 1, vocabSize: 9, roles: ["causal"] },
    prompt: "x",
    promptTokens: [1, 2],
    maxNewTokens: 4,
    vocabulary: new Map(),
    lanes: [{ specification: "speculative", title: "", options: { temperature: 1 }, seed: 0, events: [], ...lane }],
  });
  const draft = (
    tokens: readonly number[],
    accepted: number,
    committed: readonly number[],
    probabilities?: readonly number[],
  ): DecodeEvent[] => [
    {
      type: "tokens-propose",
      start: 3,
      tokens: Int32Array.from(tokens),
      ...(probabilities && { probabilities: Float32Array.from(probabilities) }),
    },
    pass("verify"),
    { type: "draft-verify", start: 3, drafted: tokens.length, accepted },
    { type: "tokens-commit", start: 3, tokens: Int32Array.from(committed) },
  ];
  const first: readonly DecodeEvent[] = [
    { type: "decode-start", promptLength: 2 },
    pass("prefill"),
    { type: "tokens-commit", start: 2, tokens: Int32Array.of(5) },
  ];
  const at = (trace: Trace, position: number): Why => {
    const [{ events, start }] = trace.lanes as [LaneTrace];
    return whyOf(trace, 0, position, foldLane(events, undefined, { start }));
  };

  test("a rejected token has p and q, one after it has q alone, and their draft is named once", () => {
    const events = traced([...first, ...draft([6, 7, 8], 1, [6, 4], [0.5, 0.25, 0.125])]);
    const scores = [scoreOf(5, [5, 1, 1]), scoreOf(6, [6, 0.5, 0.4]), scoreOf(4, [4, 0.75, 0.9], [7, 0.25, 0.1])];
    const options = { temperature: 0.5, verify: "ratio", drafter: "draft-model" };
    const trace = traceWith({ options, events, scores });
    expect(at(trace, 1)).toMatchObject({
      drafter: "draft-model",
      draft: { place: 1, drafted: 3, accepted: 1, pass: 2, rule: "ratio", p: 0.4, q: 0.5, acceptance: 0.8 },
      takenBack: [],
    });
    expect(at(trace, 2)).toMatchObject({
      draft: undefined,
      takenBack: [{ token: 7, why: "rejected", replacedBy: 4, draft: { place: 2, p: 0.1, q: 0.25, acceptance: 0.4 } }],
    });
    expect(at(trace, 3)).toMatchObject({
      cell: undefined,
      takenBack: [{ token: 8, why: "dropped", draft: { place: 3, p: undefined, q: 0.125, acceptance: undefined } }],
    });
  });

  test("accepted tokens after a stop token were not rejected: the text ended", () => {
    const trace = traceWith({ events: traced([...first, ...draft([6, 0, 8], 3, [6])]) });
    expect([2, 3].map((position) => at(trace, position).takenBack.map(({ why }) => why))).toEqual([["ended"], ["ended"]]);
  });

  test("tokens of a draft tree's other branches are not taken for judged", () => {
    // Of a tree of 4 the chain 6 7 is shown, and the path 6 8 accepted.
    const trace = traceWith({ events: traced([...first, ...draft([6, 7], 2, [6, 8, 3])]), options: { temperature: 0 } });
    expect(at(trace, 2).takenBack).toMatchObject([{ token: 7, why: "rejected", replacedBy: 8 }]);
  });

  test("a token that was set has no distribution, and positions count from the first given token", () => {
    const events = traced([
      { type: "decode-start", promptLength: 3 },
      pass("prefill"),
      { type: "tokens-commit", start: 3, tokens: Int32Array.of(6) },
    ]);
    const { cut: _, ...given } = scoreOf(5, [5, 0.5, 0.5]);
    const trace = traceWith({ events, start: [5], scores: [given, scoreOf(6, [6, 0.5, 0.5])], specification: "top-p" });
    expect(at(trace, 0)).toMatchObject({ cell: { state: "forced" }, unknown: "forced", cut: undefined });
    expect(at(trace, 1)).toMatchObject({ cell: { token: 6 }, unknown: undefined, cut: { left: 2 } });
  });

  test("a run of an earlier version, a foreign decoder and a lane without scores say so", () => {
    const events = traced(first);
    const old = { probability: 0.5, candidates: [{ token: 6, probability: 0.75 }] };
    const reasons = [{ events, scores: [old] }, { events, scores: [{ ...old, rank: 2 }], specification: "mine" }, { events }].map(
      (lane) => at(traceWith(lane), 0).unknown,
    );
    expect(reasons).toEqual(["earlier", "own", "not-scored"]);
    // The chosen token is added to a list that lacks it.
    expect(at(traceWith({ events, scores: [old] }), 0).candidates).toMatchObject([
      { token: 6, isChosen: false, rank: 1 },
      { token: 5, isChosen: true, before: 0.5, rank: undefined },
    ]);
  });

  test("a model that does not predict from left to right has no alternatives", () => {
    const trace = { ...traceWith({ events: traced(first) }), model: { ...traceWith({}).model, roles: ["masked"] as const } };
    expect(at(trace, 0)).toMatchObject({ unknown: "not-causal", candidates: [] });
  });

  test("a token that rounding left without probability is noticed", () => {
    const trace = traceWith({ events: traced(first), scores: [scoreOf(5, [4, 0.5, 1], [5, 0.5, 0])], options: {} });
    expect(at(trace, 0).differsFromScore).toBe(true);
  });
});

test("drafters and rules of lanes that draft in their own way", () => {
  const told = (specification: string, options: LaneTrace["options"] = {}) => [
    drafterOf({ specification, options }),
    draftRuleOf({ specification, options }),
  ];
  expect(told("greedy")).toEqual([undefined, undefined]);
  expect(told("denoise-draft:steps=3")).toEqual(["denoise-draft", "greedy"]);
  expect(told("constrained:kind=regex")).toEqual(["constrained", undefined]);
  expect(told("judged-tree", { natsPerToken: 1 })).toEqual(["judged-tree", undefined]);
  expect(told("judged-tree", { natsPerToken: 0 })).toEqual(["judged-tree", "greedy"]);
  expect(told("judged-tree", { natsPerToken: 0, temperature: 1 })).toEqual(["judged-tree", "match"]);
  expect(told("speculative", { drafter: "suffix", temperature: 1, verify: "gumbel" })).toEqual(["suffix", "gumbel"]);
  expect(told("speculative", { drafter: "ddtree", temperature: 0 })).toEqual(["ddtree", "greedy"]);
});

test("probabilities of acceptance are in [0, 1], and unknown where the rule has none", () => {
  const random = seededRandom(1);
  for (let count = 0; count < 100; count++) {
    const [p, q] = [random.uniform(), random.uniform()];
    expect(acceptanceProbability("ratio", { p, q })).toBe(Math.min(1, p / q));
    expect(acceptanceProbability("match", { p, q })).toBe(p);
  }
  expect(acceptanceProbability("ratio", { p: 0.5, q: 0 })).toBeUndefined();
  expect(acceptanceProbability("ratio", { p: 0.5, q: undefined })).toBeUndefined();
  for (const rule of ["block", "gumbel", undefined] as const) expect(acceptanceProbability(rule, { p: 0.5, q: 0.5 })).toBeUndefined();
});
