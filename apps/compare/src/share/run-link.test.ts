import { type DecodeEvent, seededRandom } from "@decodekit/core";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordTrace } from "../../build/record-trace.ts";
import { recordingModels } from "../../build/recording-models.ts";
import { outputOf } from "../lab/lane-figures.ts";
import { eventTokens } from "../trace/event-tokens.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import { readTrace, writeTrace } from "../trace/trace-file.ts";
import { defaultSettings, lanesOf, type Settings } from "../url/settings.ts";
import { compactRun } from "./compact-run.ts";
import { MAX_LINK_LENGTH, packRun, RunLinkError, unpackRun } from "./run-link.ts";

const runs: readonly (readonly [name: string, settings: Partial<Settings>])[] = [
  ["the welcome run", {}],
  [
    "four lanes of 64 tokens",
    {
      prompt: "Once upon a time, there was a little fox who wanted to",
      maxNewTokens: 64,
      lanes: lanesOf(
        "greedy",
        "top-p:p=0.95,temperature=1.2",
        "speculative:drafter=draft-model,draftLength=3",
        "judged-tree:nodes=16,rowCost=0.1",
      ),
    },
  ],
  [
    "a gap and a revision",
    { maxNewTokens: 24, lanes: lanesOf("infill:after=They were happy.,length=6", "ar-then-refine", "wino", "beam:beams=3") },
  ],
  [
    "a lane that ends early",
    {
      model: "puzzles",
      prompt: "..5..3.1..2..635......3...6...1.....=",
      maxNewTokens: 36,
      lanes: lanesOf("greedy", "llada:blockLength=12"),
    },
  ],
];

const recorded = new Map<string, Trace>();
const models = recordingModels();

beforeAll(async () => {
  for (const [name, settings] of runs) recorded.set(name, readTrace(await recordTrace(models, { ...defaultSettings, ...settings })));
}, 300_000);
afterAll(() => models.dispose());

const near = (value: number, steps: number): number => Math.round(value * steps) / steps;

function roundedEvent(event: DecodeEvent): DecodeEvent {
  if ("milliseconds" in event) return { ...event, milliseconds: near(event.milliseconds, 100) };
  const rounded = (values: Float32Array, steps: number): Float32Array => values.map((value) => near(value, steps));
  if ("probabilities" in event && event.probabilities) return { ...event, probabilities: rounded(event.probabilities, 1e4) };
  if ("logProbabilities" in event && event.logProbabilities) return { ...event, logProbabilities: rounded(event.logProbabilities, 1e3) };
  return event;
}

function withoutTree(event: DecodeEvent): DecodeEvent {
  return event.type === "tokens-propose" ? { ...event, tree: undefined } : event;
}

/** Returns the trace that a reader of its link gets: times and probabilities rounded, some candidates and the trees of drafts left out. */
function asShared(trace: Trace, candidates = Infinity, trees = true): Trace {
  const lanes = trace.lanes.map((lane): LaneTrace => {
    const events = lane.events.map(({ event, milliseconds }) => ({
      milliseconds: near(milliseconds, 100),
      event: trees ? roundedEvent(event) : withoutTree(roundedEvent(event)),
    }));
    const likelihood = (probability: number): number => (probability > 0 ? Math.max(1e-4, near(probability, 1e4)) : 0);
    const output = outputOf(lane);
    const scores = lane.scores?.map(({ cut, ...score }, place) => ({
      ...score,
      probability: Number(score.probability.toPrecision(4)),
      candidates: score.candidates
        .filter(({ token }, rank) => rank < candidates || (candidates > 0 && token === output[place]))
        .map(({ token, probability, after }) => ({
          token,
          probability: likelihood(probability),
          ...(after !== undefined && { after: likelihood(after) }),
        })),
      ...(cut && { cut: { left: cut.left, mass: likelihood(cut.mass) } }),
    }));
    return { ...lane, events, scores };
  });
  const used = new Set([
    ...trace.promptTokens,
    ...lanes.flatMap(({ start = [] }) => start),
    ...lanes.flatMap(({ events }) => events.flatMap(({ event }) => eventTokens(event))),
    ...lanes.flatMap(({ scores = [] }) => scores.flatMap((score) => score.candidates.map(({ token }) => token))),
  ]);
  return { ...trace, lanes, vocabulary: new Map([...trace.vocabulary].filter(([id]) => used.has(id))) };
}

