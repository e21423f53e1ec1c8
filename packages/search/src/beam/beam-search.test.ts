import { type DecodeEvent, InvalidOptionError } from "@decodekit/core";
import { collectDecode, type TestModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { beamPlugin } from "./beam-plugin.ts";
import { beamDecoder, beamSearch } from "./beam-search.ts";
import type { BeamSearchOptions } from "./beam-search-options.ts";
import type { Hypothesis } from "./hypotheses.ts";
import { allTexts, type Found, type KnownSearch, modelWith, randomRows, searchByDefinition } from "./search-for-tests.ts";

const VOCAB = 5;
const STOP = VOCAB - 1;
const PROMPT = [2, 0];

/** Runs a search on a model, and returns what it found, what it committed and its events. */
async function search(options: BeamSearchOptions, { prompt, stopTokens, newTokens }: KnownSearch, model: TestModel) {
  let found: readonly Hypothesis[] = [];
  const decoder = beamDecoder("test", options, (hypotheses) => (found = hypotheses));
  const decode = decoder.decode({ causal: model }, Int32Array.from(prompt), { maxNewTokens: newTokens, stopTokens });
  const { tokens, finishReason, events } = await collectDecode(decode);
  return { found, tokens, finishReason, events };
}

function expectFound(found: readonly Hypothesis[], expected: readonly Found[]): void {
  expect(found.map(({ tokens, finishReason }) => ({ tokens: [...tokens], finishReason }))).toEqual(
    expected.map(({ tokens, finishReason }) => ({ tokens: [...tokens], finishReason })),
  );
  for (const [rank, { score }] of found.entries()) expect(score).toBeCloseTo(expected[rank]!.score, 10);
}

describe("with as many beams as there are texts", () => {
  const grid = [1, 2, 3].flatMap((seed) => [-1, 0, 0.7, 1, 2].map((lengthPenalty) => ({ seed, lengthPenalty })));

  test.each(grid)("it finds the best of all texts: %o", async ({ seed, lengthPenalty }) => {
    const rows = randomRows(seed, VOCAB, 1);
    const known = { rows, prompt: PROMPT, stopTokens: [STOP], newTokens: 4 };
    const texts = allTexts(known, lengthPenalty);
    const options = { beams: VOCAB ** 4, lengthPenalty, earlyStopping: "never" } as const;
    const { found, tokens, finishReason } = await search(options, known, modelWith(rows, VOCAB));
    expectFound(found.slice(0, 10), texts.slice(0, 10));
    expect({ tokens: [...tokens], finishReason }).toEqual({ tokens: texts[0]!.tokens, finishReason: texts[0]!.finishReason });
  });
});

describe("it finds what the definition finds", () => {
  const shapes = [
    { beams: 1, groups: 1 },
    { beams: 2, groups: 1 },
    { beams: 5, groups: 1 },
    { beams: 4, groups: 2 },
    { beams: 3, groups: 3 },
    { beams: 6, groups: 2 },
  ];
  const rules = [-1, 0, 1, 2].flatMap((lengthPenalty) =>
    ([true, false, "never"] as const).map((earlyStopping) => ({ lengthPenalty, earlyStopping })),
  );

  test.each(shapes.flatMap((shape) => rules.map((rule) => ({ ...shape, ...rule }))))("%o", async (options) => {
    for (const [seed, stopTokens] of [[STOP], [1], [STOP, 1], [], [STOP]].entries()) {
      const rows = randomRows(seed, VOCAB, 1);
      const known = { rows, prompt: PROMPT, stopTokens, newTokens: 6 };
      const diversity = options.groups > 1 ? { diversityPenalty: 0.8 } : {};
      const { found, tokens, finishReason } = await search({ ...options, ...diversity }, known, modelWith(rows, VOCAB));
      const expected = searchByDefinition(known, { diversityPenalty: 0.5, ...options, ...diversity });
      expectFound(found, expected);
      expect({ tokens: [...tokens], finishReason }).toEqual({ tokens: expected[0]!.tokens, finishReason: expected[0]!.finishReason });
    }
  });
});

describe("ties", () => {
  const even = (): readonly number[] => [0, 0, 0, 0, 0];

  test("the lowest beam comes first, then the lowest token", async () => {
    const known = { rows: even, prompt: PROMPT, stopTokens: [], newTokens: 2 };
    const { found } = await search({ beams: 3 }, known, modelWith(even, VOCAB));
    expect(found.map(({ tokens }) => [...tokens])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
  });

  test("the hypothesis that was found first comes first", async () => {
    // Token 0 stops; each text is as likely as any other of its length.
    const rows = (sequence: readonly number[]): readonly number[] =>
      sequence.length < 4 ? [0, -Infinity, 0, -Infinity, -Infinity] : even();
    const known = { rows, prompt: PROMPT, stopTokens: [0], newTokens: 2 };
    const { found } = await search({ beams: 2, lengthPenalty: 1, earlyStopping: "never" }, known, modelWith(rows, VOCAB));
    expect(found.map(({ tokens }) => [...tokens])).toEqual([[], [2]]);
  });
});

test("a token of probability 0 is never part of a beam", async () => {
  const rows = (): readonly number[] => [0, 0, -Infinity, -Infinity, -Infinity];
  const known = { rows, prompt: PROMPT, stopTokens: [], newTokens: 2 };
  const { found } = await search({ beams: 8, groups: 2, diversityPenalty: 1 }, known, modelWith(rows, VOCAB));
  expect(found).toHaveLength(8);
  expect(found.every(({ tokens }) => tokens.every((token) => token < 2))).toBe(true);
});

describe("while it searches", () => {
  const rows = randomRows(7, VOCAB, -1);
  const known = { rows, prompt: PROMPT, stopTokens: [STOP], newTokens: 12 };

  test("it commits what all beams and hypotheses have in common, and proposes the rest of the best beam", async () => {
    const { events, tokens } = await search({ beams: 3 }, known, modelWith(rows, VOCAB));
    const commits = events.filter((event) => event.type === "tokens-commit");
    expect(commits.length).toBeGreaterThan(1);
    const proposals = events.filter((event) => event.type === "tokens-propose");
    expect(proposals.length).toBeGreaterThan(3);
    let committed = 0;
    for (const event of events) {
      if (event.type === "tokens-commit") committed += event.tokens.length;
      if (event.type === "tokens-propose") expect(event.start).toBe(PROMPT.length + committed);
    }
    expect(committed).toBe(tokens.length);
  });

  test("it makes one pass for each beam and position, and reads the prompt once", async () => {
    const model = modelWith(rows, VOCAB);
    await search({ beams: 3 }, { ...known, stopTokens: [] }, model);
    const passes = model.passes();
    expect(passes[0]).toMatchObject({ positions: PROMPT.length });
    expect(passes.slice(1)).toHaveLength(3 * 11);
    expect(passes.slice(1).every(({ positions }) => positions === 1)).toBe(true);
  });

  test("no more sessions are open than there are beams, and none after a reader left or an abort", async () => {
    for (const beams of [1, 4]) {
      const model = modelWith(rows, VOCAB);
      const decode = (signal?: AbortSignal): AsyncGenerator<DecodeEvent> =>
        beamSearch({ beams }).decode({ causal: model }, Int32Array.from(PROMPT), { maxNewTokens: 12, signal });
      let most = 0;
      for await (const _ of decode()) most = Math.max(most, model.openSessions());
      expect(most).toBe(beams);
      let events = 0;
      for await (const _ of decode()) if (++events === 12) break;
      expect(model.openSessions()).toBe(0);
      const controller = new AbortController();
      for await (const event of decode(controller.signal)) {
        if (event.type === "tokens-propose") controller.abort(new Error("enough"));
        if (event.type === "decode-end") expect(event.finishReason).toBe(beams === 1 ? "length" : "abort");
      }
      expect(model.openSessions()).toBe(0);
    }
  });
});

test("with one beam and early stopping it is greedy decoding", async () => {
  for (const seed of [1, 2, 3, 4]) {
    const rows = randomRows(seed, VOCAB);
    const known = { rows, prompt: PROMPT, stopTokens: [STOP], newTokens: 8 };
    const { tokens } = await search({ beams: 1, earlyStopping: true }, known, modelWith(rows, VOCAB));
    const greedy: number[] = [];
    while (greedy.length < 8) {
      const row = rows([...PROMPT, ...greedy]);
      const token = row.indexOf(Math.max(...row));
      if (token === STOP) break;
      greedy.push(token);
    }
    expect([...tokens]).toEqual(greedy);
  }
});

test("a model that cannot fork is refused", async () => {
  const model = modelWith(randomRows(1, VOCAB), VOCAB);
  const causal = { ...model, capabilities: { ...model.capabilities, fork: false } };
  const decode = beamSearch().decode({ causal }, Int32Array.from(PROMPT), { maxNewTokens: 3 });
  await expect(collectDecode(decode)).rejects.toThrow(
    'beamSearch: the causal model must be able to fork its sessions (capabilities.fork), got "one that is not".',
  );
  expect(model.openSessions()).toBe(0);
});

test.each([
  { options: { beams: 0 }, message: "beamSearch: beams must be an integer >= 1, got 0." },
  { options: { beams: 2.5 }, message: "beamSearch: beams must be an integer >= 1, got 2.5." },
  { options: { lengthPenalty: NaN }, message: "beamSearch: lengthPenalty must be a number, got NaN." },
  { options: { beams: 4, groups: 3 }, message: "beamSearch: groups must be a divisor of the 4 beams, got 3." },
  { options: { groups: 2, diversityPenalty: 0 }, message: "beamSearch: diversityPenalty must be a number > 0, got 0." },
  {
    options: { diversityPenalty: 1 },
    message:
      "beamSearch: diversityPenalty must be left out with one group, where it has no effect (leave it out, or set groups to 2 or more), got 1.",
  },
  {
    options: { num_beams: 4 } as BeamSearchOptions,
    message:
      'beamSearch: option "num_beams" must be one of its options (beams, lengthPenalty, groups, diversityPenalty, earlyStopping), got 4.',
  },
])("rejects $options when it is called", ({ options, message }) => {
  expect(() => beamSearch(options)).toThrow(InvalidOptionError);
  expect(() => beamSearch(options)).toThrow(message);
});

test("rejects another early stopping", () => {
  expect(() => beamSearch({ earlyStopping: "always" as "never" })).toThrow(
    'beamSearch: earlyStopping must be true, false or "never", got "always".',
  );
});

test("the plugin's early stopping is the decoder's", async () => {
  const rows = randomRows(5, VOCAB, 1);
  const outputs = [true, false, "never"] as const;
  for (const earlyStopping of outputs) {
    const decoders = [
      beamSearch({ earlyStopping, lengthPenalty: 2 }),
      beamPlugin.create({ earlyStopping: `${earlyStopping}`, lengthPenalty: 2 }),
    ];
    const events = await Promise.all(
      decoders.map(async (decoder) => {
        const options = { maxNewTokens: 8, stopTokens: [STOP] };
        return (await collectDecode(decoder.decode({ causal: modelWith(rows, VOCAB) }, Int32Array.from(PROMPT), options))).tokens;
      }),
    );
    expect(events[0]).toEqual(events[1]);
  }
});
