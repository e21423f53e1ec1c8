import type { DecodeEvent, FinishReason, ForwardPhase, ModelRole } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { raceTexts } from "../texts/en/race.ts";
import { foldLane } from "../trace/fold.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import { verdictOf } from "./verdict.ts";

interface Made {
  readonly text: string;
  /** Passes as "model phase", each as often as the number says. */
  readonly passes?: Readonly<Record<string, number>>;
  readonly milliseconds?: number;
  readonly options?: LaneTrace["options"];
  readonly finishReason?: FinishReason;
  readonly error?: string;
}

/** A lane whose tokens are the characters of `text`. */
function lane({
  text,
  passes = { "causal decode": text.length },
  milliseconds = 100,
  options = {},
  finishReason = "length",
  error,
}: Made): LaneTrace {
  const events: DecodeEvent[] = [
    { type: "decode-start", promptLength: 1 },
    ...Object.entries(passes).flatMap(([kind, count]) => {
      const [model, phase] = kind.split(" ") as [ModelRole, ForwardPhase];
      return Array.from({ length: count }, (): DecodeEvent => ({ type: "forward-end", model, phase, positions: 1, milliseconds: 1 }));
    }),
    { type: "tokens-commit", start: 1, tokens: Int32Array.from(text, (each) => each.codePointAt(0)!) },
    { type: "decode-end", finishReason },
  ];
  return { specification: "x", title: "X", options, seed: 0, events: events.map((event) => ({ event, milliseconds })), error };
}

function shown(lanes: readonly Made[], prompt = "p"): Trace {
  const characters = [...new Set(lanes.flatMap(({ text }) => Array.from(text)))];
  return {
    model: { name: "m", execution: "wasm", parameters: 1, vocabSize: 9, roles: ["causal"] },
    prompt,
    promptTokens: [1],
    maxNewTokens: 9,
    vocabulary: new Map(characters.map((each) => [each.codePointAt(0)!, each])),
    lanes: lanes.map(lane),
  };
}

const statesOf = ({ lanes }: Trace) => lanes.map(({ events }) => foldLane(events, undefined));
const spell = (token: number): string => String.fromCodePoint(token);

function say(...lanes: readonly Made[]): string {
  const trace = shown(lanes);
  return raceTexts.verdict(verdictOf(trace, statesOf(trace))!, spell);
}

const greedy: Made = { text: "abcdef" };

