import type { Settings } from "../url/settings.ts";
import type { LaneFacts } from "./lane-facts.ts";

/** One run of a chapter, and the question that it answers. Its texts are in `texts.tour.scenes`, under its id. */
export interface Scene<Id extends string = string> {
  readonly id: Id;
  readonly settings: Settings;
  /** Returns which choice of the question is right, once all lanes have finished; undefined if none is. */
  readonly right: (lanes: readonly LaneFacts[]) => number | undefined;
}

/** A chapter has scenes; the last one has none, but leads out of the tour. Its title is in `texts.tour.chapters`, under its id. */
export interface Chapter<Id extends string = string, Scenes extends string = string> {
  readonly id: Id;
  readonly scenes: readonly Scene<Scenes>[];
}

/** What is said of a scene. */
export interface SceneTexts {
  /** Shown if the chapter has several scenes. */
  readonly name: string;
  /** Read before the bet: they do not tell the result. */
  readonly paragraphs: readonly string[];
  readonly question: string;
  /** As they stand in a sentence: "You said 10. It is 40." */
  readonly choices: readonly string[];
  /** Describes the result, once all lanes have finished. */
  readonly answer: (lanes: readonly LaneFacts[]) => string;
  /** Read after the bet. */
  readonly look: readonly string[];
  readonly conclusion: string;
}

/** Returns the URL hash of a scene; both numbers count from 1. The first scene has the URL of its chapter. */
export function tourLink(chapter: number, scene = 1): string {
  return scene === 1 ? `#/tour/${chapter}` : `#/tour/${chapter}/${scene}`;
}

/** Returns the name of the file with the recording of a scene. */
export function recordingOf({ id }: Pick<Scene, "id">): string {
  return `tour-${id}`;
}
