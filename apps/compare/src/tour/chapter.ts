import type { Settings } from "../link/settings.ts";
import type { LaneFacts } from "./lane-facts.ts";

/** A bet on a run, which the run decides. */
export interface Bet {
  readonly question: string;
  readonly choices: readonly string[];
  /** What the run says, once all lanes have finished. */
  readonly answer: (lanes: readonly LaneFacts[]) => string;
}

/** One run of a chapter and what is to be seen in it. */
export interface Scene {
  /** Where a chapter has several. */
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

/** Address of a scene, both numbers from 1; the first scene of a chapter has the chapter's own. */
export function tourLink(chapter: number, scene = 1): string {
  return scene === 1 ? `#/tour/${chapter}` : `#/tour/${chapter}/${scene}`;
}
