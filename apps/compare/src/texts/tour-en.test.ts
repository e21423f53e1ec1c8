import { afterAll, expect, test } from "vitest";
import { recordingModels } from "../../build/record-trace.ts";
import type { Scene } from "../tour/chapter.ts";
import type { LaneFacts } from "../tour/lane-facts.ts";
import { runScene } from "../tour/scene-run.ts";
import { claims } from "./tour-claims.ts";
import { chapters } from "./tour-en.ts";

/*
 * Runs the lanes of every scene on the real models, as the page does, and checks each sentence of the tour. A sentence either starts with a
 * key of `claims`, whose check must pass, or with an entry of `general`, and makes no claim about these lanes.
 */

const models = recordingModels();
afterAll(() => models.dispose());

/** Beginnings of sentences without a claim about the lanes. */
const general: readonly string[] = [
  "A language model reads tokens",
  "That is all it does.",
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
];

function sentencesOf({ paragraphs, bet, look, conclusion }: Scene, lanes: readonly LaneFacts[]): string[] {
  return [...paragraphs, bet.answer(lanes), ...look, conclusion].flatMap((passage) => passage.split(/(?<=[.?!])\s+(?=[A-Z0-9“])/));
}

const scenes = chapters.flatMap((chapter, number) =>
  chapter.scenes.map((scene, index) => [`${number + 1}/${index + 1}`, chapter.title, scene] as const),
);

test.each(scenes)("scene %s, %s: every claim is true", async (key, _, scene) => {
  const run = await runScene(models, scene.settings);
  const unused = new Set(Object.keys(claims[key]!));
  for (const sentence of sentencesOf(scene, run.lanes)) {
    const begins = (start: string): boolean => sentence.startsWith(start);
    const claim = Object.keys(claims[key]!).find(begins);
    expect(claim ?? general.find(begins), `"${sentence}" is neither checked nor general`).toBeDefined();
    if (claim === undefined) continue;
    unused.delete(claim);
    try {
      await claims[key]![claim]!(run);
    } catch (error) {
      throw new Error(`This claim is false: "${sentence}"\n${String(error)}`, { cause: error });
    }
  }
  expect([...unused], "claims that no sentence makes").toEqual([]);
});