describe("what a run shows", () => {
  test("counts passes in which the model drafts for itself, and passes of a draft model apart", () => {
    const passes = { "causal prefill": 1, "masked draft": 2, "causal verify": 2 };
    expect(say(greedy, { text: "abcdef", passes })).toBe("Same text, 5 passes instead of 6.");
    expect(say(greedy, { text: "abcdef", passes: { "causal draft": 3, "causal verify": 2 } })).toBe("Same text, 5 passes instead of 6.");
    expect(say(greedy, { text: "abcdef", passes: { "draft draft": 9, "causal verify": 2 } })).toBe(
      "Same text, 2 passes and 9 of the draft model instead of 6.",
    );
    expect(say(greedy, greedy)).toBe("Same text, 6 passes each.");
  });

  test("says when the time points the other way than the passes", () => {
    const fewer = { text: "abcdef", passes: { "causal decode": 4 } };
    expect(say(greedy, { ...fewer, milliseconds: 126 })).toBe("Same text, 4 passes instead of 6, yet 1.3 times the time.");
    expect(say(greedy, { ...fewer, milliseconds: 110 })).toBe("Same text, 4 passes instead of 6.");
    expect(say(greedy, { text: "abcdef", passes: { "causal decode": 8 }, milliseconds: 50 })).toBe(
      "Same text, 8 passes instead of 6, yet in 0.5 of the time.",
    );
  });

  test("names all lanes that write the same text in one sentence", () => {
    const b = { text: "abcdef", passes: { "causal verify": 3 } };
    const c = { text: "abcdef", passes: { "causal verify": 4 }, milliseconds: 200 };
    expect(say(greedy, b, c)).toBe("Same text: B takes 3 passes, C takes 4 passes (yet 2 times the time), and A 6.");
    expect(say(greedy, b, { text: "abXdef" })).toBe(
      "B writes the text of A, 3 passes instead of 6. C differs from A at token 3: “X” instead of “c”.",
    );
  });

  test("names the token at which texts part, and an earlier end", () => {
    expect(say(greedy, { text: "abXdef" })).toBe("B differs from A at token 3: “X” instead of “c”.");
    expect(say(greedy, { text: "abcd", finishReason: "stop" })).toBe("B differs from A at token 5: its text ends there.");
    expect(say({ text: "abcd", finishReason: "stop" }, greedy)).toBe("B differs from A at token 5: it goes on there.");
  });

  test("does not compare the text of a gap", () => {
    expect(say(greedy, { text: "xyz", options: { after: "end", length: 3 } })).toBe(
      "B fills a gap of 3 tokens in 3 passes; it sees the text after the gap, A does not.",
    );
  });

  test("compare the texts of two gaps", () => {
    const gap = { text: "xyz", options: { after: "end", length: 3 } };
    expect(say(gap, { ...gap, text: "xYz" })).toBe("B differs from A at token 2: “Y” instead of “y”.");
    expect(say(gap, greedy)).toBe("A fills a gap of 3 tokens in 3 passes; it sees the text after the gap, B does not.");
  });

  test("of a Sudoku are the conflicts of each grid", () => {
    const solution = "234156615423321564546231153642462315";
    const trace = shown([{ text: solution.slice(0, 7) }, { text: solution }, { text: `5${solution.slice(1)}` }], `${".".repeat(36)}=`);
    const verdict = verdictOf(trace, statesOf(trace))!;
    expect(verdict.sudoku).toEqual([undefined, 0, 4]);
    expect(raceTexts.verdict(verdict, spell)).toBe("B solves the grid; C fills it with 4 conflicting cells and A does not fill it.");
  });

  test("are times of one run, with the tokens where lengths differ", () => {
    const times = (...lanes: readonly Made[]): string => {
      const trace = shown(lanes);
      return raceTexts.times(verdictOf(trace, statesOf(trace))!);
    };
    const b = { text: "abcdef", milliseconds: 61 };
    expect(times(greedy, b)).toBe("One run each: A 100 ms, B 61 ms. Times vary; Measure repeats them.");
    expect(times(greedy, b, { text: "a", milliseconds: 1240 })).toBe(
      "One run each: A 100 ms for 6 tokens, B 61 ms for 6 tokens, C 1.24 s for 1 token. Times vary; Measure repeats them.",
    );
  });

  test("compares times per token where lengths differ", () => {
    const trace = shown([greedy, { text: "abcdef", milliseconds: 61 }, { text: "abc", milliseconds: 40 }]);
    expect(verdictOf(trace, statesOf(trace))!.others.map(({ timeRatio }) => timeRatio?.toFixed(3))).toEqual(["0.610", "0.800"]);
  });

  test("is nothing before every lane has ended, for one lane, and after a stop or a failure", () => {
    const trace = shown([greedy, greedy]);
    const [first, second] = trace.lanes.map(({ events }) => [foldLane(events, undefined), foldLane(events, undefined, { count: 4 })]);
    expect(verdictOf(trace, [first![0]!, second![0]!])).toBeDefined();
    expect(verdictOf(trace, [first![0]!, second![1]!])).toBeUndefined();
    for (const lanes of [
      [greedy],
      [greedy, { ...greedy, finishReason: "abort" }],
      [{ ...greedy, error: "no" }, greedy],
    ] satisfies Made[][]) {
      const other = shown(lanes);
      expect(verdictOf(other, statesOf(other))).toBeUndefined();
    }
  });
});

test("a finish is a place and a time", () => {
  const place = (number: number, isShared = false): string => raceTexts.place({ place: number, isShared, milliseconds: 1 });
  expect([place(1), place(2), place(3), place(4), place(1, true)]).toEqual(["1st", "2nd", "3rd", "4th", "tied 1st"]);
  expect(raceTexts.finished("1st", 81.4)).toBe("1st, 81 ms");
  expect(raceTexts.finished("2nd", 1234)).toBe("2nd, 1.23 s");
});