describe.each(runs)("%s", (name) => {
  test("fits into a link with its times, scores and candidates, and is read back", async () => {
    const trace = recorded.get(name)!;
    const packed = await packRun(trace, MAX_LINK_LENGTH - 500);
    // Four lanes of 64 tokens are about as much as fits: how well times are compressed decides on their last candidates.
    expect(name.startsWith("four") ? ["nothing", "some-candidates"] : ["nothing"]).toContain(packed?.leftOut);
    expect(packed!.text).toMatch(/^[\w.-]+$/);
    expect(encodeURIComponent(packed!.text)).toBe(packed!.text);
    const read = await unpackRun(packed!.text);
    expect(read).toEqual(asShared(trace, packed!.leftOut === "nothing" ? Infinity : 3));
    expect((await packRun(read, MAX_LINK_LENGTH))!.text).toBe(packed!.text);
  });
});

test("a shorter limit first costs candidates, then scores, then the run", async () => {
  const trace = recorded.get("four lanes of 64 tokens")!;
  const leftOut: (string | undefined)[] = [];
  const lengths: number[] = [];
  for (let limit = MAX_LINK_LENGTH; limit > 0; limit -= 100) {
    const packed = await packRun(trace, limit);
    if (packed?.leftOut === leftOut.at(-1)) continue;
    leftOut.push(packed?.leftOut);
    if (!packed) continue;
    lengths.push(packed.text.length);
    expect(packed.text.length).toBeLessThanOrEqual(limit);
    const read = await unpackRun(packed.text);
    const kept = { nothing: Infinity, "some-candidates": 3, candidates: 0, trees: 0, scores: 0 }[packed.leftOut];
    const shared = asShared(trace, kept, packed.leftOut !== "trees" && packed.leftOut !== "scores");
    if (packed.leftOut === "scores") for (const lane of read.lanes) expect(lane.scores).toBeUndefined();
    expect(read.lanes.map(({ events, result }) => ({ events, result }))).toEqual(
      shared.lanes.map(({ events, result }) => ({ events, result })),
    );
    if (packed.leftOut !== "scores") expect(read).toEqual(shared);
  }
  expect(leftOut).toEqual(["nothing", "some-candidates", "candidates", "trees", "scores", undefined]);
  expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
});

test("a run that failed, was stopped or has not begun, and events with probabilities, survive", async () => {
  const welcome = recorded.get("the welcome run")!;
  const [first, second] = welcome.lanes as [LaneTrace, LaneTrace];
  const odd: Trace = {
    ...welcome,
    model: { ...welcome.model, file: { path: "onnx/model_q4.onnx", reason: "it was asked for" } },
    vocabulary: new Map([...welcome.vocabulary].slice(0, 30)),
    chat: { chat: "on", system: "Be brief.", rendered: "<|system|>Be brief." },
    lanes: [
      { ...first, events: first.events.slice(0, 7), result: undefined, scores: undefined, error: "The device was lost." },
      { ...second, events: [], result: undefined, scores: undefined },
      {
        ...first,
        scores: undefined,
        start: [589, 318],
        options: { p: 0.5, on: true, way: "ü\n🦊" },
        events: [
          { milliseconds: 0, event: { type: "decode-start", promptLength: 14 } },
          {
            milliseconds: 1,
            event: { type: "tokens-propose", start: 15, tokens: Int32Array.of(471, 1), probabilities: Float32Array.of(0.25, 0) },
          },
          {
            milliseconds: 2.5,
            event: { type: "tokens-commit", start: 14, tokens: Int32Array.of(471, 355), logProbabilities: Float32Array.of(-0.5, -2) },
          },
          { milliseconds: 3, event: { type: "decode-end", finishReason: "stop" } },
        ],
        result: { ...first.result!, text: "another text" },
      },
    ],
  };
  const expected = asShared(readTrace(writeTrace(odd)));
  expect(await unpackRun((await packRun(odd, MAX_LINK_LENGTH))!.text)).toEqual(expected);
});

const pack = (json: unknown): string => `1.${deflateRawSync(typeof json === "string" ? json : JSON.stringify(json)).toString("base64url")}`;

