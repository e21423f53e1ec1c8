import { afterAll, expect, test } from "vitest";
import { recordingModels } from "../../../build/recording-models.ts";
import type { Scene, SceneTexts } from "../../tour/chapter.ts";
import type { LaneFacts } from "../../tour/lane-facts.ts";
import { runScene } from "../../tour/scene-run.ts";
import { chapters, type TourScene } from "../../tour/scenes.ts";
import type { Claims } from "./tour-checks.ts";
import { claims } from "./tour-claims.ts";
import { tourTexts } from "./tour.ts";

/*
 * Runs the lanes of every scene on the real models, as the page does, and checks each sentence of the tour, the verdict on a bet included. A
 * sentence either starts with a key of `claims`, whose check must pass, or with an entry of `general`, and makes no claim about these lanes.
 */

const models = recordingModels();
afterAll(() => models.dispose());

/** Beginnings of sentences without a claim about the lanes. */
const general: readonly string[] = [
  "A language model reads tokens",
  "That is all it does.",
  "One run of the model is a pass.",
  "The model provides probabilities; the decoder chooses",
  "Temperature flattens",
  "Top-p then draws only",
  "The random draws come from a seed.",
  "Likely is not the same as good.",
  "Token 40 depends on token 39",
  "One pass over several positions costs less",
  "This is Jacobi decoding.",
  "Select one to",
  "The chain of tokens is the bottleneck",
  "To break it, drafts must be good.",
  "Speculative decoding lets a cheap drafter",
  "Whether that pays in time depends",
  "Step by half passes: a dotted draft",
  "Refinement starts with masks.",
  "In C, read the whole: prompt, gap, ending.",
  "Refinement orders by certainty",
  "A Sudoku has one right answer",
  "A writes from left to right.",
  "A hybrid combines both ways of writing.",
  "Passes are not milliseconds: measure these lanes.",
  "Without losslessness there is a trade-off to weigh.",
  "A model has no plan.",
  "It continues whatever stands before it",
  "So you can take the pen",
  "Force another word yourself: open these lanes",
  "Each token is chosen once",
  "Tom had three apples and gave one away.",
  "A child would say: two.",
  "From there, the model continues.",
  "In Compare, select any token",
  "The model makes the text fit the token",
  "So an early mistake is rarely taken back.",
  "A constraint says what a text may look like.",
  "Before each choice, every token that would break the rule",
  "A is free.",
  "A constraint can guarantee the form",
  "Programs want answers in a fixed form.",
  "The model has only ever read stories.",
  "Greedy decoding never looks back",
  "Search compares whole texts.",
  "The likeliest text can be the dullest one.",
];

function sentencesOf({ right }: Scene, texts: SceneTexts, lanes: readonly LaneFacts[]): string[] {
  const { paragraphs, choices, answer, look, conclusion } = texts;
  const verdict = tourTexts.verdict.skipped(choices[right(lanes)!]!);
  const passages = [...paragraphs, verdict, answer(lanes), ...look, conclusion];
  return passages.flatMap((passage) => passage.split(/(?<=[.?!])\s+(?=[A-Z0-9“])/));
}

const scenes = chapters.flatMap(({ id, scenes: parts }) => (parts as readonly TourScene[]).map((scene) => [scene.id, id, scene] as const));

test.each(scenes)("scene %s of %s: every claim is true", async (key, _, scene) => {
  const run = await runScene(models, scene.settings);
  const checks: Claims = claims[key];
  const unused = new Set(Object.keys(checks));
  for (const sentence of sentencesOf(scene, tourTexts.sceneTexts[key], run.lanes)) {
    const begins = (start: string): boolean => sentence.startsWith(start);
    const claim = Object.keys(checks).find(begins);
    expect(claim ?? general.find(begins), `"${sentence}" is neither checked nor general`).toBeDefined();
    if (claim === undefined) continue;
    unused.delete(claim);
    try {
      await checks[claim]!(run);
    } catch (error) {
      throw new Error(`This claim is false: "${sentence}"\n${String(error)}`, { cause: error });
    }
  }
  expect([...unused], "claims that no sentence makes").toEqual([]);
});

test("every choice of a bet can be told from the others, and there is more than one", () => {
  for (const { choices } of Object.values(tourTexts.sceneTexts)) {
    expect(choices.length).toBeGreaterThan(1);
    expect(new Set(choices).size).toBe(choices.length);
  }
});
