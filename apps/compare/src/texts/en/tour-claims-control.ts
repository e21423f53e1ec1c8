import { expect } from "vitest";
import { makeLane } from "../../lab/decoders.ts";
import { compareOutputs, outputOf } from "../../lab/lane-figures.ts";
import type { SceneRun } from "../../tour/scene-run.ts";
import type { SceneId } from "../../tour/scenes.ts";
import { type Claims, laneOf, textOf } from "./tour-checks.ts";

const passesPerToken = ({ lanes }: SceneRun, lane: number): number => lanes[lane]!.passes / lanes[lane]!.tokens;
const startOf = ({ settings }: SceneRun, lane: number): readonly number[] => settings.lanes[lane]!.start ?? [];

const monsterStays = (run: SceneRun): void => {
  const after = textOf(run, 1).split(" monster").slice(1).join(" monster");
  expect(after).toContain("monster");
  expect(textOf(run, 1)).not.toContain("apple");
};

/** The first lane writes the forced tokens but for the last, and another one in its place. */
const oneTokenIsForced = (run: SceneRun): void => {
  const [written, start] = [outputOf(run.trace.lanes[0]!), startOf(run, 1)];
  expect(start).toHaveLength(19);
  expect(written.slice(0, 18)).toEqual(start.slice(0, -1));
  expect(written[18]).not.toBe(start[18]);
  expect(compareOutputs(run.states[0]!, run.states[1]!).differsAt).toBe(18);
};

const fourStays = (run: SceneRun): void => {
  expect(textOf(run, 1)).toMatch(/^ four apples\./);
  expect(textOf(run, 1)).not.toMatch(/\b(two|three)\b/);
  expect(run.lanes[1]!.finishReason).toBe("length");
};

const asManyPasses = (run: SceneRun): void => expect(passesPerToken(run, 1)).toBeCloseTo(passesPerToken(run, 0), 5);
const falseObject = (run: SceneRun): void => {
  expect(JSON.parse(textOf(run, 1))).toMatchObject({ owner: "Tom" });
  expect(JSON.parse(textOf(run, 1))).not.toMatchObject({ animal: "dog" });
};
const fewerThanTokens = ({ lanes }: SceneRun): void => expect(lanes[2]!.passes).toBeLessThan(lanes[2]!.tokens);
const beamIsLikeliest = ({ lanes: [a, b, c] }: SceneRun): void => {
  expect(b!.nats).toBeLessThan(a!.nats!);
  expect(a!.nats).toBeLessThan(c!.nats!);
};