describe("a run in a link is rejected", () => {
  const problemOf = async (text: string): Promise<string | undefined> => {
    try {
      await unpackRun(text);
      return undefined;
    } catch (error) {
      if (!(error instanceof RunLinkError)) throw error;
      return error.problem;
    }
  };

  test("if it is no run, cut short, too long, of a later version, or inflates without end", async () => {
    const { text } = (await packRun(recorded.get("the welcome run")!, MAX_LINK_LENGTH))!;
    expect(await problemOf("")).toBe("damaged");
    expect(await problemOf("1.")).toBe("damaged");
    expect(await problemOf("1.!!!!")).toBe("damaged");
    expect(await problemOf(pack("{}"))).toBe("damaged");
    expect(await problemOf(pack("not JSON"))).toBe("damaged");
    expect(await problemOf(text.slice(0, 4000))).toBe("damaged");
    expect(await problemOf(text.replace("1.", "2."))).toBe("unknown-version");
    expect(await problemOf(text + "A".repeat(MAX_LINK_LENGTH))).toBe("too-long");
    const bomb = pack(`"${"a".repeat(11 * 2 ** 20)}"`);
    expect(bomb.length).toBeLessThan(MAX_LINK_LENGTH);
    expect(await problemOf(bomb)).toBe("damaged");
    await expect(unpackRun(bomb)).rejects.toThrow("inflates to more than 1048576 bytes");
  });

  test("if its columns do not fit together, or a trace file may not contain them", async () => {
    const whole = compactRun(recorded.get("the welcome run")!, { candidates: 3, trees: true });
    expect(await problemOf(pack(whole))).toBeUndefined();
    const [lane] = whole.lanes as [(typeof whole.lanes)[number]];
    const withLane = (change: object): unknown => ({ ...whole, lanes: [{ ...lane, ...change }] });
    const hostile: unknown[] = [
      { ...whole, texts: whole.texts.slice(1) },
      { ...whole, promptTokens: [1e9] },
      { ...whole, prompt: "x".repeat(100_001) },
      { ...whole, lanes: [] },
      { ...whole, lanes: Array.from({ length: 7 }, () => lane) },
      { ...whole, ids: whole.ids.map(() => -1) },
      { ...whole, model: { name: "m" } },
      { ...whole, more: 1 },
      withLane({ kinds: lane.kinds.slice(1) }),
      withLane({ kinds: lane.kinds.map(() => 99) }),
      withLane({ kinds: [...lane.kinds, 0] }),
      withLane({ numbers: lane.numbers.slice(1) }),
      withLane({ numbers: [...lane.numbers, 1] }),
      withLane({ numbers: lane.numbers.map((each) => -each) }),
      withLane({ numbers: lane.numbers.map(() => 1e15) }),
      withLane({ times: lane.times.map((each) => -each) }),
      withLane({ tokens: lane.tokens.map(() => 1e9) }),
      withLane({ passes: ["causal guess"] }),
      withLane({ scores: { ...lane.scores!, counts: lane.scores!.counts.map(() => 1e9) } }),
      withLane({ scores: { ...lane.scores!, own: lane.scores!.own.map(() => 2) } }),
      withLane({ scores: { ...lane.scores!, ranks: undefined } }),
      withLane({ scores: { ...lane.scores!, after: lane.scores!.after!.slice(1) } }),
      withLane({ scores: { ...lane.scores!, left: lane.scores!.left!.map(() => 0) } }),
      withLane({ result: { ...lane.result!, finishReason: "bored" } }),
    ];
    for (const each of hostile) expect(await problemOf(pack(each))).toBe("damaged");
  });

  test("or read, whatever characters of it change", async () => {
    const random = seededRandom(5);
    const below = (limit: number): number => Math.floor(random.uniform() * limit);
    const { text } = (await packRun(recorded.get("a gap and a revision")!, MAX_LINK_LENGTH))!;
    const json = JSON.stringify(compactRun(recorded.get("a gap and a revision")!, { candidates: 0, trees: true }));
    for (let round = 0; round < 150; round++) {
      const at = below(text.length);
      const damaged = text.slice(0, at) + "AZaz09-_.".charAt(below(9)) + text.slice(at + below(3));
      const problem = await problemOf(damaged);
      if (damaged !== text && problem === undefined) expect((await unpackRun(damaged)).lanes).toHaveLength(4);
      // Changes of the text inside get past the checks of the compression, which has no checksum.
      const inside = below(json.length);
      const changed = json.slice(0, inside) + '{}[]",:0e9-'.charAt(below(11)) + json.slice(inside + below(3));
      if ((await problemOf(pack(changed))) === undefined) expect((await unpackRun(pack(changed))).lanes.length).toBeGreaterThan(0);
    }
  });

  test("and cannot pollute prototypes", async () => {
    const whole = JSON.stringify(compactRun(recorded.get("the welcome run")!, { candidates: undefined, trees: true }));
    const polluted = whole.replaceAll('"options":{', '"options":{"__proto__":{"polluted":true},').replaceAll("},}", "}}");
    await problemOf(pack(polluted));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
