import { describe, expect, test } from "vitest";
import type { LaneFacts } from "../tour/lane-facts.ts";
import { texts as de } from "./de.ts";
import { texts as en } from "./en.ts";

type Leaf = string | number | ((...given: never[]) => unknown);

/** Returns every text of a language by its path. */
function leavesOf(value: unknown, path = ""): [path: string, leaf: Leaf][] {
  if (typeof value !== "object" || value === null) return [[path, value as Leaf]];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, path === "" ? key : `${path}.${key}`));
}

const english = new Map(leavesOf(en));
const german = new Map(leavesOf(de));
/** Lists whose length is up to the language. */
const FREE = /^(shortRoutes)\b/;

test("both languages have the same texts", () => {
  const keysOf = (leaves: ReadonlyMap<string, Leaf>): string[] => [...leaves.keys()].filter((path) => !FREE.test(path)).toSorted();
  expect(keysOf(german)).toEqual(keysOf(english));
});

test("what has words in English has other words in German, except names and words that both share", () => {
  const same = [...english].flatMap(([path, text]) =>
    typeof text === "string" && text.trim().includes(" ") && text === german.get(path) ? [`${path}: ${text}`] : [],
  );
  expect(same.filter((each) => !/^(title|examples|setup\.executions|share\.pictures|about\.keys)|: A, greedy$/.test(each))).toEqual([]);
});

/** Each parameter as a text and as a number that can be found in the result. */
const marks = (index: number): { text: string; number: number } => ({ text: `Q${index}Q`, number: 7001 + 111 * index });
const DIGITS = /(?<=\d)[.,  \u202F](?=\d{3})/g;

type Kind = "text" | "number";

/** Returns which parameters the result of a function shows, for the first kinds of arguments that it takes. */
function usesOf(make: (...given: never[]) => unknown, kinds: readonly Kind[]): string | undefined {
  try {
    const result = make(...(kinds.map((kind, index) => marks(index)[kind]) as never[]));
    if (typeof result !== "string" || /NaN|undefined|\[object/.test(result)) return undefined;
    const plain = result.replaceAll(DIGITS, "");
    /** Passes are counted from 0 and shown from 1. */
    const shown = (index: number): boolean =>
      plain.includes(String(marks(index)[kinds[index]!])) || plain.includes(String(marks(index).number + 1));
    return kinds.map((_, index) => (shown(index) ? index : "")).join();
  } catch {
    return undefined;
  }
}

/** Every way to give `count` arguments as texts or numbers. */
const waysOf = (count: number): Kind[][] =>
  Array.from({ length: 2 ** count }, (_, way) => Array.from({ length: count }, (__, index) => ((way >> index) & 1 ? "number" : "text")));

describe("a text with parameters uses the same ones in both languages", () => {
  const made = [...english].flatMap(([path, leaf]) => (typeof leaf === "function" ? [[path, leaf] as const] : []));
  /** Their arguments are objects or lists: other tests call them. */
  const structured =
    /^(tour\.sceneTexts|race\.|sets\.problem|sets\.conditions|charts\.summaryTokens|setup\.stale|options\.number|options\.wrongChoice|why\.from|models\.hub\.understood|models\.problems\.missing|models\.fixedDate|measure\.times|lane\.clues)/;

  test.each(made.filter(([path]) => !structured.test(path)))("%s", (path, leaf) => {
    const other = german.get(path) as typeof leaf;
    expect(other.length).toBe(leaf.length);
    const way = waysOf(leaf.length).find((kinds) => usesOf(leaf, kinds) !== undefined && usesOf(other, kinds) !== undefined);
    expect(way, "arguments that both take").toBeDefined();
    expect(usesOf(other, way!)).toBe(usesOf(leaf, way!));
  });

  test.each(made.filter(([path]) => structured.test(path)))("%s takes as many parameters", (path, leaf) => {
    expect((german.get(path) as typeof leaf).length).toBe(leaf.length);
  });

  test("lists and objects", () => {
    for (const { setup, options, why, models, measure, charts, sets, lane } of [en, de]) {
      expect(setup.stale(["ONE", "TWO"], ["B", "C"])).toMatch(/ONE.*TWO.*B.*C/);
      expect(options.number(true, { minimum: 2, maximum: 9 })).toMatch(/2.*9/);
      expect(options.wrongChoice("LABEL", ["ONE", "TWO"])).toMatch(/LABEL.*ONE, TWO/);
      expect(why.from({ model: "causal", phase: "decode" }, 5)).toContain("5");
      expect(why.from({ model: "none", phase: "lookup" }, 5)).toContain("6");
      expect(why.fromDrafter("suffix", { model: "none", phase: "lookup" }, 5)).toContain("6");
      expect(models.hub.understood({ model: "M", hub: "H", dtype: "q4", modelFile: "F" })).toMatch(/M.*H.*q4.*F/);
      expect(models.problems.missing(["a.json", "b.json"], "FOLDER")).toMatch(/a\.json.*b\.json.*FOLDER/);
      expect(models.fixedDate("M", new Date(Date.UTC(2026, 0, 2)))).toMatch(/M.*2026/);
      expect(measure.times(2, [1.5, 2.5])).toMatch(/2\.00.*1\.50.*2\.50/);
      expect(charts.summaryTokens(["ONE", "TWO"])).toBe("ONE; TWO.");
      expect(sets.conditions(["ONE", "TWO"])).toBe("ONE; TWO.");
      expect(sets.problem({ kind: "no-column", line: 3, columns: ["ONE"] })).toMatch(/3.*ONE/);
      expect(lane.clues(`.1${"2".repeat(34)}`)).toContain("–12222");
    }
  });
});

describe("the tour", () => {
  /** No two numbers are alike, so that a mixed-up lane is seen. */
  const factsOf = (text: string): LaneFacts[] =>
    Array.from({ length: 5 }, (_, lane) => ({
      text,
      tokens: 101 + lane,
      promptTokens: 21 + lane,
      passes: 301 + lane,
      draftingPasses: 31 + lane,
      drafted: 200,
      accepted: 51 + 10 * lane,
      revisions: 61 + lane,
      sameAsFirst: lane % 2 === 0,
      nats: 1.1 + lane / 10,
      finishReason: "length",
    }));
  const numbersIn = (text: string): string[] => (text.match(/\d+([.,]\d+)?/g) ?? []).toSorted();
  const scenes = Object.entries(en.tour.sceneTexts);

  test.each(scenes)("scene %s says the same numbers of a run, and offers as many choices", (id, texts) => {
    const other = de.tour.sceneTexts[id as keyof typeof de.tour.sceneTexts];
    expect(other.choices).toHaveLength(texts.choices.length);
    for (const text of [" two apples and an apple.", ' {"animal": "cat"}', " a monster, a monster"])
      expect(numbersIn(other.answer(factsOf(text)))).toEqual(numbersIn(texts.answer(factsOf(text))));
    expect(other.paragraphs).toHaveLength(texts.paragraphs.length);
    expect(other.look).toHaveLength(texts.look.length);
  });
});
