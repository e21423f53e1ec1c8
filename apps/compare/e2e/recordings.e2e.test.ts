import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contradictions, type MeasuredScene, racingLanes } from "../build/check-recordings.ts";
import { welcomeRecording, welcomeScenes } from "../src/welcome/welcome-scenes.ts";

/*
 * The page's first impression is a recording. The build measures the same lanes with Measure's own rounds, and ships both.
 */

const built = (name: string): string => readFileSync(new URL(`../dist/traces/${name}`, import.meta.url), "utf8");

test.each(welcomeScenes.map((scene, index) => [scene.name, scene, index] as const))(
  "the recording of the scene %s has the order that Measure found in the same build",
  (name, scene, index) => {
    const measured = (JSON.parse(built("welcome-measured.json")) as MeasuredScene[])[index]!;
    const lanes = racingLanes(built(`${welcomeRecording(scene)}.jsonl`));
    expect(measured.name).toBe(name);
    expect(lanes.map(({ specification }) => specification)).toEqual(scene.settings.lanes.map(({ decoder }) => decoder));
    expect(measured.rounds).toBeGreaterThan(0);
    expect(measured.pairs).toHaveLength((lanes.length * (lanes.length - 1)) / 2);
    expect(contradictions(measured, lanes)).toEqual([]);
  },
);