/** The checks of the chapters in which the visitor takes control of the text. */
export const controlClaims = {
  monster: {
    "Lane B is lane A for eighteen": oneTokenIsForced,
    "Then, where A writes about an apple": (run) => {
      expect(textOf(run, 0)).toContain("apple");
      expect(run.trace.vocabulary.get(startOf(run, 1)[18]!)).toBe(" monster");
    },
    "It is a story with a monster": monsterStays,
    "The monster comes back, and the apple is gone": monsterStays,
    "Both lanes are the same up to": oneTokenIsForced,
    "Select the forced token: the model found": (run) => {
      const score = run.trace.lanes[1]!.scores![18]!;
      expect(score.probability).toBeLessThan(score.candidates[0]!.probability / 10);
      expect(run.lanes[1]!.tokens).toBeGreaterThan(30);
    },
    "One other token, and everything after it can change": (run) => {
      const [a, b] = [outputOf(run.trace.lanes[0]!), outputOf(run.trace.lanes[1]!)].map((tokens) => tokens.slice(19).join());
      expect(a).not.toBe(b);
    },
  },
  fourth: {
    "Lane A writes what the model finds likeliest": ({ settings }) => expect(settings.lanes[0]).toEqual({ decoder: "greedy" }),
    "In lane B the next token is forced": (run) => {
      const forced = [1, 2].map((lane) => startOf(run, lane).map((token) => run.trace.vocabulary.get(token)));
      expect(forced).toEqual([[" four"], [" no"]]);
    },
    "It is a story in which four is right": fourStays,
    "B goes on “four apples.”, and never counts": fourStays,
    "In B, Mia is happy; in C": (run) => {
      expect(textOf(run, 1)).toContain("Mia was very happy");
      expect(textOf(run, 2)).toContain("Mia was sad");
    },
    "Select “ four” or “ no”": ({ trace }) => {
      for (const lane of [1, 2]) expect(trace.lanes[lane]!.scores![0]!.probability).toBeGreaterThan(0);
    },
  },
  letter: {
    "Lane B must do without": ({ settings: { lanes } }) =>
      expect(makeLane(lanes[1]!.decoder).options).toMatchObject({ kind: "regex", text: " [^e]+\\." }),
    "Lane C must write one of three": ({ settings: { lanes } }) =>
      expect(String(makeLane(lanes[2]!.decoder).options!["text"]).split("\n")).toHaveLength(3),
    "It is as many": asManyPasses,
    "A took 40 passes for 40 tokens, B 40 for 40": asManyPasses,
    "B's text has no e in it": (run) => {
      expect(textOf(run, 1)).not.toContain("e");
      expect(textOf(run, 0)).toContain("e");
    },
    "Nats per token": ({ lanes: [a, b] }) => expect(b!.nats).toBeGreaterThan(a!.nats!),
    "Select tokens of B: the model's": (run) => {
      const { scores } = run.trace.lanes[1]!;
      const others = scores!.filter(({ candidates }, place) => candidates[0]!.token !== outputOf(run.trace.lanes[1]!)[place]);
      const withE = others.filter(({ candidates }) => run.trace.vocabulary.get(candidates[0]!.token)!.includes("e"));
      expect(withE.length).toBeGreaterThan(3);
    },
    "C stops when its choice is complete": ({ lanes: [a, , c] }) => {
      expect(c!.finishReason).toBe("stop");
      expect(c!.nats).toBeGreaterThan(a!.nats! + 2);
    },
    "Where C has only one way": (run) => {
      fewerThanTokens(run);
      expect(run.lanes[2]!.accepted).toBeGreaterThan(0);
    },
    "It costs no passes, but the text": (run) => {
      asManyPasses(run);
      expect(run.lanes[1]!.nats).toBeGreaterThan(run.lanes[0]!.nats!);
    },
  },
  json: {
    "Lanes B and C may only write a JSON": ({ settings: { lanes } }) => {
      for (const lane of [1, 2]) {
        const { kind, text } = makeLane(lanes[lane]!.decoder).options!;
        expect(kind).toBe("json-schema");
        expect((JSON.parse(String(text)) as { required: unknown }).required).toEqual(["owner", "animal", "big"]);
      }
    },
    "B takes one pass per token": ({ lanes }) => expect(lanes[1]!.passes - lanes[1]!.tokens).toBeLessThanOrEqual(1),
    "C drafts what the schema": ({ lanes }) => expect(lanes[2]!.accepted).toBeGreaterThan(10),
    "It is false": falseObject,
    "B wrote {": falseObject,
    "C wrote the same, in 13 passes in place of 37": (run) => {
      expect(textOf(run, 2)).toBe(textOf(run, 1));
      expect(run.lanes[2]!.passes).toBeLessThan(run.lanes[1]!.passes / 2);
    },
    "A, which is free, wrote no object": (run) => expect(textOf(run, 0)).not.toContain("{"),
    "Step through C: brackets": (run) => {
      const accepted = laneOf(run, 2).cells.flatMap((cell) => (cell.state === "accepted" ? [run.trace.vocabulary.get(cell.token)!] : []));
      expect(accepted.join("")).toMatch(/[{":]/);
      expect(accepted.length).toBeGreaterThan(run.lanes[2]!.passes);
    },
    "Select the animal in B": (run) => expect(textOf(run, 1)).toMatch(/"animal": "(cat|bird)"/),
    "The form is guaranteed, the truth is not": falseObject,
  },
  search: {
    "B, beam search, follows the four": ({ settings: { lanes } }) =>
      expect(makeLane(lanes[1]!.decoder).options).toMatchObject({ beams: 4 }),
    "C draws eight texts": ({ settings: { lanes } }) => expect(makeLane(lanes[2]!.decoder).options).toMatchObject({ n: 8 }),
    "Each beginning and each text takes passes": ({ lanes: [a, b, c] }) => {
      expect(b!.passes).toBeGreaterThan(3 * a!.passes);
      expect(c!.passes).toBeGreaterThan(7 * a!.passes);
    },
    "It is B, beam search": beamIsLikeliest,
    "Nats per token": beamIsLikeliest,
    "Passes: A 48": ({ lanes: [a, b, c] }) => expect(c!.passes).toBeGreaterThan(b!.passes + a!.passes),
    "B replaces words that it has already shown": ({ lanes }) => expect(lanes[1]!.revisions).toBeGreaterThan(10),
    "Read B's text: the likeliest of the three": (run) => {
      const [, repeated] = /( [^.]{30,}\.).*\1/s.exec(textOf(run, 1)) ?? [];
      expect(repeated).toBeDefined();
      for (const lane of [0, 2]) expect(textOf(run, lane)).not.toMatch(/( [^.]{30,}\.).*\1/s);
      beamIsLikeliest(run);
    },
    "The likeliest of C's eight": beamIsLikeliest,
    "Search finds likelier texts for several times": (run) => {
      beamIsLikeliest(run);
      expect(run.lanes[1]!.passes).toBeGreaterThan(3 * run.lanes[0]!.passes);
    },
  },
} as const satisfies Readonly<Partial<Record<SceneId, Claims>>>;
