import type { Settings } from "../url/settings.ts";
import type { LaneFacts } from "./lane-facts.ts";

/** A question that a run answers. */
export interface Bet {
  readonly question: string;
  readonly choices: readonly string[];
  /** Describes the result, once all lanes have finished. */
  readonly answer: (lanes: readonly LaneFacts[]) => string;
}

/** One run of a chapter and its explanation. */
export interface Scene {
  /** Present if the chapter has several scenes. */
  readonly name?: string;
  readonly paragraphs: readonly string[];
  readonly bet: Bet;
  readonly look: readonly string[];
  readonly conclusion: string;
  readonly settings: Settings;
}

export interface Chapter {
  readonly title: string;
  readonly scenes: readonly [Scene, ...Scene[]];
}

/** Returns the URL hash of a scene; both numbers count from 1. The first scene has the URL of its chapter. */
export function tourLink(chapter: number, scene = 1): string {
  return scene === 1 ? `#/tour/${chapter}` : `#/tour/${chapter}/${scene}`;
}
