import { writeLink } from "../url/share-link.ts";
import { defaultSettings, lanesOf, type Settings } from "../url/settings.ts";

export type WelcomeSceneName = "edit" | "gap" | "story";

/** A run that is recorded when the page is built, so that it can be shown before a model is loaded. */
export interface WelcomeScene {
  readonly name: WelcomeSceneName;
  readonly settings: Settings;
}

/**
 * What each kind of decoder is good at, chosen by measuring. All lanes of a scene write the same number of tokens, so that their times can be
 * compared. The build checks the order of the recorded times: see `build/check-recordings.ts`.
 */
export const welcomeScenes: readonly WelcomeScene[] = [
  { name: "edit", settings: defaultSettings },
  {
    name: "gap",
    settings: {
      ...defaultSettings,
      prompt: "One day, Mia went to the park.",
      maxNewTokens: 12,
      lanes: lanesOf("greedy", "infill:after=She came home with a little dog.,length=12"),
    },
  },
  {
    name: "story",
    settings: {
      ...defaultSettings,
      prompt: "Once upon a time, there was a little fox who wanted to",
      maxNewTokens: 64,
      lanes: lanesOf("greedy", "top-p:p=0.9,temperature=0.8", "speculative:drafter=masked-draft,draftLength=4"),
    },
  },
];

/** Whether a run of `settings` is that of the scene. */
export function isSceneOf(scene: WelcomeScene, settings: Settings): boolean {
  return writeLink(scene.settings) === writeLink(settings);
}

/** Returns the name of the recording of a scene, without its folder and extension. */
export function welcomeRecording({ name }: Pick<WelcomeScene, "name">): string {
  return `welcome-${name}`;
}
